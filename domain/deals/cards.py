"""What a board is made of: its lens, its cards, its columns, and the moments a deal is judged by."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.deals import rules
from domain.deals.models import StageKind
from domain.kernel import formats
from domain.kernel.days import day_end, month_start

MOST_CARDS = 600
"""How far one column can be unrolled; beyond that the list with its filters is the place."""


class Which(enum.StrEnum):
    ALL = "all"
    MINE = "mine"
    OVERDUE = "overdue"
    NO_STEP = "no-step"


class Pace(enum.StrEnum):
    """How a deal stands with its next step."""

    OVERDUE = "overdue"
    TODAY = "today"
    PLANNED = "planned"
    NONE = "none"


@dataclass(frozen=True)
class Lens:
    """Which deals a person chose to look at."""

    which: Which = Which.ALL
    responsible_id: int | None = None
    words: str = ""


class Moments(NamedTuple):
    """What a statement compares with; by name, to be given at every asking, in a statement that is kept."""

    now: Any = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    evening: Any = sa.bindparam("evening", type_=sa.DateTime(timezone=True))
    month: Any = sa.bindparam("month", type_=sa.DateTime(timezone=True))


def moments(now: datetime) -> Moments:
    return Moments(now, day_end(now), month_start(now))


class Card(NamedTuple):
    """A tuple: a board makes hundreds of them, and finds their drawings by value."""

    id: int
    version: int
    title: str
    client: str
    of_person: bool
    """A person's name may be shortened, a company's may not."""
    amount: Decimal | None
    stage_id: int
    stage: str
    days: int
    """Whole days on the stage, by the calendar of the office."""
    norm: int | None
    responsible_id: int
    responsible: str
    step: str | None
    step_at: datetime | None
    pace: Pace
    booked_unit: str | None
    booked_until: datetime | None
    held_as: str
    """How the unit is held: `active`, `offer`, `contract`, `sold`; empty when none is."""
    unmet: frozenset[str] = frozenset()
    """Names of the rules this deal would break on some stage of its funnel."""

    @property
    def late(self) -> bool:
        return self.norm is not None and self.days > self.norm


STEP_AT = 11
TOLD = 15
"""A row that tells of a card has so many columns, in the order `card_of` takes them."""


def card_of(
    told: Sequence[Any], stage: str, norm: int | None, at: Moments, unmet: frozenset[str] = frozenset()
) -> Card:
    """By place and not by name: a board reads thousands of values."""
    (
        number, version, title, amount, stage_id, entered, responsible_id, person_id, client, responsible,
        step, step_at, booked_unit, booked_until, held_as,
    ) = told  # fmt: skip
    days = (at.evening.date() - formats.here(entered).date()).days - 1
    return Card(
        number, version, title, client, person_id is not None, amount, stage_id, stage, days, norm,
        responsible_id, responsible, step, step_at, pace_of(step_at, at), booked_unit, booked_until,
        held_as or "", unmet,
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the cards of a column are made of. Equal ones make equal cards: who has drawn them need not make
    them again."""

    rows: tuple[tuple[Any, ...], ...]
    """Each the columns of a card, then whether each of the known rules is met."""
    stage: str
    norm: int | None
    known: tuple[rules.Rule, ...]
    strange: frozenset[str]
    at: Moments = field(compare=False)
    evening: datetime = field(init=False)
    late: int = field(init=False)
    """Of these steps. They become late one after another, so their number says which of them are."""

    def __post_init__(self) -> None:
        steps = (row[STEP_AT] for row in self.rows)
        late = sum(step is not None and step < self.at.now for step in steps)
        self.__dict__.update(evening=self.at.evening, late=late)

    def cards(self) -> tuple[Card, ...]:
        @cache
        def unmet(answers: tuple[bool, ...]) -> frozenset[str]:
            return self.strange | rules.unmet_by(self.known, answers)

        return tuple(
            card_of(row[:TOLD], self.stage, self.norm, self.at, unmet(row[TOLD:])) for row in self.rows
        )


@dataclass(frozen=True)
class Column:
    id: int
    funnel_id: int
    name: str
    kind: StageKind
    position: int
    rules: tuple[str, ...]
    count: int
    sum: Decimal
    paces: dict[Pace, int]
    seen: dict[Which, int]
    """How many deals each choice of the lens would leave."""
    told: Told

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        return self.told.cards()

    @property
    def shown(self) -> int:
        return len(self.told.rows)

    @property
    def more(self) -> int:
        return self.count - self.shown

    @property
    def unrolled(self) -> bool:
        """As far as a column goes; the rest is read in the list."""
        return self.shown >= MOST_CARDS

    @property
    def folded(self) -> bool:
        return self.kind is not StageKind.OPEN


@dataclass(frozen=True)
class Board:
    columns: tuple[Column, ...]

    @property
    def open(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.folded)

    @property
    def count(self) -> int:
        return sum(column.count for column in self.open)

    @property
    def sum(self) -> Decimal:
        return sum((column.sum for column in self.open), Decimal(0))

    @property
    def seen(self) -> dict[Which, int]:
        return {which: sum(column.seen[which] for column in self.open) for which in Which}


def pace_of(step_at: datetime | None, at: Moments) -> Pace:
    if step_at is None:
        return Pace.NONE
    if step_at < at.now:
        return Pace.OVERDUE
    return Pace.TODAY if step_at < at.evening else Pace.PLANNED
