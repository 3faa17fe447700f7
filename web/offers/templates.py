"""/payment-templates: the ways to pay that may be offered, edited by the head."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User, may
from domain.kernel.errors import DomainError, Invalid, Refused
from domain.kernel.text import _
from domain.offers import PaymentTemplate, templates
from domain.offers.payments import Period
from domain.offers.templates import Wanted
from web import forms, replies
from web.estate.tabs import tabs
from web.given import Given
from web.offers.fields import Reading, typed, words
from web.offers.said import WORDS

Asked = Request[Any, Any, Any]
HERE = "/payment-templates"


@dataclass
class Filled:
    version: str = ""
    name: str = ""
    first_percent: str = ""
    first_amount: str = ""
    payments: str = "0"
    every: str = "monthly"
    last_on: str = ""
    extra_percent: str = ""


class PaymentTemplates(Controller):
    path = HERE

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(self, request: Asked, session: Given[Session], user: Given[User]) -> Response[str]:
        return replies.page(
            request, "offers/templates.html", templates=templates.listed(session, retired=True),
            may_set=may(user, Permission.PRICES_SET), tabs=tabs(user, HERE), say=WORDS,
        )  # fmt: skip

    @get("/new", sync_to_thread=True, permission=Permission.PRICES_SET)
    def blank(self, request: Asked) -> Response[str]:
        return _form(request, None, Filled())

    @post(sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def create(
        self, request: Asked, session: Given[Session], user: Given[User], data: URLEncodedBody[Filled]
    ) -> Response[str]:
        try:
            templates.add(session, _read(data), by=user)
        except (Invalid, Refused) as no:
            return _form(request, None, data, no=no)
        return replies.done(request, to=HERE, toast=_("The template is kept"))

    @get("/{template_id:int}/edit", sync_to_thread=True, permission=Permission.PRICES_SET)
    def form(self, request: Asked, session: Given[Session], template_id: FromPath[int]) -> Response[str]:
        template = templates.get_template(session, template_id)
        return _form(request, template, _filled(template))

    @post("/{template_id:int}", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def edit(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        template_id: FromPath[int],
        data: URLEncodedBody[Filled],
    ) -> Response[str]:
        template = templates.get_template(session, template_id)
        try:
            with session.begin_nested():
                version = Reading().number(data.version, "version") or 0
                templates.edit(session, template, _read(data), version=version, by=user)
        except (Invalid, Refused) as no:
            session.refresh(template)
            return _form(request, template, data, no=no)
        return replies.done(request, to=HERE, toast=_("Saved"))

    @post(
        "/{template_id:int}/retirement",
        sync_to_thread=True,
        permission=Permission.PRICES_SET,
        status_code=200,
    )
    def retire(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        template_id: FromPath[int],
    ) -> Response[str]:
        templates.retire(session, templates.get_template(session, template_id), by=user, now=now)
        told = replies.Toast(_("The template is not offered any more"), undo=f"{HERE}/{template_id}/return")
        return replies.done(request, to=HERE, toast=told)

    @post("/{template_id:int}/return", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def bring_back(
        self, request: Asked, session: Given[Session], user: Given[User], template_id: FromPath[int]
    ) -> Response[str]:
        templates.bring_back(session, templates.get_template(session, template_id), by=user)
        return replies.done(request, to=HERE, toast=_("The template is offered again"))


def _read(given: Filled) -> Wanted:
    """Raises Invalid with a sentence at every field that can't be read."""
    reading = Reading()
    wanted = Wanted(
        name=words(given.name, 200),
        first_percent=reading.percent(given.first_percent, "first_percent"),
        first_amount=reading.amount(given.first_amount, "first_amount"),
        payments=reading.number(given.payments, "payments") or 0,
        every=Period(given.every) if given.every in set(Period) else Period.MONTHLY,
        last_on=reading.date(given.last_on, "last_on"),
        extra_percent=reading.percent(given.extra_percent, "extra_percent") or Wanted.extra_percent,
    )
    if reading.wrong:
        raise Invalid(reading.wrong)
    return wanted


def _filled(template: PaymentTemplate) -> Filled:
    return Filled(
        version=str(template.version),
        name=template.name,
        first_percent=typed(template.first_percent) if template.first_percent else "",
        first_amount=typed(template.first_amount) if template.first_amount else "",
        payments=str(template.payments),
        every=template.every.value,
        last_on=template.last_on.isoformat() if template.last_on else "",
        extra_percent=typed(template.extra_percent) if template.extra_percent else "",
    )


def _form(
    request: Asked, template: PaymentTemplate | None, given: Filled, *, no: DomainError | None = None
) -> Response[str]:
    return forms.page(
        request,
        "offers/template_form.html",
        given=given,
        record=template,
        no=no,
        kept=template,
        titles=templates.titles(),
    )
