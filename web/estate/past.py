"""The chessboard of a past day: `?as_of=2026-10-12`, drawn as the present is, looked at and no more."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.datastructures import MultiDict
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User, may
from domain.estate import Building, Unit
from domain.estate.chessboard import Edition
from domain.estate.drawings.reading import TODAY, Source
from domain.estate.past import board, days, drawn
from domain.estate.past.board import Facts
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import current_language
from web import replies
from web.estate import cells, filters, press
from web.estate.panel import Panel, panel
from web.estate.press import Drawing, Sheet
from web.shelf import Shelf

ROOM, ROOM_FOR_SHEETS = 3 * 1024 * 1024, 1024 * 1024
"""Bytes for past drawings and sheets: they never push the present ones off their shelf."""

sheets: Shelf[Sheet] = Shelf(ROOM_FOR_SHEETS)
drawings: Shelf[Drawing] = Shelf(ROOM)
press.shelves += [sheets, drawings]


@dataclass(frozen=True)
class PastPanel:
    """A unit on a past day, for one person; nothing can be done there."""

    unit: Unit
    as_of: date
    facts: Facts | None
    deal: deals.Deal | None
    """The deal that held it, when this person may see it."""
    plan_id: int | None
    """Of the picture it had, its own or of its layout."""


def today(now: datetime) -> date:
    return days.today(now)


def asked(query: MultiDict[str], *, now: datetime) -> date | None:
    """The past day of the address; today is the present. Raises Invalid, see `days.day_of`."""
    text = query.get("as_of", "")
    day = days.day_of(text, now=now) if text.strip() else None
    return None if day == days.today(now) else day


def asked_or_why_not(query: MultiDict[str], *, now: datetime) -> tuple[date | None, str]:
    """The same; a day that can't be shown is a sentence over the present board."""
    try:
        return asked(query, now=now), ""
    except Invalid as no:
        return None, no.fields["as_of"]


def source_of(as_of: date | None, *, now: datetime) -> Source:
    """What the drawn of the day is read from."""
    return drawn.source_of(days.end_of(as_of, now=now)) if as_of else TODAY


def sheet_of(
    session: Session,
    edition: Edition,
    path: str,
    query: MultiDict[str],
    as_of: date | None,
    *,
    now: datetime,
) -> Sheet:
    """The region of that day, or the present one.

    Kept as long as nothing happens in the building: what is written late about the day is a happening too.
    """
    if as_of is None:
        return press.sheet(session, edition, path, query, now=now)
    link = "?" + urlencode({"as_of": as_of.isoformat()})
    shared = filters.shared(query, edition.building_id)
    kept = MultiDict([*shared.multi_items(), ("as_of", as_of.isoformat())])
    of_day = (as_of, current_language())

    def draw() -> Drawing:
        was = board.read(session, edition.building_id, at=days.end_of(as_of, now=now))
        return press.drawn(edition, was, asked=link)

    def print_() -> Sheet:
        drawing = drawings.take((edition.building_id, *of_day), edition, draw, now=now)
        return press.printed(session, drawing, path, kept, asked=link, source=source_of(as_of, now=now))

    return sheets.take((path, *kept.multi_items(), *of_day), edition, print_, now=now)


def around(
    session: Session,
    building: Building,
    query: MultiDict[str],
    as_of: date | None,
    wrong: str,
    *,
    now: datetime,
) -> dict[str, Any]:
    """What the page says about its day; of the present nothing is asked of the database."""
    known = board.known(session, building.id) if as_of else None
    end = days.end_of(as_of, now=now) if as_of else now
    return {
        "as_of": as_of,
        "as_of_wrong": wrong,
        "as_of_text": query.get("as_of", "") if wrong else "",
        "to_present": filters.without(query, "as_of"),
        "kept_query": [pair for pair in filters.kept(query) if pair[0] not in {"as_of", "unit"}],
        "began": known.since if known and known.since and known.since >= end else None,
        "arranged": known.arranged if known and known.arranged and known.arranged >= end else None,
        "drawn_since": known.drawn if known and known.drawn and known.drawn >= end else None,
        "today": days.today(now),
        "written": days.written,
    }


def beside(
    session: Session, user: User, unit: Unit, as_of: date | None, *, now: datetime
) -> Panel | PastPanel:
    if as_of is None:
        return panel(session, user, unit, now=now)
    end = days.end_of(as_of, now=now)
    facts = board.facts(session, unit, at=end)
    deal = _deal(session, user, facts.held.deal_id) if facts and facts.held else None
    plan_id = drawn.plan_of(session, unit.id, facts.layout_id, at=end) if facts else None
    return PastPanel(unit=unit, as_of=as_of, facts=facts, deal=deal, plan_id=plan_id)


def unit(
    request: Request[Any, Any, Any], session: Session, user: User, unit: Unit, as_of: date, *, now: datetime
) -> Response[str]:
    context: dict[str, Any] = {
        "beside": beside(session, user, unit, as_of, now=now), "cells": cells, "written": days.written,
    }  # fmt: skip
    if replies.wants_fragment(request):
        return replies.region(request, "estate/past/_unit.html", **context)
    return replies.page(request, "estate/past/unit.html", **context)


def _deal(session: Session, user: User, deal_id: int) -> deals.Deal | None:
    if not may(user, Permission.DEALS_SEE):
        return None
    try:
        return deals.get_visible(session, user, deal_id)
    except Missing:
        return None
