"""GET /bookings: the register of one's own and one's people's bookings, and as an Excel file."""

from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from litestar import Controller, Request, Response, get
from litestar.datastructures import MultiDict
from sqlmodel import Session, col

from domain.access import Permission, User, colleagues
from domain.deals import funnels
from domain.deals.register import PAGE, Line, Wanted, Which, exported, register
from domain.estate import BookingKind, BookingState, Building, Project
from domain.estate.terms import kinds
from domain.kernel import formats
from domain.kernel.db import pick
from domain.kernel.settings import settings
from domain.kernel.text import _
from web import replies
from web.estate.tabs import tabs
from web.given import Given

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_PAGE = 10_000


class Register(Controller):
    path = "/bookings"

    @get(sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        wanted = read(request.query_params)
        topics = [f"user-{user.id}", *(f"funnel-{funnel.id}" for funnel in funnels.outlines(session))]
        context: dict[str, Any] = {
            "seen": register(session, user, wanted, now=now),
            "wanted": wanted,
            "moment": now,
            "words": words(),
            "kind_word": kinds.word,
            "bookable": kinds.BY_PEOPLE,
            "terms": kinds.every(session),
            "people": colleagues(session, user),
            "buildings": _buildings(session),
            "at": lambda **other: at(wanted, **other),
            "page_size": PAGE,
            "topics": " ".join(topics),
            "tabs": tabs(user, "/bookings"),
        }
        if replies.wants_fragment(request):
            return replies.region(request, "estate/_register.html", **context)
        return replies.page(request, "estate/bookings.html", **context)

    @get("/excel", sync_to_thread=True, permission=Permission.ESTATE_BOOK)
    def excel(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[bytes]:
        """The whole list by the same filter, with dates and sums a spreadsheet can count."""
        wanted = read(request.query_params)
        content = workbook(exported(session, user, wanted, now=now), now)
        name = f'attachment; filename="bookings-{wanted.which.value}.xlsx"'
        return Response(content, media_type=EXCEL, headers={"Content-Disposition": name})


def read(query: MultiDict[str]) -> Wanted:
    """The filter in the address; what can't be read does not narrow."""
    states = {which.value: which for which in Which}
    by_people = {kind.value: kind for kind in BookingKind}
    return Wanted(
        which=states.get(query.get("state", ""), Which.ACTIVE),
        kind=by_people.get(query.get("kind", "")),
        person_id=_number(query.get("person")),
        building_id=_number(query.get("building")),
        page=min(_number(query.get("page")) or 1, LAST_PAGE),
    )


def at(wanted: Wanted, *, path: str = "/bookings", **other: object) -> str:
    """The address of the same list with something else; another filter begins at its first page."""
    asked = {
        "state": wanted.which.value,
        "kind": wanted.kind.value if wanted.kind else "",
        "person": wanted.person_id or "",
        "building": wanted.building_id or "",
        **other,
    }
    pairs = [(name, value) for name, value in asked.items() if value not in {"", None}]
    return f"{path}?{urlencode(pairs)}"


def words() -> dict[Which, str]:
    return {
        Which.ACTIVE: _("Holding"),
        Which.TODAY: _("End today"),
        Which.WAITING: _("Wait for the head"),
        Which.OVERDUE: _("Overdue"),
        Which.OVER: _("Over"),
    }


def state_word(line: Line, now: datetime) -> str:
    """What became of it, by this minute."""
    if line.holds(now):
        return {
            BookingState.CONTRACT: _("under contract"),
            BookingState.SOLD: _("sold"),
        }.get(line.state, _("is in force"))
    return _("cancelled") if line.state is BookingState.CANCELLED else _("expired")


def workbook(lines: list[Line], now: datetime) -> bytes:
    """One sheet; texts as texts, so that none of them is taken for a formula."""
    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("Bookings"))
    bold = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    heads = [
        _("Unit"), _("Project"), _("Building"), _("Deal"), _("Client"), _("Booked by"), _("Kind"),
        _("Frozen price"), _("Booked at"), _("Until"), _("Extensions"), _("State"),
    ]  # fmt: skip
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    for row, line in enumerate(lines, start=1):
        deal = f"№ {line.deal_id}" if line.deal else ""
        texts = (
            line.number, line.project, line.building, deal, line.client or "", line.who,
            kinds.word(line.kind),
        )  # fmt: skip
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text)
        sheet.write_number(row, 7, line.price, money)
        for place, at_ in ((8, line.booked_at), (9, line.until)):
            here = formats.local(at_, settings().zone).replace(tzinfo=None)
            sheet.write_datetime(row, place, here, moment)
        sheet.write_number(row, 10, line.extensions)
        sheet.write_string(row, 11, state_word(line, now))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)
    sheet.autofit()
    book.close()
    return file.getvalue()


def _buildings(session: Session) -> list[tuple[int, str]]:
    rows = (
        pick(col(Building.id), sa.func.concat(Project.name, ", ", Building.name))
        .join(Project, col(Project.id) == Building.project_id)
        .order_by(col(Project.position), Project.name, col(Building.position), Building.name)
    )
    return [(id_, name) for id_, name in session.execute(rows)]


def _number(text: str | None) -> int | None:
    bare = text or ""
    return int(bare) if bare.isascii() and bare.isdigit() and 0 < len(bare) < 19 and int(bare) else None
