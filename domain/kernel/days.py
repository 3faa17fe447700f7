"""Days and months as the office counts them."""

from datetime import datetime, timedelta

from domain.kernel import formats


def day_end(now: datetime) -> datetime:
    """Midnight after this moment, in the zone of the office."""
    return (formats.here(now) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime) -> datetime:
    return formats.here(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def days_between(start: datetime, now: datetime) -> int:
    return (formats.here(now).date() - formats.here(start).date()).days
