"""The feed doctor: looks at every flat before a portal does, and leaves out those it would refuse."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType

from sqlmodel import Session

from domain.publishing.feeds import avito, cian, domclick, yandex
from domain.publishing.feeds.facts import Facts, facts
from domain.publishing.feeds.rules import complaints
from domain.publishing.models import FeedFormat

FORMATS: dict[FeedFormat, ModuleType] = {
    FeedFormat.YANDEX: yandex,
    FeedFormat.AVITO: avito,
    FeedFormat.CIAN: cian,
    FeedFormat.DOMCLICK: domclick,
}
MOST_LISTED = 100


@dataclass(frozen=True)
class Ill:
    """A flat that is left out, and why."""

    id: int
    number: str
    building_id: int
    building: str
    project: str
    sentences: list[str]


@dataclass
class Report:
    """What the doctor found: `sound` flats go into the file, the others are left out."""

    sound: int = 0
    left_out: int = 0
    sentences: Counter[str] = field(default_factory=Counter)
    """How many flats each complaint is about."""
    listed: list[Ill] = field(default_factory=list)
    """The first of those left out."""


def examine(flats: Iterable[Facts], format_: FeedFormat, report: Report) -> Iterator[Facts]:
    """The sound ones; what is wrong with the others goes into the report."""
    rules = FORMATS[format_].RULES
    for flat in flats:
        wrong = complaints(flat, rules)
        if not wrong:
            report.sound += 1
            yield flat
            continue
        report.left_out += 1
        report.sentences.update(wrong)
        if len(report.listed) < MOST_LISTED:
            house = flat.house
            report.listed.append(Ill(flat.id, flat.number, house.id, house.name, house.project, wrong))


def diagnose(session: Session, format_: FeedFormat, *, now: datetime) -> Report:
    report = Report()
    for _flat in examine(facts(session, format_.value, now=now), format_, report):
        pass
    return report


def document(session: Session, format_: FeedFormat, *, now: datetime, at: datetime) -> Iterator[str]:
    """The file in pieces, sound flats only. `at` is the moment written in it, in the office's zone."""
    sound = examine(facts(session, format_.value, now=now), format_, Report())
    pieces: Iterator[str] = FORMATS[format_].document(sound, at=at)
    return pieces
