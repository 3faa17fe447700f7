"""GET /estate/3/changes?from=…&to=…: what became of the stock between two days."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import MultiDict
from litestar.params import FromPath
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Building
from domain.estate.drawings.layouts import names_of
from domain.estate.past import days
from domain.estate.past.changes import Changes, Deed, Line, Was, changes
from domain.estate.sheets import changed
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from web import replies
from web.estate import cells, past
from web.estate.places import buildings_of
from web.given import Given
from web.spreadsheets import handed_out

USUAL = timedelta(days=7)
MOST = 500
"""Lines of one page; all of them are in the file."""

WORDS: dict[Deed, Callable[[], str]] = {
    Deed.SOLD: lambda: _("Sold"),
    Deed.CONTRACTED: lambda: _("Under contract"),
    Deed.BOOKED: lambda: _("Booked"),
    Deed.RETURNED: lambda: _("Returned to sale"),
    Deed.REPRICED: lambda: _("Repriced"),
    Deed.MOVED: lambda: _("Moved"),
    Deed.REARRANGED: lambda: _("Another layout"),
    Deed.ADDED: lambda: _("Added"),
    Deed.WITHDRAWN: lambda: _("Taken off sale"),
}


@dataclass(frozen=True)
class Asked:
    """The two days and what is looked for, as the address says."""

    building: int | None
    since: date
    till: date
    deeds: frozenset[Deed]
    wrong: dict[str, str]

    def query(self, **other: Any) -> str:
        said: dict[str, Any] = {
            "building": self.building or "", "from": self.since, "to": self.till,
            "deed": sorted(deed.value for deed in self.deeds),
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in (said | other).items() if value}, doseq=True)

    def toggled(self, deed: Deed) -> str:
        return self.query(deed=sorted(one.value for one in self.deeds ^ {deed}))


class StockChanges(Controller):
    path = "/estate/{project_id:int}/changes"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[str]:
        """A wrong day is told at its field; nothing is compared then."""
        project, buildings = buildings_of(session, project_id)
        asked = read(request.query_params, buildings, now=now)
        found = Changes([]) if asked.wrong else compared(session, buildings, asked, now=now)
        lines = found.only(asked.deeds)
        context: dict[str, Any] = {
            "project": project,
            "buildings": buildings,
            "asked": asked,
            "found": found,
            "lines": lines[:MOST],
            "more": max(0, len(lines) - MOST),
            "deeds": WORDS,
            "cells": cells,
            "layouts": [
                _layouts(session, (line.before for line in lines[:MOST]), asked.since, now=now),
                _layouts(session, (line.after for line in lines[:MOST]), asked.till, now=now),
            ],
            "today": days.today(now),
            "written": days.written,
            "texts": {name: request.query_params.get(name, "") for name in ("from", "to")},
        }
        return replies.page(
            request, "estate/past/changes.html", status=422 if asked.wrong else 200, **context
        )

    @post("/exports", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def export(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        project_id: FromPath[int],
    ) -> Response[bytes]:
        """The same lines as a workbook."""
        project, buildings = buildings_of(session, project_id)
        asked = read(request.query_params, buildings, now=now)
        if asked.wrong:
            raise Invalid(asked.wrong)
        lines = compared(session, buildings, asked, now=now).only(asked.deeds)
        content = changed.workbook(session, project, lines, words=told, by=user)
        return handed_out(content, f"changes-{asked.since}-{asked.till}.xlsx")


def told(line: Line) -> str:
    """What became of the unit, in words."""
    return ", ".join(WORDS[deed]() for deed in Deed if deed in line.deeds)


def _layouts(session: Session, sides: Iterable[Was | None], day: date, *, now: datetime) -> Mapping[int, str]:
    """What layouts were called on the day."""
    ids = {side.layout_id for side in sides if side and side.layout_id}
    return names_of(session, ids, past.source_of(day, now=now)) if ids else {}


def compared(session: Session, buildings: list[Building], asked: Asked, *, now: datetime) -> Changes:
    ids = [building.id for building in buildings if asked.building in (None, building.id)]
    return changes(
        session, ids, since=days.end_of(asked.since, now=now), till=days.end_of(asked.till, now=now)
    )


def read(query: MultiDict[str], buildings: list[Building], *, now: datetime) -> Asked:
    """A week until today, unless the address says otherwise."""
    wrong: dict[str, str] = {}

    def day(name: str, usual: date) -> date:
        text = query.get(name, "")
        try:
            return days.day_of(text, now=now, field=name) if text.strip() else usual
        except Invalid as no:
            wrong.update(no.fields)
            return usual

    till = day("to", days.today(now))
    since = day("from", till - USUAL)
    if not wrong and since > till:
        wrong["from"] = _("The first day is later than the second")
    known = {deed.value: deed for deed in Deed}
    chosen = query.get("building", "")
    return Asked(
        building=next((building.id for building in buildings if str(building.id) == chosen), None),
        since=since,
        till=till,
        deeds=frozenset(known[text] for text in query.getall("deed", []) if text in known),
        wrong=wrong,
    )
