"""/reports/idle-reserve: what stood booked, for how long and whose, on the screen and as a sheet of Excel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.idle import Idle, Sum, idle
from domain.kernel import formats
from domain.kernel.settings import settings
from domain.kernel.text import _, ngettext
from web import replies
from web.estate.idle_sheet import sheet
from web.estate.tabs import tabs
from web.given import Given

BARS = 12
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = timedelta(days=366)
Line = TypeVar("Line")

BOOKING_KEYS: dict[str, Callable[[Any], Any]] = {
    "number": lambda held: (held.building, held.number.zfill(20)),
    "who": lambda held: held.who,
    "agency": lambda held: held.agency,
    "begun": lambda held: held.begun,
    "days": lambda held: held.days,
    "price": lambda held: held.price,
    "money": lambda held: held.money_days,
    "vain": lambda held: held.in_vain,
}
SUM_KEYS: dict[str, Callable[[Any], Any]] = {
    "name": lambda group: group.name,
    "bookings": lambda group: group.bookings,
    "days": lambda group: group.days,
    "price": lambda group: group.price,
    "money": lambda group: group.money_days,
    "vain": lambda group: group.in_vain,
}
WORDS = {"number", "who", "name", "agency"}
"""Columns that begin with the first letter; numbers begin with the largest."""


class Bar(NamedTuple):
    name: str
    amount: Decimal
    share: float
    """Of the longest, in percent."""
    vain: float
    """The part of it that came back unsold, in percent of the longest."""


@dataclass(frozen=True)
class Asked:
    """The period and the order, as the address says them; nonsense is this month by money."""

    first: date
    last: date
    by: str
    sort: str

    def address(self, path: str = "/reports/idle-reserve", **other: str) -> str:
        said = {"from": self.first.isoformat(), "to": self.last.isoformat(), "by": self.by, "sort": self.sort}
        return f"{path}?{urlencode(said | other)}"


class IdleReserve(Controller):
    path = "/reports/idle-reserve"

    @get(sync_to_thread=True, permission=Permission.ESTATE_AUDIT)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        asked = _asked(request, now)
        report = _report(session, user, asked, now=now)
        return replies.page(
            request,
            "estate/idle_reserve.html",
            report=report,
            asked=asked,
            groups=ordered(
                report.agencies if asked.by == "agency" else report.managers, SUM_KEYS, asked.sort
            ),
            bookings=ordered(report.bookings, BOOKING_KEYS, asked.sort),
            bars=bars(report.managers),
            sentence=sentence(report),
            presets=presets(now),
            tabs=tabs(user, "/reports/idle-reserve"),
        )

    @get("/file", sync_to_thread=True, permission=Permission.ESTATE_AUDIT)
    def file(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[bytes]:
        asked = _asked(request, now)
        name = f"idle-reserve-{asked.first.isoformat()}-{asked.last.isoformat()}.xlsx"
        return Response(
            sheet(_report(session, user, asked, now=now), by=user, now=now),
            media_type=EXCEL,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _report(session: Session, user: User, asked: Asked, *, now: datetime) -> Idle:
    since, until = _moment(asked.first), _moment(asked.last + timedelta(days=1))
    return idle(session, user, since=since, until=max(min(until, now), since), now=now)


def _asked(request: Request[Any, Any, Any], now: datetime) -> Asked:
    query, today = request.query_params, formats.here(now).date()
    first = _day(query.get("from", "")) or today.replace(day=1)
    last = _day(query.get("to", "")) or max(today, first)
    first, last = min(first, last), min(max(first, last), min(first, last) + LONGEST)
    by = query.get("by", "")
    return Asked(
        first, last, by if by in {"booking", "agency"} else "manager", query.get("sort", "") or "money"
    )


def _day(text: str) -> date | None:
    try:
        told = date.fromisoformat(text)
    except ValueError:
        return None
    return told if 2000 <= told.year <= 2999 else None


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings().zone)


def ordered(lines: Sequence[Line], keys: dict[str, Callable[[Any], Any]], sort: str) -> list[Line]:
    """By the column asked for; `-days` is the other way round; an unknown column is money."""
    column, turned = sort.removeprefix("-"), sort.startswith("-")
    key = keys.get(column, keys["money"])
    return sorted(lines, key=key, reverse=(column not in WORDS) != turned)


def bars(groups: Sequence[Sum]) -> list[Bar]:
    """The longest first, at most BARS of them."""
    most = max((group.money_days for group in groups), default=Decimal(0))
    if not most:
        return []
    return [
        Bar(
            group.name,
            group.money_days,
            round(float(group.money_days / most) * 100, 2),
            round(float(group.vain_money_days / most) * 100, 2),
        )
        for group in groups[:BARS]
    ]


def sentence(report: Idle) -> str:
    """The report said in words, for those who don't read charts."""
    total = report.total
    if not total.bookings:
        return _("Nothing stood booked in this period.")
    first = report.managers[0]
    return " ".join(
        [
            ngettext(
                "%(count)s booking held %(money)s on an average day.",
                "%(count)s bookings held %(money)s on an average day.",
                total.bookings,
                count=total.bookings,
                money=formats.money_short(report.average),
            ),
            _(
                "%(share)s of them came back unsold.",
                share=formats.percent(Decimal(total.in_vain) / total.bookings),
            ),
            _(
                "Most of it was held by %(who)s: %(share)s.",
                who=first.name,
                share=formats.percent(first.money_days / total.money_days if total.money_days else 0),
            ),
        ]
    )


def presets(now: datetime) -> list[tuple[str, date, date]]:
    today = formats.here(now).date()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        (_("This month"), month, today),
        (_("Last month"), before, month - timedelta(days=1)),
        (_("This quarter"), quarter, today),
    ]
