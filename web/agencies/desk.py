"""/agent: what is on sale, the agent's own clients, the bookings asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain import estate
from domain.access import Permission, User
from domain.agencies import asking, fixing, reading, stock
from domain.agencies.directory import agency_of
from domain.agencies.models import Fixation
from domain.estate import UnitKind
from domain.kernel import formats
from domain.kernel.errors import DomainError, Invalid, Missing, Refused
from domain.kernel.text import _
from web import fields, replies
from web.estate import cells, filters
from web.given import Given

PERMISSION = Permission.AGENT_WORK


@dataclass
class Client:
    name: str = ""
    phone: str = ""


@dataclass
class Wish:
    fixation_id: str = ""
    text: str = ""


class AgentStock(Controller):
    path = "/agent/stock"

    @get(sync_to_thread=True, permission=PERMISSION)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        query = request.query_params
        wanted, page = _wanted(query), max(_whole(query.get("page", "1")), 1)
        found = stock.for_agents(session, wanted, page=page, now=now)
        asked = [(name, value) for name, value in query.multi_items() if name in FILTERS and value]
        return replies.page(
            request,
            "agencies/stock.html",
            agency=agency_of(session, user),
            projects=stock.projects(session),
            found=found,
            wanted=wanted,
            query=query,
            cells=cells,
            page=page,
            further=urlencode([*asked, ("page", str(page + 1))]),
            nearer=urlencode([*asked, ("page", str(page - 1))]),
        )

    @get("/{unit_id:int}", sync_to_thread=True, permission=PERMISSION)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        unit_id: FromPath[int],
    ) -> Response[str]:
        return _unit(request, session, user, unit_id, Wish(), now=now)

    @post("/{unit_id:int}/requests", sync_to_thread=True, permission=PERMISSION, status_code=200)
    def ask(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        unit_id: FromPath[int],
        data: URLEncodedBody[Wish],
    ) -> Response[str]:
        """The request to the agency's manager, or the form again with what is wrong."""
        stock.line_of(session, unit_id, now=now)
        unit = session.get_one(estate.Unit, unit_id)
        try:
            with session.begin_nested():
                fixation = _chosen(session, user, data.fixation_id)
                asking.ask(session, fixation, unit, text=fields.words(data.text), by=user, now=now)
        except (Invalid, Refused) as no:
            return _unit(request, session, user, unit_id, data, now=now, no=no)
        return replies.done(
            request, to="/agent/requests", toast=_("Sent to the manager: the answer will be in your bell")
        )


class AgentClients(Controller):
    path = "/agent/clients"

    @get(sync_to_thread=True, permission=PERMISSION)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return _clients(request, session, user, Client(), now=now)

    @post("/checks", sync_to_thread=True, permission=PERMISSION, status_code=200)
    def check(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Client],
    ) -> Response[str]:
        """Under the field while one types: already ours, or free for so many days."""
        try:
            checked = fixing.check(session, phone=fields.words(data.phone), by=user, now=now)
        except Invalid as no:
            return _clients(request, session, user, data, now=now, no=no)
        return _clients(request, session, user, data, now=now, checked=checked)

    @post(sync_to_thread=True, permission=PERMISSION, status_code=200)
    def fix(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Client],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                made = fixing.fix(
                    session, name=fields.words(data.name), phone=fields.words(data.phone), by=user, now=now
                )
        except Invalid as no:
            return _clients(request, session, user, data, now=now, no=no)
        if isinstance(made, Fixation):
            told = _("The client is fixed to you until %(until)s", until=formats.told(made.until, now=now))
            return replies.done(request, to="/agent/clients", toast=told)
        return _clients(request, session, user, data, now=now, checked=made)

    @post("/{fixation_id:int}/release", sync_to_thread=True, permission=PERMISSION, status_code=200)
    def release(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        fixation_id: FromPath[int],
    ) -> Response[str]:
        fixing.release(session, fixing.get_fixation(session, user, fixation_id), by=user, now=now)
        return replies.done(request, to="/agent/clients", toast=_("The client is no longer fixed to you"))


class AgentRequests(Controller):
    path = "/agent/requests"

    @get(sync_to_thread=True, permission=PERMISSION)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        agency = agency_of(session, user)
        rows = reading.own_requests(session, user, now=now)
        context: dict[str, Any] = {"agency": agency, "rows": rows, "cells": cells}
        if replies.wants_fragment(request):
            return replies.region(request, "agencies/_own_requests.html", **context)
        return replies.page(request, "agencies/own_requests.html", **context)

    @post("/{request_id:int}/withdrawal", sync_to_thread=True, permission=PERMISSION, status_code=200)
    def withdraw(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        request_id: FromPath[int],
    ) -> Response[str]:
        asking.withdraw(session, asking.get_own_request(session, user, request_id), by=user, now=now)
        return replies.done(request, to="/agent/requests", toast=_("The request is taken back"))


def _chosen(session: Session, user: User, text: str) -> Fixation:
    number = fields.optional_number(text, "fixation_id")
    if number is None:
        raise Invalid({"fixation_id": _("Choose the client the unit is for")})
    return fixing.get_fixation(session, user, number)


FILTERS = ("project", "kind", "rooms", "price_to", "area_from")


def _wanted(query: Any) -> stock.Asked:
    """Whatever can't be read is left out, as on the chessboard."""
    read = filters.read(query)
    project, kind = query.get("project", ""), query.get("kind", "")
    known = {member.value: member for member in UnitKind}
    return stock.Asked(
        project_id=_whole(project) or None,
        kind=known.get(kind, UnitKind.FLAT),
        rooms=read.rooms,
        price_to=read.price_to,
        area_from=read.area_from,
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _unit(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    unit_id: int,
    given: Wish,
    *,
    now: datetime,
    no: DomainError | None = None,
) -> Response[str]:
    try:
        line = stock.line_of(session, unit_id, now=now)
    except Missing:
        if isinstance(no, Refused):  # taken while the form was open
            raise no from None
        raise
    wrong = no.fields if isinstance(no, Invalid) else {}
    refusal = no if isinstance(no, Refused) else None
    fixed = [one for one in fixing.clients(session, user, now=now) if fixing.holds(one, now=now)]
    return replies.page(
        request,
        "agencies/unit.html",
        status=422 if wrong else 409 if refusal else 200,
        agency=agency_of(session, user),
        line=line,
        clients=fixed,
        given=given,
        fields=wrong,
        refusal=refusal,
        cells=cells,
    )


def _clients(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    given: Client,
    *,
    now: datetime,
    no: Invalid | None = None,
    checked: fixing.Checked | None = None,
) -> Response[str]:
    context: dict[str, Any] = {
        "agency": agency_of(session, user),
        "given": given,
        "fields": no.fields if no else {},
        "checked": checked,
        "rows": [(one, fixing.holds(one, now=now)) for one in fixing.clients(session, user, now=now)],
    }
    status = 422 if no else 200
    if replies.wants_fragment(request):
        return replies.region(request, "agencies/_fixing.html", status=status, **context)
    return replies.page(request, "agencies/clients.html", status=status, **context)
