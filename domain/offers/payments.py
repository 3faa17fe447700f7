"""Plans of payments: what is paid and when. The payments of a plan are its whole price to the kopeck.

Where something does not divide, each part is rounded and the last one takes what is left.
"""

import calendar
import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from domain.kernel import formats
from domain.kernel.errors import Invalid
from domain.kernel.money import KOPECK, LARGEST, rounded
from domain.kernel.text import _
from domain.offers import said

MOST_PAYMENTS = 120
LONGEST_TITLE = 100
WHOLE = Decimal(100)


class Period(enum.StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"

    @property
    def months(self) -> int:
        return {Period.MONTHLY: 1, Period.QUARTERLY: 3}[self]


@dataclass(frozen=True)
class Payment:
    on: date
    title: str
    amount: Decimal

    def share(self, total: Decimal) -> Decimal:
        """In per cent of the total, to a hundredth: for the eye, never to count with."""
        return (self.amount * WHOLE / total).quantize(KOPECK) if total else Decimal(0)


@dataclass(frozen=True)
class Terms:
    """How a template divides a price: a first payment, then equal ones."""

    first_percent: Decimal | None
    first_amount: Decimal | None
    """One of the two; without both the payments are equal from the first on."""
    count: int
    """Payments after the first; 0 is everything at once."""
    every: Period = Period.MONTHLY
    last_on: date | None = None
    """The last payment falls on this day, and none of the others on it or later."""
    extra_percent: Decimal = Decimal(0)
    """What paying later costs, in per cent of the price."""


@dataclass(frozen=True)
class Share:
    """What a person writes at a payment: an amount, or per cent of the total."""

    value: Decimal
    of_total: bool


def charged(price: Decimal, extra_percent: Decimal) -> Decimal:
    """The price with the charge for paying later, to the kopeck."""
    return rounded(price * (WHOLE + extra_percent) / WHOLE)


def split(total: Decimal, count: int) -> list[Decimal]:
    """Equal parts, each rounded down to the kopeck; the last takes the rest, a few kopecks more."""
    part = (total / count).quantize(KOPECK, rounding=ROUND_DOWN)
    return [*[part] * (count - 1), total - part * (count - 1)]


def by_terms(price: Decimal, terms: Terms, *, start: date) -> list[Payment]:
    """The payments of a price by a template, the first on `start`.

    Raises Invalid under `payments` when the template does not fit: the first payment is larger than the
    price, the day of the last one is over, or there is too little to divide.
    """
    total = charged(price, terms.extra_percent)
    if terms.count == 0:
        return checked([Payment(start, _("Full payment"), total)], total)
    later = _days(terms, start)
    first = _first(total, terms, len(later))
    if first >= total:
        raise Invalid({"payments": _("The first payment is the whole price or more")})
    parts = split(total - first, len(later))
    titles = (_("Payment %(number)s", number=number) for number in range(2, len(later) + 2))
    rest = [Payment(on, title, part) for on, title, part in zip(later, titles, parts, strict=True)]
    return checked([Payment(start, _("First payment"), first), *rest], total)


def _first(total: Decimal, terms: Terms, later: int) -> Decimal:
    if terms.first_amount is not None:
        return terms.first_amount
    if terms.first_percent is not None:
        return rounded(total * terms.first_percent / WHOLE)
    return split(total, later + 1)[0]


def _days(terms: Terms, start: date) -> list[date]:
    """When the payments after the first are due; fewer than asked when the last day comes sooner."""
    days = [months_later(start, terms.every.months * number) for number in range(1, terms.count + 1)]
    if terms.last_on is None:
        return days
    if terms.last_on <= start:
        raise Invalid(
            {"payments": _("The day of the last payment is over: %(day)s", day=said.day(terms.last_on))}
        )
    return [*(day for day in days[:-1] if day < terms.last_on), terms.last_on]


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or its last day when the month is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def amounts(shares: Sequence[Share], total: Decimal) -> list[Decimal]:
    """What each written share is in roubles.

    Shares that make exactly the total do so to the kopeck as well: what rounding leaves over goes to the last
    payment written in per cent.
    """
    exact = [share.value * total / WHOLE if share.of_total else share.value for share in shares]
    found = [rounded(amount) for amount in exact]
    if sum(exact) == total and (in_per_cent := [n for n, share in enumerate(shares) if share.of_total]):
        found[in_per_cent[-1]] += total - sum(found)
    return found


def missing(payments: Sequence[Payment], total: Decimal) -> Decimal:
    """How much the payments lack of the total; below zero they are more than it."""
    return total - sum((payment.amount for payment in payments), Decimal(0))


def imbalance(payments: Sequence[Payment], total: Decimal) -> str:
    """What does not sum, in words; empty when all is well."""
    gap = missing(payments, total)
    if gap > 0:
        return _("%(amount)s is missing", amount=formats.money(gap))
    return _("%(amount)s too much", amount=formats.money(-gap)) if gap < 0 else ""


def rebalanced(payments: Sequence[Payment], total: Decimal, *, keep: int) -> list[Payment]:
    """The plan with one payment kept as it was written and the difference put on those after it.

    They change in proportion to what they were (equally, when they were nothing), the last takes the rest;
    after a change of the last payment it is those before it that give way. Raises Invalid when the payments
    that stay are the total already or more.
    """
    giving_way = list(range(keep + 1, len(payments))) or list(range(keep))
    if not giving_way:
        return checked([replace(payments[0], amount=total)], total)
    stay = sum((p.amount for place, p in enumerate(payments) if place not in giving_way), Decimal(0))
    if stay >= total:
        raise Invalid({"payments": _("Nothing is left for the other payments")})
    parts = _in_proportion(total - stay, [payments[place].amount for place in giving_way])
    changed = dict(zip(giving_way, parts, strict=True))
    return checked([replace(p, amount=changed.get(n, p.amount)) for n, p in enumerate(payments)], total)


def _in_proportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    whole = sum(weights, Decimal(0))
    if whole <= 0 or min(weights) < 0:
        return split(total, len(weights))
    parts = [(total * weight / whole).quantize(KOPECK, rounding=ROUND_DOWN) for weight in weights[:-1]]
    return [*parts, total - sum(parts, Decimal(0))]


def checked(payments: Sequence[Payment], total: Decimal) -> list[Payment]:
    """The same payments, when they are a plan of this total.

    Raises Invalid under `payments`: none or too many, one that is nothing or less, days out of order, a sum
    that is not the total.
    """
    wrong = _wrong(payments) or imbalance(payments, total)
    if wrong:
        raise Invalid({"payments": wrong})
    return list(payments)


def _wrong(payments: Sequence[Payment]) -> str:
    if not 0 < len(payments) <= MOST_PAYMENTS:
        return _("A plan has from 1 to %(most)s payments", most=MOST_PAYMENTS)
    alone = (_wrong_alone(payment, number) for number, payment in enumerate(payments, start=1))
    return next(filter(None, alone), "") or _out_of_order(payments)


def _wrong_alone(payment: Payment, number: int) -> str:
    if payment.amount <= 0:
        return _("Payment %(number)s must be more than nothing", number=number)
    if payment.amount > LARGEST:
        return _("The amount is too large")
    if len(payment.title) > LONGEST_TITLE:
        return _("The title of payment %(number)s is too long", number=number)
    return ""


def _out_of_order(payments: Sequence[Payment]) -> str:
    for number, (before, after) in enumerate(pairwise(payments), start=2):
        if after.on <= before.on:
            return _("Payment %(number)s is not later than the one before it", number=number)
    return ""
