"""What a price list makes of one price: pure arithmetic, the same in the preview and in the deed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.estate.pricing.components import (
    Factor,
    Line,
    by_metre,
    rounding,
    to_step,
    total,
)
from domain.estate.pricing.models import Rule
from domain.kernel.money import LARGEST, rounded

HUNDRED = Decimal(100)

NOT_PRICED, NOT_POSITIVE, TOO_LARGE, SAME, SOLD, CONTRACT, BOOKED, NOT_LISTED = (
    "not_priced", "not_positive", "too_large", "same", "sold", "contract", "booked", "not_listed",
)  # fmt: skip
"""Why a unit is skipped."""


@dataclass(frozen=True)
class Change:
    """The document's rule with its author, as one unit meets it."""

    rule: Rule
    value: Decimal
    step: Decimal
    line: Line
    """Says by which price list; its amount is filled in here."""


@dataclass(frozen=True)
class Skipped:
    why: str


def price_after(
    change: Change,
    *,
    before: Decimal | None,
    area: Decimal,
    factors: Sequence[Factor] = (),
    asked: Decimal | None = None,
) -> Decimal | Skipped:
    """The new price, or why there is none. Never below a kopeck, never above what a column holds."""
    if change.rule is Rule.LINES and asked is None:
        return Skipped(NOT_LISTED)
    if change.rule in (Rule.PERCENT, Rule.AMOUNT, Rule.METRE) and before is None:
        return Skipped(NOT_PRICED)
    after = _counted(change, before or Decimal(0), area, factors, asked)
    if after <= 0:
        return Skipped(NOT_POSITIVE)
    if after > LARGEST:
        return Skipped(TOO_LARGE)
    return Skipped(SAME) if after == before else after


def _counted(
    change: Change, before: Decimal, area: Decimal, factors: Sequence[Factor], asked: Decimal | None
) -> Decimal:
    match change.rule:
        case Rule.LINES:
            return rounded(asked or Decimal(0))
        case Rule.BASE:
            return total(by_metre(change.value, area, factors, list_line=change.line, step=change.step))
        case Rule.SET:
            exact = change.value
        case Rule.PERCENT:
            exact = before * (HUNDRED + change.value) / HUNDRED
        case Rule.AMOUNT:
            exact = before + change.value
        case Rule.METRE:
            exact = before + change.value * area
    return to_step(exact, change.step)


def lines_after(
    change: Change,
    *,
    before: Decimal | None,
    after: Decimal,
    made: Decimal | None,
    area: Decimal,
    factors: Sequence[Factor] = (),
) -> tuple[bool, tuple[Line, ...]]:
    """The lines this rule adds, and whether what the price was made of before goes on in front of them.

    `made` is what those lines come to; they go on when they are known and the rule adds to the price.
    """
    if change.rule is Rule.BASE:
        return False, by_metre(change.value, area, factors, list_line=change.line, step=change.step)
    if change.rule in (Rule.SET, Rule.LINES) or made is None or made != before:
        return False, (replace(change.line, amount=after),)
    exact = _exact(change, made, area)
    step = [line for line in rounding(exact, change.step) if exact + line.amount == after]
    if not step:
        exact = after
    return True, (replace(change.line, amount=exact - made), *step)


def _exact(change: Change, before: Decimal, area: Decimal) -> Decimal:
    """Before it is rounded to the step, in whole kopecks."""
    return _counted(replace(change, step=Decimal("0.01")), before, area, (), None)
