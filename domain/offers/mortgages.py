"""Mortgages: what a credit costs by a bank's programme, to the kopeck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Protocol

from domain.kernel import formats
from domain.kernel.errors import Invalid
from domain.kernel.money import rounded
from domain.kernel.text import _
from domain.offers import said

PRECISE = Context(prec=50)
MONTHS = 12
SHARE_OF_INCOME = Decimal("0.5")
"""Banks rarely lend to whom the payment would cost more than half of the income."""
LONGEST_MONTHS = 600


@dataclass(frozen=True)
class Credit:
    """A credit paid back in equal monthly payments, the last of which corrects what rounding left."""

    amount: Decimal
    rate: Decimal
    """Per cent a year."""
    months: int
    monthly: Decimal
    last: Decimal
    interest: Decimal
    """Everything paid above the credit itself."""

    @property
    def paid(self) -> Decimal:
        return self.amount + self.interest

    @property
    def income(self) -> Decimal:
        """What a family should earn a month, by `SHARE_OF_INCOME`: an estimate, to whole roubles upwards."""
        return (self.monthly / SHARE_OF_INCOME).to_integral_value(rounding="ROUND_CEILING")


def credit(amount: Decimal, *, rate: Decimal, months: int) -> Credit:
    """The annuity A = S·i / (1 − (1 + i)^−n), where i is a twelfth of the yearly rate.

    Without a rate it is A = S / n. A is rounded to the kopeck, halves away from zero, and so is each month's
    interest on what is owed; the last payment is what is then owed with its interest, so that the payments
    are exactly S and the interest.
    """
    with localcontext(PRECISE):
        monthly_rate = rate / 100 / MONTHS
        growth = (1 + monthly_rate) ** months
        exact = amount * monthly_rate * growth / (growth - 1) if monthly_rate else amount / months
        monthly = rounded(exact)
        owed, interest = amount, Decimal(0)
        for _month in range(months - 1):
            due = rounded(owed * monthly_rate)
            interest += due
            owed += due - monthly
        due = rounded(owed * monthly_rate)
        return Credit(amount, rate, months, monthly, rounded(owed + due), rounded(interest + due))


class Programme(Protocol):
    """What a calculation asks of a bank's programme."""

    rate: Decimal
    least_down_percent: Decimal
    longest_months: int
    least_credit: Decimal | None
    most_credit: Decimal | None
    valid_from: date
    valid_to: date | None


def refusals(programme: Programme, *, price: Decimal, down: Decimal, months: int, on: date) -> Sequence[str]:
    """Why the programme does not give such a credit, a sentence each; none when it does."""
    wanted = price - down
    least_down = rounded(price * programme.least_down_percent / 100)
    found = []
    if on < programme.valid_from:
        found.append(_("The programme begins on %(day)s", day=said.day(programme.valid_from)))
    if programme.valid_to is not None and on > programme.valid_to:
        found.append(_("The programme ended on %(day)s", day=said.day(programme.valid_to)))
    if down < least_down:
        found.append(
            _(
                "The down payment is at least %(percent)s, %(amount)s",
                percent=said.percent(programme.least_down_percent),
                amount=formats.money(least_down),
            )
        )
    if months > programme.longest_months:
        found.append(_("The term is at most %(term)s", term=said.term(programme.longest_months)))
    if programme.least_credit is not None and wanted < programme.least_credit:
        found.append(_("The credit is at least %(amount)s", amount=formats.money(programme.least_credit)))
    if programme.most_credit is not None and wanted > programme.most_credit:
        found.append(_("The credit is at most %(amount)s", amount=formats.money(programme.most_credit)))
    return found


def checked(*, price: Decimal, down: Decimal, months: int) -> None:
    """Raises Invalid when no bank could count with it, whatever its programme."""
    wrong = {}
    if not 0 <= down < price:
        wrong["down"] = _("The down payment is less than the price and not below zero")
    if not 0 < months <= LONGEST_MONTHS:
        wrong["months"] = _("The term is from 1 to %(most)s months", most=LONGEST_MONTHS)
    if wrong:
        raise Invalid(wrong)
