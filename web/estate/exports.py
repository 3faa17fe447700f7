"""POST /estate/3/exports: the stock as a workbook; GET /exports/7: how far a large one has come."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from litestar.response import File
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.past import days
from domain.estate.sheets import asking
from domain.estate.sheets.exporting import AT_ONCE, Wanted
from domain.estate.sheets.models import ExportStep
from domain.files import path_of
from domain.kernel import clock, formats
from domain.kernel.errors import Refused
from domain.kernel.text import _
from web import replies
from web.estate import filters, past
from web.estate.places import buildings_of
from web.given import Given
from web.spreadsheets import XLSX, handed_out


class StockExports(Controller):
    path = "/estate/{project_id:int}/exports"

    @post(sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[Any]:
        """What the address of the chessboard shows: its building, filter and day."""
        project, buildings = buildings_of(session, project_id)
        query = request.query_params
        as_of = past.asked(query, now=now)
        chosen = next((one.id for one in buildings if str(one.id) == query.get("building")), None)
        at = days.end_of(as_of, now=now) if as_of else None
        wanted = Wanted(project.id, chosen, filters.read(query), at)
        record = asking.ask(session, project, wanted, by=user, now=now)
        if record.total > AT_ONCE:
            return replies.done(request, to=f"/exports/{record.id}")
        content = asking.make(session, record, now=now, told=lambda _passed: None)
        return handed_out(content, file_name(now))


class Exports(Controller):
    path = "/exports/{export_id:int}"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        export_id: FromPath[int],
    ) -> Response[str]:
        record = asking.get_export(session, user, export_id)
        if replies.wants_fragment(request):
            return replies.region(request, "estate/sheets/_made.html", export=record)
        return replies.page(request, "estate/sheets/export.html", export=record)

    @get("/file", sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def file(self, session: Given[Session], user: Given[User], export_id: FromPath[int]) -> File:
        record = asking.get_export(session, user, export_id)
        if record.step is not ExportStep.MADE or record.sha256 is None:
            raise Refused(_("The file is not made yet"))
        made = record.finished_at or clock.now()
        return File(path_of(record.sha256), filename=file_name(made), media_type=XLSX)


def file_name(now: datetime) -> str:
    return f"stock-{formats.here(now):%Y-%m-%d-%H%M}.xlsx"
