"""What templates may do with values: the formats of people, in the person's zone."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.kernel import clock, formats
from domain.kernel.settings import settings


def near(moment: datetime) -> str:
    return formats.near(_here(moment), now=_here(clock.now()))


def near_day(moment: datetime) -> str:
    return formats.near_day(_here(moment), now=_here(clock.now()))


def day(moment: datetime) -> str:
    return formats.day(_here(moment), now=_here(clock.now()))


def day_whole(moment: datetime) -> str:
    return formats.day_whole(_here(moment), now=_here(clock.now()))


def last_day(end: datetime) -> str:
    """Of something that ends then: «30 ноября» for what ends at midnight."""
    return formats.day_whole(formats.last_moment(end), now=_here(clock.now()))


def date_plain(moment: datetime) -> str:
    return formats.date_plain(_here(moment))


def time(moment: datetime) -> str:
    return formats.clock(_here(moment))


def iso(moment: datetime) -> str:
    """For `<time datetime>` and `<input type="datetime-local">` alike."""
    return _here(moment).strftime("%Y-%m-%dT%H:%M")


def until(moment: datetime) -> str:
    return formats.lasting(moment - clock.now())


def ago(moment: datetime) -> str:
    return formats.lasting(clock.now() - moment)


def price(kept: str | int) -> str:
    """An amount as events keep it, as text."""
    return formats.money(Decimal(str(kept)))


def capitalize_first(text: str) -> str:
    """Only the first letter: Jinja's own makes the others small."""
    return text[:1].upper() + text[1:]


def _here(moment: datetime) -> datetime:
    return formats.local(moment, settings().zone)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": formats.number,
    "money": formats.money,
    "money_short": formats.money_short,
    "signed": formats.signed,
    "millions": formats.millions,
    "area": formats.area,
    "area_bare": formats.area_bare,
    "percent": formats.percent,
    "phone": formats.phone,
    "inn": formats.inn,
    "short_name": formats.short_name,
    "initials": formats.initials,
    "days": formats.days,
    "near": near,
    "near_day": near_day,
    "day": day,
    "day_whole": day_whole,
    "last_day": last_day,
    "date_plain": date_plain,
    "time": time,
    "iso": iso,
    "until": until,
    "ago": ago,
    "price": price,
    "bytes": formats.size,
    "capitalize_first": capitalize_first,
}

GLOBALS: dict[str, Any] = {"now": clock.now}
