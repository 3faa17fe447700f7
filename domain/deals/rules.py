"""Stage rules: what a deal must have to enter a stage, and the words when it has not.

A stage names its rules; each is one function over a set of deals, so that a board of two hundred
cards asks as often as a single card does. Capabilities above deals (contracts, invoices) add theirs
by the same decorator; `domain.wiring` imports them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.activities.models import Task
from domain.deals.models import Deal, Stage
from domain.estate.models import Booking, BookingState
from domain.kernel.text import _

Lacking = Callable[[Session, Sequence[int]], set[int]]
"""Which of these deals do not meet the condition."""
Words = Callable[[], str]


@dataclass(frozen=True)
class Rule:
    name: str
    lacking: Lacking
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


def stage_rule(name: str, *, title: Words, unmet: Words) -> Callable[[Lacking], Lacking]:
    def register(lacking: Lacking) -> Lacking:
        assert name not in _rules, f"two stage rules are called {name}"
        _rules[name] = Rule(name, lacking, title, unmet)
        return lacking

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
    """For each deal the rules it does not meet; one query a rule. A rule nobody knows is unmet."""
    found: dict[int, set[str]] = {deal_id: set() for deal_id in deal_ids}
    for name in sorted(set(rules)):
        short = _rules[name].lacking(session, deal_ids) if name in _rules else set(deal_ids)
        for deal_id in short:
            found[deal_id].add(name)
    return found


def _unknown(name: str) -> str:
    return _("The rule “%(name)s” is not known to this version; the stage is closed", name=name)


@stage_rule(
    "amount", title=lambda: _("The amount is filled in"), unmet=lambda: _("Fill in the amount of the deal")
)
def without_amount(session: Session, deal_ids: Sequence[int]) -> set[int]:
    filled = sa.select(col(Deal.id)).where(col(Deal.id).in_(deal_ids), col(Deal.amount) > 0)
    return set(deal_ids) - set(session.execute(filled).scalars())


@stage_rule(
    "next_step",
    title=lambda: _("The next step is planned"),
    unmet=lambda: _("Plan the next step with a date"),
)
def without_next_step(session: Session, deal_ids: Sequence[int]) -> set[int]:
    planned = sa.select(col(Task.deal_id)).where(col(Task.deal_id).in_(deal_ids), col(Task.done_at).is_(None))
    return set(deal_ids) - set(session.execute(planned).scalars())


@stage_rule(
    "active_booking",
    title=lambda: _("A unit is booked"),
    unmet=lambda: _("Book a unit on the chessboard for this deal"),
)
def without_booking(session: Session, deal_ids: Sequence[int]) -> set[int]:
    held = sa.select(col(Booking.deal_id)).where(
        col(Booking.deal_id).in_(deal_ids),
        col(Booking.state) == BookingState.ACTIVE,
        col(Booking.until) > sa.func.clock_timestamp(),
    )
    return set(deal_ids) - set(session.execute(held).scalars())
