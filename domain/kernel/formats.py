"""How numbers, sums, dates and names are written for people: Russian rules, English on request.

Spaces inside numbers and before units are non-breaking (U+00A0), minus is U+2212.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.kernel.settings import settings
from domain.kernel.text import _, current_language, ngettext

NBSP = "\u00a0"
MINUS = "\u2212"

_TENTH = Decimal("0.1")

_MONTHS = {
    "ru": ["янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_MONTHS_WHOLE = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_WEEKDAYS = {
    "ru": ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}


def number(value: int | Decimal, digits: int = 0, *, unit: int = 1) -> str:
    """1 840 000 or 54,3: thousands apart, a comma for the fraction (a point in English).

    Halves are rounded away from zero, as in accounting.
    """
    return _written(value, digits, unit, "," if current_language() == "ru" else ".")


@lru_cache(maxsize=32_768)
def _written(value: int | Decimal, digits: int, unit: int, point: str) -> str:
    """Remembered: a chessboard writes the same areas and prices thousands of times."""
    exact = _rounded(Decimal(value) / unit, digits)
    text = f"{abs(exact):,f}".replace(",", NBSP).replace(".", point)
    return f"{MINUS}{text}" if exact < 0 else text


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def money(amount: Decimal | None) -> str:
    """1 840 000 ₽; kopecks only when there are any."""
    if amount is None:
        return "—"
    return f"{number(amount, 2 if amount % 1 else 0)}{NBSP}₽"


def signed(amount: Decimal) -> str:
    """+50 000 ₽: a difference says its sign, also to who does not see colours."""
    return f"+{money(amount)}" if amount > 0 else money(amount)


def money_short(amount: Decimal | int) -> str:
    """86,4 млн ₽ for totals; exact below a hundred thousand."""
    value = Decimal(amount)
    if abs(value) < 100_000:
        return money(value)
    if abs(_rounded(value / 1_000_000, 1)) < 1000:
        return NBSP.join([number(value, 1, unit=1_000_000), _("mln"), "₽"])
    return NBSP.join([number(value, 2, unit=1_000_000_000), _("bn"), "₽"])


def millions(amount: Decimal) -> str:
    """8,94: the price on a chessboard cell, in millions of roubles."""
    return number(amount, 2, unit=1_000_000)


def area(metres: Decimal | None) -> str:
    """54,3 м²; a second digit only when the cadastre has one."""
    return "—" if metres is None else NBSP.join([area_bare(metres), _("m²")])


def area_bare(metres: Decimal) -> str:
    return number(metres, 2 if metres % _TENTH else 1)


def percent(share: Decimal | float) -> str:
    return f"{number(Decimal(share) * 100)}{NBSP}%"


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def here(moment: datetime) -> datetime:
    """In the zone of the installation: what sentences of the domain are told in."""
    return local(moment, settings().zone)


def last_moment(end: datetime) -> datetime:
    """The last moment before the end, here: what ends at midnight has the day before as its last day."""
    return here(end) - timedelta(seconds=1)


def told(moment: datetime, *, now: datetime) -> str:
    """«сегодня, 15:02» for sentences of the domain."""
    return near(here(moment), now=here(now))


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def day(moment: datetime, *, now: datetime | None = None) -> str:
    """18 дек. 2026; the year is left out within this one."""
    language = current_language()
    text = f"{moment.day}{NBSP}{_MONTHS[language][moment.month - 1]}"
    return text if now is not None and moment.year == now.year else f"{text}{NBSP}{moment.year}"


def day_whole(moment: datetime, *, now: datetime) -> str:
    """24 ноября, for headings and sentences."""
    text = f"{moment.day}{NBSP}{_MONTHS_WHOLE[current_language()][moment.month - 1]}"
    return text if moment.year == now.year else f"{text}{NBSP}{moment.year}"


def near(moment: datetime, *, now: datetime) -> str:
    """сегодня, 15:00 · вчера, 11:20 · вт, 24 нояб., 18:00: both moments in the person's zone."""
    return f"{near_day(moment, now=now)}, {clock(moment)}"


def near_day(moment: datetime, *, now: datetime) -> str:
    gap = (moment.date() - now.date()).days
    words = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if gap in words:
        return words[gap]
    if 1 < gap < 7:
        return f"{_WEEKDAYS[current_language()][moment.weekday()]}, {day(moment, now=now)}"
    return day(moment, now=now)


def date_plain(moment: datetime) -> str:
    """18.11.2026, for tables and documents."""
    return f"{moment:%d.%m.%Y}"


def lasting(span: timedelta) -> str:
    """2 дн. 4 ч, 1 ч 20 мин, 5 мин: the two largest units."""
    minutes = max(int(span.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [(days, _("d")), (hours, _("h"))]
    elif hours:
        parts = [(hours, _("h")), (rest, _("min"))]
    else:
        parts = [(rest, _("min"))]
    told = [f"{count}{NBSP}{unit}" for count, unit in parts if count] or [NBSP.join(["0", _("min")])]
    return NBSP.join(told)


def days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count, count=count).replace(" ", NBSP)


def phone(stored: str | None) -> str:
    """+7 921 304-18-22; foreign numbers as they are kept."""
    if not stored:
        return "—"
    if stored.startswith("+7") and len(stored) == 12:
        code, first, second, third = stored[2:5], stored[5:8], stored[8:10], stored[10:]
        return f"+7{NBSP}{code}{NBSP}{first}-{second}-{third}"
    return stored


def inn(stored: str | None) -> str:
    """7804 512 330: digits apart for the eye; what is copied is copied from elsewhere without spaces."""
    if not stored:
        return "—"
    return NBSP.join(part for part in (stored[:4], stored[4:7], stored[7:10], stored[10:]) if part)


def short_name(name: str) -> str:
    """Громова Е. А. of «Громова Елена Александровна»; one word stays itself."""
    surname, *rest = name.split()
    return NBSP.join([surname, *(f"{word[0]}." for word in rest)]) if rest else surname


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def size(count: int) -> str:
    """How large a file of so many bytes is: «812 КБ», «2,4 МБ»."""
    if count < 1024**2:
        return _("%(count)s KB", count=number(max(1, round(count / 1024)))).replace(" ", NBSP)
    return _("%(count)s MB", count=number(Decimal(count) / 1024**2, 1)).replace(" ", NBSP)
