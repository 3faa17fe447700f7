"""/mortgage-programmes: banks' terms, edited by the head, and what a price costs by each of them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User, may
from domain.kernel import formats
from domain.kernel.errors import DomainError, Invalid, Refused
from domain.kernel.text import _
from domain.offers import MortgageProgramme, programmes
from domain.offers.models import ProgrammeKind
from domain.offers.programmes import Wanted
from web import forms, replies
from web.estate.tabs import tabs
from web.given import Given
from web.offers.calculating import Sought, answers
from web.offers.fields import Reading, typed, words
from web.offers.said import WORDS

Asked = Request[Any, Any, Any]
HERE = "/mortgage-programmes"


@dataclass
class Filled:
    version: str = ""
    bank: str = ""
    name: str = ""
    kind: str = "standard"
    rate: str = ""
    least_down_percent: str = ""
    longest_months: str = "360"
    least_credit: str = ""
    most_credit: str = ""
    valid_from: str = ""
    valid_to: str = ""
    rates_of: str = ""


class MortgageProgrammes(Controller):
    path = HERE

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(
        self, request: Asked, session: Given[Session], user: Given[User], now: Given[datetime]
    ) -> Response[str]:
        """The programmes, and beside each its answer to the price that was asked about."""
        query = request.query_params
        sought = Sought(query.get("price", ""), query.get("down", "20 %"), query.get("years", "20"))
        known = programmes.listed(session, retired=True)
        found, wrong = answers(sought, known, today=formats.here(now).date())
        return replies.page(
            request, "offers/programmes.html", programmes=known, sought=sought, answers=found, fields=wrong,
            may_set=may(user, Permission.PRICES_SET), tabs=tabs(user, HERE), say=WORDS,
        )  # fmt: skip

    @get("/new", sync_to_thread=True, permission=Permission.PRICES_SET)
    def blank(self, request: Asked, now: Given[datetime]) -> Response[str]:
        today = formats.here(now).date().isoformat()
        return _form(request, None, Filled(valid_from=today, rates_of=today))

    @post(sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def create(
        self, request: Asked, session: Given[Session], user: Given[User], data: URLEncodedBody[Filled]
    ) -> Response[str]:
        try:
            programmes.add(session, _read(data), by=user)
        except (Invalid, Refused) as no:
            return _form(request, None, data, no=no)
        return replies.done(request, to=HERE, toast=_("The programme is kept"))

    @get("/{programme_id:int}/edit", sync_to_thread=True, permission=Permission.PRICES_SET)
    def form(self, request: Asked, session: Given[Session], programme_id: FromPath[int]) -> Response[str]:
        programme = programmes.get_programme(session, programme_id)
        return _form(request, programme, _filled(programme))

    @post("/{programme_id:int}", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def edit(
        self,
        request: Asked,
        session: Given[Session],
        user: Given[User],
        programme_id: FromPath[int],
        data: URLEncodedBody[Filled],
    ) -> Response[str]:
        programme = programmes.get_programme(session, programme_id)
        try:
            with session.begin_nested():
                version = Reading().number(data.version, "version") or 0
                programmes.edit(session, programme, _read(data), version=version, by=user)
        except (Invalid, Refused) as no:
            session.refresh(programme)
            return _form(request, programme, data, no=no)
        return replies.done(request, to=HERE, toast=_("Saved"))

    @post(
        "/{programme_id:int}/retirement",
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
        programme_id: FromPath[int],
    ) -> Response[str]:
        programmes.retire(session, programmes.get_programme(session, programme_id), by=user, now=now)
        told = replies.Toast(_("The programme is not offered any more"), undo=f"{HERE}/{programme_id}/return")
        return replies.done(request, to=HERE, toast=told)

    @post(
        "/{programme_id:int}/return", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200
    )
    def bring_back(
        self, request: Asked, session: Given[Session], user: Given[User], programme_id: FromPath[int]
    ) -> Response[str]:
        programmes.bring_back(session, programmes.get_programme(session, programme_id), by=user)
        return replies.done(request, to=HERE, toast=_("The programme is offered again"))


def _read(given: Filled) -> Wanted:
    """Raises Invalid with a sentence at every field that can't be read."""
    reading = Reading()
    rate, months = reading.percent(given.rate, "rate"), reading.number(given.longest_months, "longest_months")
    valid_from, rates_of = (
        reading.date(given.valid_from, "valid_from"),
        reading.date(given.rates_of, "rates_of"),
    )
    for field, found in (("rate", rate), ("valid_from", valid_from), ("rates_of", rates_of)):
        if found is None:
            reading.wrong.setdefault(field, _("Fill this in"))
    wanted = Wanted(
        bank=words(given.bank, 200),
        name=words(given.name, 200),
        kind=ProgrammeKind(given.kind) if given.kind in set(ProgrammeKind) else ProgrammeKind.STANDARD,
        rate=rate or Decimal(0),
        least_down_percent=reading.percent(given.least_down_percent, "least_down_percent") or Decimal(0),
        longest_months=months or 0,
        least_credit=reading.amount(given.least_credit, "least_credit"),
        most_credit=reading.amount(given.most_credit, "most_credit"),
        valid_from=valid_from or date.max,
        valid_to=reading.date(given.valid_to, "valid_to"),
        rates_of=rates_of or date.max,
    )
    if reading.wrong:
        raise Invalid(reading.wrong)
    return wanted


def _filled(programme: MortgageProgramme) -> Filled:
    return Filled(
        version=str(programme.version),
        bank=programme.bank,
        name=programme.name,
        kind=programme.kind.value,
        rate=typed(programme.rate),
        least_down_percent=typed(programme.least_down_percent),
        longest_months=str(programme.longest_months),
        least_credit=typed(programme.least_credit) if programme.least_credit else "",
        most_credit=typed(programme.most_credit) if programme.most_credit else "",
        valid_from=programme.valid_from.isoformat(),
        valid_to=programme.valid_to.isoformat() if programme.valid_to else "",
        rates_of=programme.rates_of.isoformat(),
    )


def _form(
    request: Asked, programme: MortgageProgramme | None, given: Filled, *, no: DomainError | None = None
) -> Response[str]:
    return forms.page(
        request,
        "offers/programme_form.html",
        given=given,
        record=programme,
        no=no,
        kept=programme,
        titles=programmes.titles(),
        kinds=[(kind.value, programmes.kind_word(kind.value)) for kind in ProgrammeKind],
    )
