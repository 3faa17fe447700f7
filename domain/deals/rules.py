"""Stage rules: what a deal must have to enter a stage, and the words when it has not.

A stage names its rules; each is a condition on the row of a deal, so that a board of two hundred cards
asks once for all its rules, as a single card does. Capabilities above deals (contracts, invoices) add theirs
by the same decorator; `domain.wiring` imports them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from domain.deals.models import Deal, Stage
from domain.estate.models import Booking, BookingKind, BookingState
from domain.kernel.db import ask, kept, pick
from domain.kernel.text import _

Met = Callable[[], ColumnElement[bool]]
"""The condition as SQL over `Deal`: what it looks for elsewhere is an EXISTS."""
Words = Callable[[], str]


@dataclass(frozen=True, eq=False)
class Rule:
    """One of each name, so itself alone: kept statements are found by their rules at every board."""

    name: str
    met: Met
    title: Words
    """Said when the condition is met: «Сумма указана»."""
    unmet: Words
    """Said when it is not, to the one who can supply it: «Укажите сумму сделки»."""


@dataclass(frozen=True)
class Condition:
    rule: str
    title: str
    unmet: str | None
    """What to do; None when the condition is met."""


_rules: dict[str, Rule] = {}


def stage_rule(name: str, *, title: Words, unmet: Words) -> Callable[[Met], Met]:
    def register(met: Met) -> Met:
        assert name not in _rules, f"two stage rules are called {name}"
        _rules[name] = Rule(name, met, title, unmet)
        return met

    return register


def known() -> dict[str, Rule]:
    return dict(_rules)


def unmet(session: Session, deal: Deal, stage: Stage) -> tuple[str, ...]:
    """The reasons why the deal may not enter the stage; empty when it may."""
    return tuple(told.unmet for told in conditions(session, deal, stage) if told.unmet)


def conditions(session: Session, deal: Deal, stage: Stage) -> list[Condition]:
    """Every condition of the stage, met and unmet, unmet first."""
    lacking = lacking_of(session, [deal.id], stage.rules)[deal.id]
    told = [
        Condition(name, _rules[name].title(), _rules[name].unmet() if name in lacking else None)
        for name in stage.rules
        if name in _rules
    ]
    told += [Condition(name, name, _unknown(name)) for name in stage.rules if name not in _rules]
    return sorted(told, key=lambda condition: condition.unmet is None)


def lacking_of(session: Session, deal_ids: Sequence[int], rules: Iterable[str]) -> dict[int, set[str]]:
    """For each deal the rules it does not meet; one query in all. A rule nobody knows is unmet."""
    known, strange = sorted_out(rules)
    found: dict[int, set[str]] = {deal_id: set(strange) for deal_id in deal_ids}
    if known and found:
        for deal_id, *answers in ask(session, _asked(known), {"deals": list(deal_ids)}).all():
            found[deal_id] |= unmet_by(known, answers)
    return found


def sorted_out(names: Iterable[str]) -> tuple[tuple[Rule, ...], frozenset[str]]:
    """The rules of these names in order, and the names nobody knows."""
    asked = sorted(set(names))
    known = tuple(_rules[name] for name in asked if name in _rules)
    return known, frozenset(name for name in asked if name not in _rules)


def unmet_by(known: Sequence[Rule], answers: Sequence[bool]) -> frozenset[str]:
    """The names of the rules whose condition was answered by no."""
    return frozenset(rule.name for rule, is_met in zip(known, answers, strict=True) if not is_met)


@kept
def _asked(rules: tuple[Rule, ...]) -> sa.Select[Any]:
    """Kept: boards ask the same few sets of rules again and again."""
    deals = sa.bindparam("deals", type_=ARRAY(sa.BigInteger))
    return pick(Deal.id, *(rule.met() for rule in rules)).where(col(Deal.id) == sa.func.any(deals))


def _unknown(name: str) -> str:
    return _("The rule “%(name)s” is not known to this version; the stage is closed", name=name)


@stage_rule(
    "amount", title=lambda: _("The amount is filled in"), unmet=lambda: _("Fill in the amount of the deal")
)
def amount() -> ColumnElement[bool]:
    return sa.func.coalesce(col(Deal.amount), 0) > 0


@stage_rule(
    "next_step",
    title=lambda: _("The next step is planned"),
    unmet=lambda: _("Plan the next step with a date"),
)
def next_step() -> ColumnElement[bool]:
    return col(Deal.step_at).is_not(None)


@stage_rule(
    "active_booking",
    title=lambda: _("A unit is booked"),
    unmet=lambda: _("Book a unit on the chessboard for this deal"),
)
def active_booking() -> ColumnElement[bool]:
    """A contract and a sale hold the unit too; an offer nobody has answered does not count."""
    return sa.exists().where(
        col(Booking.deal_id) == Deal.id,
        col(Booking.closed_at).is_(None),
        col(Booking.kind) != BookingKind.OFFER,
        sa.or_(
            col(Booking.state) != BookingState.ACTIVE,
            col(Booking.until) > sa.func.clock_timestamp(),
        ),
    )


@stage_rule(
    "contract",
    title=lambda: _("A contract is confirmed"),
    unmet=lambda: _("Ask the head or the accountant to confirm the contract"),
)
def contract() -> ColumnElement[bool]:
    return sa.exists().where(
        col(Booking.deal_id) == Deal.id,
        col(Booking.state).in_([BookingState.CONTRACT, BookingState.SOLD]),
    )
