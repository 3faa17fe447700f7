"""The mortgage calculator: what a price costs by every programme, side by side."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.kernel.errors import Invalid
from domain.kernel.money import rounded
from domain.offers import MortgageProgramme, mortgages, programmes
from domain.offers.programmes import Answer
from web.offers.fields import Reading


@dataclass
class Sought:
    """What the calculator is asked."""

    price: str = ""
    down: str = "20 %"
    years: str = "20"


def answers(
    sought: Sought, known: list[MortgageProgramme], *, today: date
) -> tuple[dict[int, Answer], dict[str, str]]:
    """By programme, nothing while no price is asked about; and what of the question can't be read."""
    reading = Reading()
    price, down = reading.amount(sought.price, "price"), reading.share(sought.down, "down")
    months = (reading.number(sought.years, "years") or 0) * 12
    if price is None or reading.wrong:
        return {}, reading.wrong
    paid = Decimal(0)
    if down is not None:
        paid = rounded(price * down.value / 100) if down.of_total else down.value
    try:
        mortgages.checked(price=price, down=paid, months=months)
    except Invalid as no:
        return {}, {"years" if field == "months" else field: told for field, told in no.fields.items()}
    return {
        one.id: programmes.ask(one, price=price, down=paid, months=months, on=today)
        for one in known
        if one.retired_at is None
    }, {}
