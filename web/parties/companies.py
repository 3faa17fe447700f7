"""/companies: companies among one's clients and their requisites."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session, col, select

from domain import parties
from domain.access import Permission, User, rows_of
from domain.deals import Deal
from domain.exchange.monitor import last_about
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from domain.parties.companies import ready
from domain.parties.register import list_clients
from web import fields, forms, replies
from web.given import Given
from web.parties.people import searched


@dataclass
class Card:
    name: str = ""
    full_name: str = ""
    inn: str = ""
    kpp: str = ""
    ogrn: str = ""


@dataclass
class Edited(Card):
    version: str = ""


class Companies(Controller):
    path = "/companies"

    @get(sync_to_thread=True, permission=Permission.CLIENTS_SEE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        q, after = searched(request)
        found = list_clients(session, user, parties.Company, q=q, after=after)
        return replies.page(request, "parties/list.html", found=found, q=q, kind="companies")

    @get("/new", sync_to_thread=True, permission=Permission.CLIENTS_EDIT)
    def new(self, request: Request[Any, Any, Any]) -> Response[str]:
        return replies.page(request, "parties/company_form.html", company=None, given=Card(), fields={})

    @post(sync_to_thread=True, permission=Permission.CLIENTS_EDIT)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Card],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        try:
            company = parties.add_company(session, **asdict(data), by=user, now=now)
        except Invalid as no:
            return _form(request, None, data, no)
        return replies.done(request, to=f"/companies/{company.id}", toast=_("The company is added"))

    @get("/{company_id:int}", sync_to_thread=True, permission=Permission.CLIENTS_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        company_id: FromPath[int],
    ) -> Response[str]:
        company = parties.get_company(session, user, company_id)
        theirs = select(Deal).where(Deal.company_id == company.id, rows_of(user, col(Deal.responsible_id)))
        deals = session.exec(theirs.order_by(col(Deal.id).desc()).limit(50)).all()
        return replies.page(
            request,
            "parties/company.html",
            company=company,
            deals=deals,
            ready=ready(company),
            sent=last_about(session, "company", company.id),
        )

    @get("/{company_id:int}/edit", sync_to_thread=True, permission=Permission.CLIENTS_EDIT)
    def edit(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        company_id: FromPath[int],
    ) -> Response[str]:
        company = parties.get_company(session, user, company_id)
        told = {name: getattr(company, name) or "" for name in ("name", "full_name", "inn", "kpp", "ogrn")}
        given = Edited(**told, version=str(company.version))
        return replies.page(request, "parties/company_form.html", company=company, given=given, fields={})

    @post("/{company_id:int}", sync_to_thread=True, permission=Permission.CLIENTS_EDIT)
    def save(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        company_id: FromPath[int],
    ) -> Response[str]:
        company = parties.get_company(session, user, company_id)
        try:
            version = fields.number(data.version, "version")
            parties.edit_company(session, company, **asdict(data) | {"version": version}, by=user)
        except (Invalid, Stale) as no:
            session.refresh(company)
            return _form(request, company, data, no)
        return replies.done(request, to=f"/companies/{company.id}", toast=_("Saved"))


def _form(
    request: Request[Any, Any, Any], company: parties.Company | None, given: Card, no: Invalid | Stale
) -> Response[str]:
    return forms.page(
        request, "parties/company_form.html", given=given, record=company, no=no, company=company
    )
