"""/agencies: those we work with, their people, clients and deals."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User, colleagues, may
from domain.agencies import directory, fixing, limits, reading
from domain.agencies.models import Agency
from domain.kernel.errors import Forbidden, Invalid, Stale
from domain.kernel.text import _
from web import fields, forms, replies
from web.estate import cells
from web.estate.tabs import tabs
from web.given import Given


@dataclass
class Card:
    name: str = ""
    inn: str = ""
    fixed_for: str = "30"
    most_bookings: str = "5"
    manager_id: str = ""


@dataclass
class Edited(Card):
    version: str = ""


@dataclass
class Person:
    login: str = ""
    name: str = ""
    password: str = ""


class Agencies(Controller):
    path = "/agencies"

    @get(sync_to_thread=True, permission=Permission.AGENCIES_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return replies.page(
            request,
            "agencies/list.html",
            rows=reading.agencies(session, user, now=now),
            waiting=reading.waiting_count(session, user),
            may_manage=may(user, Permission.AGENCIES_MANAGE),
            tabs=tabs(user, "/agencies"),
        )

    @get("/new", sync_to_thread=True, permission=Permission.AGENCIES_MANAGE)
    def new(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        return _form(request, session, user, None, Card(manager_id=str(user.id)))

    @post(sync_to_thread=True, permission=Permission.AGENCIES_MANAGE)
    def create(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        data: URLEncodedBody[Card],
    ) -> Response[str]:
        try:
            told = _told(session, user, data)
            manager = session.get_one(User, told.pop("manager_id"))
            agency = directory.add(session, **told, manager=manager, by=user, now=now)
        except Invalid as no:
            return _form(request, session, user, None, data, no=no)
        return replies.done(request, to=f"/agencies/{agency.id}", toast=_("The agency is added"))

    @get("/{agency_id:int}", sync_to_thread=True, permission=Permission.AGENCIES_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        agency_id: FromPath[int],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        return _card(request, session, user, agency, Person(), now=now)

    @get("/{agency_id:int}/edit", sync_to_thread=True, permission=Permission.AGENCIES_MANAGE)
    def edit(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        agency_id: FromPath[int],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        given = Edited(
            agency.name,
            agency.inn or "",
            str(agency.fixed_for),
            str(agency.most_bookings),
            str(agency.manager_id),
            str(agency.version),
        )
        return _form(request, session, user, agency, given)

    @post("/{agency_id:int}", sync_to_thread=True, permission=Permission.AGENCIES_MANAGE, status_code=200)
    def save(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        agency_id: FromPath[int],
        data: URLEncodedBody[Edited],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        try:
            version = fields.number(data.version, "version")
            with session.begin_nested():
                directory.edit(session, agency, **_told(session, user, data), version=version, by=user)
        except (Invalid, Stale) as no:
            session.refresh(agency)
            return _form(request, session, user, agency, data, no=no)
        return replies.done(request, to=f"/agencies/{agency.id}", toast=_("Saved"))

    @post(
        "/{agency_id:int}/agents", sync_to_thread=True, permission=Permission.AGENCIES_MANAGE, status_code=200
    )
    def engage(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        agency_id: FromPath[int],
        data: URLEncodedBody[Person],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        try:
            with session.begin_nested():
                directory.engage(
                    session,
                    agency,
                    login=fields.words(data.login),
                    name=fields.words(data.name),
                    password=data.password,
                    by=user,
                )
        except Invalid as no:
            data.password = ""
            return _card(request, session, user, agency, data, now=now, no=no)
        return replies.done(
            request,
            to=f"/agencies/{agency.id}",
            toast=_("The agent may sign in: tell them the login and password"),
        )

    @post(
        "/{agency_id:int}/parting",
        sync_to_thread=True,
        permission=Permission.AGENCIES_MANAGE,
        status_code=200,
    )
    def part(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        agency_id: FromPath[int],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        directory.part(session, agency, by=user, now=now)
        told = _("“%(name)s” works with us no more: its people are signed out", name=agency.name)
        return replies.done(
            request,
            to=f"/agencies/{agency.id}",
            toast=replies.Toast(told, undo=f"/agencies/{agency.id}/reopening"),
        )

    @post(
        "/{agency_id:int}/reopening",
        sync_to_thread=True,
        permission=Permission.AGENCIES_MANAGE,
        status_code=200,
    )
    def reopen(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        agency_id: FromPath[int],
    ) -> Response[str]:
        agency = directory.get_agency(session, user, agency_id)
        directory.reopen(session, agency, by=user)
        return replies.done(request, to=f"/agencies/{agency.id}", toast=_("The agency works with us again"))


def _told(session: Session, user: User, data: Card) -> dict[str, Any]:
    """The form's values; the manager is one of the person's own people."""
    told: dict[str, Any] = {"name": fields.words(data.name), "inn": fields.words(data.inn)}
    told |= {name: fields.number(asdict(data)[name], name) for name in ("fixed_for", "most_bookings")}
    manager_id = fields.optional_number(data.manager_id, "manager_id") or user.id
    if manager_id not in {person.id for person in colleagues(session, user)}:
        raise Forbidden(_("You may give an agency to your own people only"))
    return told | {"manager_id": manager_id}


def _form(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    agency: Agency | None,
    given: Card,
    *,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    return forms.page(
        request,
        "agencies/form.html",
        given=given,
        record=agency,
        no=no,
        agency=agency,
        people=[(person.id, person.name) for person in colleagues(session, user)],
    )


def _card(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    agency: Agency,
    given: Person,
    *,
    now: datetime,
    no: Invalid | None = None,
) -> Response[str]:
    return replies.page(
        request,
        "agencies/card.html",
        status=422 if no else 200,
        agency=agency,
        given=given,
        fields=no.fields if no else {},
        members=reading.members(session, agency),
        clients=[(one, who, fixing.holds(one, now=now)) for one, who in reading.fixations(session, agency)],
        sales=reading.sales(session, user, agency),
        rows=reading.requests(session, user, now=now, agency_id=agency.id),
        held=len(limits.held(session, agency, now=now)),
        most=limits.most(session, agency),
        may_manage=may(user, Permission.AGENCIES_MANAGE),
        cells=cells,
    )
