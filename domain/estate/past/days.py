"""Days of the past as people name them: a day means its end, in the zone of the installation."""

from datetime import date, datetime, time, timedelta

from domain.kernel import formats
from domain.kernel.errors import Invalid
from domain.kernel.settings import settings
from domain.kernel.text import _

FIRST = date(1990, 1, 1)
"""Nobody sold flats by this chessboard before: a date as early is a slip of the pen."""


def today(now: datetime) -> date:
    return formats.here(now).date()


def end_of(day: date, *, now: datetime) -> datetime:
    """The first moment that no longer belongs to the day; of a day that goes on, this one."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=settings().zone)
    return min(midnight, now)


def day_of(text: str, *, now: datetime, field: str = "as_of") -> date:
    """A past day or today, as an address names it. Raises Invalid with a sentence for anything else."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({field: _("There is no such date: “%(text)s”", text=text.strip()[:40])}) from None
    if day > today(now):
        raise Invalid({field: _("%(day)s has not come yet: choose a past day", day=written(day))})
    if day < FIRST:
        raise Invalid({field: _("%(day)s is too long ago: nothing was sold here then", day=written(day))})
    return day


def written(day: date) -> str:
    """12.10.2026"""
    return f"{day:%d.%m.%Y}"
