"""Reading what people type into the forms of offers, templates and programmes."""

from datetime import date
from decimal import Decimal, InvalidOperation

from domain.kernel import money
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.offers.payments import Share

MOST_ROWS = 121
Several = list[str] | str
"""A field of a form that may stand in it many times: one of them comes bare."""


class Reading:
    """Reads field by field and remembers every sentence, so that all of them are told at once."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def date(self, text: str, field: str) -> date | None:
        """As `<input type="date">` has it; empty is None."""
        if not text.strip():
            return None
        try:
            told = date.fromisoformat(text.strip())
        except ValueError:
            self.wrong[field] = _("Choose a date")
            return None
        if not 2000 <= told.year <= 2200:
            self.wrong[field] = _("Check the year")
            return None
        return told

    def number(self, text: str, field: str) -> int | None:
        told = "".join(text.split())
        if not told:
            return None
        if not (told.isascii() and told.isdigit() and len(told) < 10):
            self.wrong[field] = _("Write a whole number")
            return None
        return int(told)

    def amount(self, text: str, field: str) -> Decimal | None:
        try:
            return money.parse(text.replace("\0", ""), field=field)
        except Invalid as no:
            self.wrong |= no.fields
            return None

    def percent(self, text: str, field: str) -> Decimal | None:
        """`4`, `20,1`, `20,1 %`: two digits after the comma are kept."""
        bare = "".join(text.replace("\0", "").split()).replace(",", ".").removesuffix("%")
        if not bare:
            return None
        try:
            told = Decimal(bare)
        except InvalidOperation:
            told = Decimal("NaN")
        if not told.is_finite() or abs(told) >= 1000:
            self.wrong[field] = _("Write per cents in digits, for example 20,1")
            return None
        return told.quantize(Decimal("0.01"))

    def share(self, text: str, field: str) -> Share | None:
        """`30 %` of the total, or `2 500 000` roubles."""
        if "%" in text:
            value = self.percent(text, field)
            return None if value is None else Share(value, of_total=True)
        amount = self.amount(text, field)
        return None if amount is None else Share(amount, of_total=False)


def words(text: str, most: int = 10_000) -> str:
    """Without the one character a database can't keep."""
    return text.replace("\0", "").strip()[:most]


def many(given: Several) -> list[str]:
    """The values in their order, however many there were."""
    return ([given] if given else []) if isinstance(given, str) else given[:MOST_ROWS]


def typed(amount: Decimal) -> str:
    """As a person would type it: read back the same in every language."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",").removesuffix(",00")


def ids(given: Several) -> list[int]:
    """Numbers of records; what is no number is left out."""
    return [int(text) for text in many(given) if text.isascii() and text.isdigit() and len(text) < 19]
