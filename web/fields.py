"""Reading what people type into forms."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from domain.kernel.errors import Invalid
from domain.kernel.settings import settings
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1
LARGEST_AMOUNT = Decimal("999999999999.99")


def number(text: str, field: str) -> int:
    told = text.strip()
    if not (told.isascii() and told.isdigit() and len(told) < 20 and int(told) <= LARGEST_ID):
        raise Invalid({field: _("This value can't be read")})
    return int(told)


def optional_number(text: str, field: str) -> int | None:
    return number(text, field) if text.strip() else None


def words(text: str) -> str:
    """Without the one character a database can't keep."""
    return text.replace("\0", "").strip()


def amount(text: str, field: str = "amount") -> Decimal | None:
    """`8 500 000`, `8500000,50`, `8 500 000 ₽`; empty is not known yet."""
    told = text.replace(",", ".").replace("₽", "").replace("\0", "")
    told = "".join(told.split())
    if not told:
        return None
    try:
        value = Decimal(told)
    except InvalidOperation:
        raise Invalid({field: _("Write the amount in digits: 8 500 000")}) from None
    if not value.is_finite() or value < 0:
        raise Invalid({field: _("The amount can't be negative")})
    if value > LARGEST_AMOUNT:
        raise Invalid({field: _("The amount is too large")})
    return value.quantize(Decimal("0.01"))


def moment(text: str, field: str) -> datetime:
    """The value of `<input type="datetime-local">`, in the zone of the office."""
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({field: _("Choose a date and time")}) from None
    if told.year < 2000 or told.year > 9000:
        raise Invalid({field: _("Check the year")})
    return told if told.tzinfo else told.replace(tzinfo=settings().zone)
