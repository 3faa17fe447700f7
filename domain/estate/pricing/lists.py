"""Price list documents: drafted and looked at, applied now or at their date, undone as a whole.

These verbs only turn the document; `applying` carries it out, some units at a time. Whoever changes a
document locks its row first, and rows of units after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.models import Building, Project, Unit
from domain.estate.pricing.criteria import Criteria, fits, literal, units_of
from domain.estate.pricing.master import demand_master
from domain.estate.pricing.models import CARRIED, LineState, ListState, PriceList, PriceListLine, Rule
from domain.events import names
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.money import LARGEST
from domain.kernel.text import _

MOST_LINES = 5_000
"""Prices typed or pasted into one price list."""
LOWEST_PERCENT = Decimal(-99)
HIGHEST_PERCENT = Decimal(900)
LARGEST_STEP = Decimal(1_000_000)


@dataclass(frozen=True)
class Wanted:
    """What a person asks of a price list."""

    rule: Rule
    value: Decimal
    step: Decimal
    criteria: Criteria
    title: str = ""
    lines: Mapping[int, Decimal] | None = None
    """Prices by unit, when the rule is by lines."""


def draft(session: Session, project: Project, wanted: Wanted, *, by: User, now: datetime) -> PriceList:
    """A document that has changed nothing yet."""
    _check(wanted)
    session.refresh(project, with_for_update=LOCK)  # numbers of a project are given out in turn
    last = sa.select(sa.func.coalesce(sa.func.max(PriceList.number), 0)).where(
        col(PriceList.project_id) == project.id
    )
    new = PriceList(
        project_id=project.id, number=session.execute(last).scalar_one() + 1, rule=wanted.rule,
        value=wanted.value, step=wanted.step, criteria=wanted.criteria.as_json(), title=wanted.title,
        made_by_id=by.id, made_at=now,
    )  # fmt: skip
    session.add(new)
    session.flush()
    _list_lines(session, new, wanted)
    record(session, names.PRICE_LIST_DRAFTED, new, by=by, rule=new.rule, value=new.value)
    return new


def edit(session: Session, document: PriceList, wanted: Wanted, *, version: int, by: User) -> None:
    """Change a draft; `version` is what the person saw."""
    session.refresh(document, with_for_update=LOCK)
    _demand(document, ListState.DRAFT)
    _check(wanted)
    fields: dict[str, Any] = {
        "title": wanted.title,
        "rule": wanted.rule,
        "value": wanted.value,
        "step": wanted.step,
        "criteria": wanted.criteria.as_json(),
    }
    changes = {name: (getattr(document, name), value) for name, value in fields.items()}
    changes = {name: both for name, both in changes.items() if both[0] != both[1]}
    if document.version != version:
        theirs = {name: str(before) for name, (before, _after) in changes.items() if name != "criteria"}
        raise Stale(_("Somebody has changed this price list since you opened it"), theirs=theirs)
    for name, (_before, value) in changes.items():
        setattr(document, name, value)
    document.version += 1
    session.flush()
    _list_lines(session, document, wanted)
    record(session, names.PRICE_LIST_EDITED, document, by=by, changes=changes)


def start(session: Session, document: PriceList, *, by: User | None, now: datetime) -> int:
    """Begin to apply: from here on the units are chosen, and a worker goes through them. Returns how many.

    `by` is None when its date has come: then the person who set the date is the one who applies.
    """
    session.refresh(document, with_for_update=LOCK)
    _demand(document, ListState.DRAFT, ListState.SCHEDULED)
    project = session.get_one(Project, document.project_id)
    demand_master(session, project)
    _take_turn(session, project, document)
    count = _choose(session, document, now=now)
    if not count:
        raise Refused(_("No unit fits this price list"))
    document.state, document.applied_at = ListState.APPLYING, now
    document.applied_by_id = by.id if by else document.applied_by_id
    document.version += 1
    session.flush()
    record(session, names.PRICE_LIST_STARTED, document, by=by or _who_set(session, document), units=count)
    return count


def schedule(session: Session, document: PriceList, *, at: datetime, by: User, now: datetime) -> None:
    """Set the date of effect: the clock applies it then, also when it was stopped at that minute."""
    session.refresh(document, with_for_update=LOCK)
    _demand(document, ListState.DRAFT, ListState.SCHEDULED)
    if at <= now:
        raise Invalid({"effect_at": _("Choose a moment that is still to come, or apply it now")})
    demand_master(session, session.get_one(Project, document.project_id))
    before = document.effect_at
    document.state, document.effect_at, document.applied_by_id = ListState.SCHEDULED, at, by.id
    document.version += 1
    session.flush()
    record(session, names.PRICE_LIST_SCHEDULED, document, by=by, changes={"effect_at": (before, at)})


def recall(session: Session, document: PriceList, *, by: User) -> None:
    """A scheduled one is a draft again."""
    session.refresh(document, with_for_update=LOCK)
    _demand(document, ListState.SCHEDULED)
    before = document.effect_at
    document.state, document.effect_at, document.applied_by_id = ListState.DRAFT, None, None
    document.version += 1
    session.flush()
    record(session, names.PRICE_LIST_RECALLED, document, by=by, changes={"effect_at": (before, None)})


def undo(session: Session, document: PriceList, *, by: User, now: datetime) -> None:
    """Begin to put back every price that is still the one this document set."""
    session.refresh(document, with_for_update=LOCK)
    _demand(document, ListState.APPLIED)
    project = session.get_one(Project, document.project_id)
    demand_master(session, project)
    _take_turn(session, project, document)
    document.state, document.undone_at, document.undone_by_id = ListState.UNDOING, now, by.id
    document.version += 1
    session.flush()
    record(session, names.PRICE_LIST_STARTED, document, by=by, undo=True)


def get_price_list(session: Session, list_id: int) -> PriceList:
    """Price lists belong to the company: whoever sees prices sees all of them."""
    found = session.get(PriceList, list_id) if 0 < list_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such price list"))
    return found


def record(session: Session, name: str, document: PriceList, *, by: User | None, **told: Any) -> None:
    events.record(
        session,
        name,
        document,
        by=by,
        topics=[f"prices-{document.project_id}"],
        number=document.number,
        **told,
    )


class Busy(Refused):
    """Another price list of the project is not through yet: two at once would leave units of either."""


def _take_turn(session: Session, project: Project, document: PriceList) -> None:
    """Documents of a project go one after another, so the last one applied is right for every unit."""
    session.refresh(project, with_for_update=LOCK)
    other = pick(PriceList.number).where(
        col(PriceList.project_id) == project.id,
        col(PriceList.id) != document.id,
        col(PriceList.state).in_(CARRIED),
    )
    if number := session.execute(other.limit(1)).scalar():
        raise Busy(_("Price list No. %(number)s of this project is not through yet", number=number))


def _who_set(session: Session, document: PriceList) -> User | None:
    return session.get(User, document.applied_by_id) if document.applied_by_id else None


def _check(wanted: Wanted) -> None:
    wrong = {}
    if not 0 < wanted.step <= LARGEST_STEP:
        wrong["step"] = _("The rounding step is from a kopeck to a million")
    if wanted.rule in (Rule.SET, Rule.BASE) and not 0 < wanted.value <= LARGEST:
        wrong["value"] = _("The price is greater than zero")
    if wanted.rule is Rule.PERCENT and not LOWEST_PERCENT <= wanted.value <= HIGHEST_PERCENT:
        wrong["value"] = _("From 99 % lower to 900 % higher")
    if wanted.rule in (Rule.PERCENT, Rule.AMOUNT, Rule.METRE) and not wanted.value:
        wrong["value"] = _("Say by how much")
    if wanted.rule is Rule.LINES and not wanted.lines:
        wrong["lines"] = _("List at least one unit with its price")
    if len(wanted.lines or ()) > MOST_LINES:
        wrong["lines"] = _("At most %(most)s units at once", most=MOST_LINES)
    if wrong:
        raise Invalid(wrong)


def _list_lines(session: Session, document: PriceList, wanted: Wanted) -> None:
    """The units a person named; those of other rules are chosen when the document is applied."""
    session.execute(sa.delete(PriceListLine).where(col(PriceListLine.list_id) == document.id))
    if wanted.rule is Rule.LINES and wanted.lines:
        session.execute(
            sa.insert(PriceListLine),
            [
                {"list_id": document.id, "unit_id": unit_id, "asked": price}
                for unit_id, price in sorted(wanted.lines.items())
            ],
        )


def _choose(session: Session, document: PriceList, *, now: datetime) -> int:
    if document.rule is not Rule.LINES:
        chosen = units_of(
            sa.literal(document.id), Unit.id, sa.literal(LineState.WAITING.value), sa.literal(""), now=now
        ).where(
            col(Building.project_id) == document.project_id,
            fits(literal(document.criteria)),
        )
        session.execute(
            sa.insert(PriceListLine).from_select(
                ["list_id", "unit_id", "state", "why"], chosen.order_by(col(Unit.id)), include_defaults=False
            )
        )
    counted = sa.select(sa.func.count()).where(col(PriceListLine.list_id) == document.id)
    return int(session.execute(counted).scalar_one())


def _demand(document: PriceList, *states: ListState) -> None:
    if document.state not in states:
        raise Refused(STANDS[document.state]())


STANDS: dict[ListState, Any] = {
    ListState.DRAFT: lambda: _("This price list is still a draft"),
    ListState.SCHEDULED: lambda: _("This price list waits for its date: take it back first"),
    ListState.APPLYING: lambda: _("This price list is being applied at this moment"),
    ListState.APPLIED: lambda: _("This price list is applied already"),
    ListState.UNDOING: lambda: _("This price list is being undone at this moment"),
    ListState.UNDONE: lambda: _("This price list was undone: make a new one"),
}
