"""The form of a selection, new or there already: read, checked and shown again with what is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import Request, Response
from litestar.datastructures import MultiDict
from sqlmodel import Session

from domain import deals
from domain.access import Permission, User, may
from domain.estate import Building
from domain.estate.lines import lines
from domain.estate.selecting.models import Selection
from domain.estate.selecting.selections import LONGEST_FILTER
from domain.kernel.errors import DomainError, Invalid, Missing, Stale
from domain.kernel.text import _
from web import replies
from web.estate import cells, filters
from web.estate.numbers import number, numbers
from web.estate.selected import in_words

AS_IT_IS = "kept"
"""The deal of a selection that its owner may not see any more: it stays, its number is not told."""


@dataclass
class Selected:
    name: str = ""
    deal_id: str = ""
    units: str = ""
    """Numbers of units with commas between, for a new selection by hand."""
    building: str = ""
    asked: str = ""
    """Both of a kept filter."""
    shared: str = ""
    version: str = ""


def words(text: str) -> str:
    """Without the one character a database can't keep."""
    return text.replace("\0", "").strip()


def kept_of(query: MultiDict[str]) -> str:
    """The filter alone, as it stands in an address."""
    return urlencode([(name, value) for name, value in filters.kept(query) if name in filters.NARROWING])


def building_of(session: Session, data: Selected) -> tuple[Building, str] | None:
    if not data.building:
        return None
    building = session.get(Building, number(data.building) or 0)
    if building is None:
        raise Missing(_("There is no such building"))
    asked = kept_of(MultiDict(parse_qsl(words(data.asked))))
    if len(asked) > LONGEST_FILTER:
        raise Invalid({"name": _("The filter is too long to be kept")})
    return building, asked


def deal_of(session: Session, user: User, text: str, selection: Selection | None) -> int | None:
    """One that the person may see; one that was there before stays, whoever leads it now."""
    if not text.strip():
        return None
    if text == AS_IT_IS and selection is not None:
        return selection.deal_id
    told = number(text)
    if told is None or not may(user, Permission.DEALS_SEE):
        raise Missing(_("There is no such deal, or it is not yours"))
    return deals.get_visible(session, user, told).id


def form(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    given: Selected,
    selection: Selection | None,
    *,
    no: DomainError | None = None,
    now: datetime,
) -> Response[str]:
    """After a stale save the form keeps what was typed and carries the present version."""
    stale = no if isinstance(no, Stale) else None
    wrong = no.fields if isinstance(no, Invalid) else {}
    return replies.page(
        request,
        "estate/selecting.html",
        status=409 if stale else 422 if wrong else 200,
        selection=selection,
        given=given,
        version=selection.version if stale and selection else given.version,
        wrong=wrong,
        stale=stale,
        units=list(lines(session, numbers([given.units]), now=now).values()),
        said=in_words(given.asked),
        may_tie=may(user, Permission.DEALS_SEE),
        cells=cells,
    )
