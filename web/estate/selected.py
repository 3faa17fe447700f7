"""The page of one selection: its units as they are today, for its owner and for whom it is shared with."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response
from litestar.datastructures import MultiDict
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User, may
from domain.estate import Building
from domain.estate.chessboard import Filter
from domain.estate.comparing import MOST
from domain.estate.lines import lines
from domain.estate.selecting.models import Selection
from domain.estate.selecting.reading import chosen, fitting
from domain.kernel.errors import Missing, Stale
from domain.kernel.text import _
from web import replies
from web.estate import cells, filters

MOST_FOUND = 200


def asked_of(asked: str) -> Filter:
    return filters.read(MultiDict(parse_qsl(asked)))


def in_words(asked: str) -> str:
    """«2, 3 комн., до 9,5 млн ₽, свободна»: a kept filter for people."""
    wanted, query = asked_of(asked), MultiDict(parse_qsl(asked))
    parts = []
    if wanted.rooms:
        rooms = [
            _("St") if count == 0 else "3+" if count == 3 else str(count) for count in sorted(wanted.rooms)
        ]
        parts.append(_("rooms: %(rooms)s", rooms=", ".join(rooms)))
    for name, title in (("price", _("Price")), ("area", _("Area")), ("floor", _("Floor"))):
        least, most = query.get(f"{name}_from", ""), query.get(f"{name}_to", "")
        if least or most:
            bounds = "–".join(part for part in (least, most) if part)
            sign = "" if least and most else _("from") if least else _("up to")
            parts.append(f"{title.lower()} {sign} {bounds}".replace("  ", " "))
    parts += [cells.finish_word(finish).lower() for finish in sorted(wanted.finish)]
    parts += [cells.status_word(status) for status in sorted(wanted.status)]
    return ", ".join(parts) or _("all units of the building")


def page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    selection: Selection,
    *,
    refused: tuple[int, str, Stale] | None = None,
    now: datetime,
) -> Response[str]:
    """`refused` is a note that somebody changed meanwhile: of which choice, what was typed, and why not."""
    owner = session.get_one(User, selection.owner_id)
    context: dict[str, Any] = {
        "selection": selection,
        "owner": owner,
        "mine": owner.id == user.id,
        "deal": deal_seen(session, user, selection),
        "refused": refused,
        "most": MOST,
        "cells": cells,
    }
    status = 409 if refused else 200
    if selection.building_id is None:
        rows = chosen(session, selection, now=now)
        return replies.page(request, "estate/selection.html", status=status, rows=rows, **context)
    building = session.get_one(Building, selection.building_id)
    found = fitting(session, building.id, asked_of(selection.asked), now=now)
    shown = lines(session, [cell.id for cell in found[:MOST_FOUND]], now=now)
    context |= {"building": building, "found": len(found), "said": in_words(selection.asked)}
    return replies.page(request, "estate/kept_filter.html", rows=list(shown.values()), **context)


def deal_seen(session: Session, user: User, selection: Selection) -> deals.Deal | None:
    """The deal it is for, when this person may see it."""
    if selection.deal_id is None or not may(user, Permission.DEALS_SEE):
        return None
    try:
        return deals.get_visible(session, user, selection.deal_id)
    except Missing:
        return None
