"""How days, terms, per cents and sums of an offer are written."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from domain.kernel import formats
from domain.kernel.text import ngettext

MONTHS = 12
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def day(of: date) -> str:
    """28.11.2026: in tables and refusals one day must not look like another."""
    return f"{of:%d.%m.%Y}"


def day_whole(of: date) -> str:
    """28 ноября 2026, always with the year: an offer is read months later."""
    return formats.day_whole(datetime.combine(of, time(), UTC), now=LONG_AGO)


def percent(value: Decimal) -> str:
    """20,1 %: as many digits after the comma as there are, two at most."""
    return f"{formats.number(value, 2).rstrip('0').rstrip(',.')}{formats.NBSP}%"


def money(amount: Decimal) -> str:
    """Always with kopecks: sums under each other must line up."""
    return f"{formats.number(amount, 2)}{formats.NBSP}₽"


def term(months: int) -> str:
    """«20 лет», «5 лет 6 месяцев»."""
    whole, rest = divmod(months, MONTHS)
    parts = []
    if whole:
        parts.append(ngettext("%(count)s year", "%(count)s years", whole, count=whole))
    if rest or not whole:
        parts.append(ngettext("%(count)s month", "%(count)s months", rest, count=rest))
    return " ".join(parts).replace(" ", formats.NBSP)
