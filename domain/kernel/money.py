"""Money: Decimal roubles and kopecks, never float."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from domain.kernel.errors import Invalid
from domain.kernel.text import _

KOPECK = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
"""What numeric(14,2) can hold."""


def rounded(amount: Decimal) -> Decimal:
    """The amount to the kopeck, halves away from zero (as in primary accounting documents)."""
    return amount.quantize(KOPECK, rounding=ROUND_HALF_UP)


def kopecks(amount: Decimal | None) -> int:
    return int(rounded(amount or Decimal(0)) * 100)


def parse(text: str, *, field: str = "amount") -> Decimal | None:
    """An amount as people type it: spaces of any kind, comma or point, an optional ₽.

    Empty text is None. Raises Invalid with a sentence under `field`.
    """
    bare = "".join(text.split()).replace(",", ".").removesuffix("₽").removesuffix("руб.").removesuffix("р.")
    if not bare:
        return None
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise Invalid({field: _("Write the amount in digits, for example 1 840 000")}) from None
    if not amount.is_finite() or amount < 0:
        raise Invalid({field: _("The amount can't be negative")})
    if amount > LARGEST:
        raise Invalid({field: _("The amount is too large")})
    return rounded(amount)
