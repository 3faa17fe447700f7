"""/prices: price list documents, from the draft with its preview to the undo."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Project
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.master import rules
from domain.estate.pricing.models import CARRIED, Master, PriceList, Rule
from domain.estate.pricing.preview import preview, progress
from domain.estate.pricing.reading import price_lists, read_lines, written_lines
from domain.kernel.errors import Invalid, Refused, Stale
from domain.kernel.money import parse
from domain.kernel.text import _, ngettext
from web import fields, forms, replies
from web.estate.prices import asked, words
from web.estate.prices.around import around
from web.given import Given

LONGEST_TITLE = 200


@dataclass
class Drafted(asked.Filtered):
    project: str = ""
    title: str = ""
    rule: str = ""
    value: str = ""
    step: str = "1000"
    lines: str = ""


@dataclass
class Edited(Drafted):
    version: str = ""


@dataclass
class When:
    effect_at: str = ""


class Prices(Controller):
    path = "/prices"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        """The register of the project's price lists, the newest first."""
        project = asked.project_of(request, session)
        context: dict[str, Any] = {"rows": price_lists(session, project.id), "ours": _ours(session, project)}
        return replies.page(
            request, "estate/prices/lists.html", **context, **around(session, user, project, "lists")
        )

    @get("/lists/new", sync_to_thread=True, permission=Permission.PRICES_SET)
    def new(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        project = asked.project_of(request, session)
        given = Drafted(project=str(project.id), rule=Rule.PERCENT.value, status=["free", "booked"])
        return _form(request, session, user, project, given)

    @post("/lists", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Drafted],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        project = asked.project_of(request, session, data.project)
        try:
            with session.begin_nested():
                wanted = _wanted(session, project, data)
                document = lists.draft(session, project, wanted, by=user, now=now)
        except Invalid as no:
            return _form(request, session, user, project, data, no=no)
        return replies.done(request, to=f"/prices/lists/{document.id}")


class PriceLists(Controller):
    path = "/prices/lists/{list_id:int}"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        list_id: FromPath[int],
    ) -> Response[str]:
        """Every unit before and after; for htmx only the part that changes."""
        return _shown(request, session, user, lists.get_price_list(session, list_id), now=now)

    @get("/edit", sync_to_thread=True, permission=Permission.PRICES_SET)
    def form(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        list_id: FromPath[int],
    ) -> Response[str]:
        document = lists.get_price_list(session, list_id)
        given = Edited(
            **vars(asked.filled(Criteria.from_json(document.criteria))),
            project=str(document.project_id),
            title=document.title,
            rule=document.rule.value,
            value=asked.plain(document.value),
            step=asked.plain(document.step),
            lines=written_lines(session, document),
            version=str(document.version),
        )
        return _form(request, session, user, document.project, given, document)

    @post(sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        list_id: FromPath[int],
    ) -> Response[str]:
        document = lists.get_price_list(session, list_id)
        try:
            with session.begin_nested():
                version = fields.number(data.version, "version")
                wanted = _wanted(session, document.project, data, document)
                lists.edit(session, document, wanted, version=version, by=user)
        except (Invalid, Stale) as no:
            session.refresh(document)
            return _form(request, session, user, document.project, data, document, no=no)
        return replies.done(request, to=f"/prices/lists/{document.id}", toast=_("Saved"))

    @post("/application", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def apply(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[When],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        list_id: FromPath[int],
    ) -> Response[str]:
        """Now, or at the moment given."""
        document = lists.get_price_list(session, list_id)
        try:
            with session.begin_nested():
                told = _begun(session, document, data.effect_at, by=user, now=now)
        except (Refused, Invalid) as no:
            session.refresh(document)
            return _shown(request, session, user, document, now=now, no=no)
        return replies.done(request, to=f"/prices/lists/{document.id}", toast=told)

    @post("/recall", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def recall(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        list_id: FromPath[int],
    ) -> Response[str]:
        document = lists.get_price_list(session, list_id)
        lists.recall(session, document, by=user)
        told = _("The price list is a draft again")
        return replies.done(request, to=f"/prices/lists/{document.id}", toast=told)

    @post("/undo", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def undo(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        list_id: FromPath[int],
    ) -> Response[str]:
        document = lists.get_price_list(session, list_id)
        lists.undo(session, document, by=user, now=now)
        told = _("The price list is being undone")
        return replies.done(request, to=f"/prices/lists/{document.id}", toast=told)


def _begun(session: Session, document: PriceList, at: str, *, by: User, now: datetime) -> str:
    if at.strip():
        lists.schedule(session, document, at=fields.moment(at, "effect_at"), by=by, now=now)
        return _("The price list waits for its date")
    count = lists.start(session, document, by=by, now=now)
    return ngettext(
        "Prices of %(count)s unit are being set",
        "Prices of %(count)s units are being set",
        count,
        count=count,
    )


def _wanted(
    session: Session, project: Project, data: Drafted, document: PriceList | None = None
) -> lists.Wanted:
    """What the form asks; where it says no rule, that of the document stays."""
    rule = asked.choice(Rule, data.rule, document.rule if document else Rule.PERCENT)
    title = fields.words(data.title)
    if len(title) > LONGEST_TITLE:
        raise Invalid({"title": _("The title is longer than %(most)s characters", most=LONGEST_TITLE)})
    lined = rule is Rule.LINES
    return lists.Wanted(
        rule=rule,
        value=Decimal(0) if lined else asked.decimal(data.value, "value"),
        step=asked.decimal(data.step, "step"),
        criteria=Criteria() if lined else asked.criteria(data),
        title=title,
        lines=read_lines(session, project, _pairs(data.lines)) if lined else None,
    )


def _pairs(text: str) -> list[tuple[str, Decimal]]:
    """«Дом 1; 45; 8 940 000» a line: what stands last is the price, what stands before names the unit."""
    pairs = []
    for number, line in enumerate(fields.words(text).splitlines(), start=1):
        if not line.strip():
            continue
        named, _sign, price = re.sub(r"\t", ";", line).rpartition(";")
        amount = parse(price, field="lines") if named.strip() else None
        if not amount:
            raise Invalid(
                {"lines": _("Line %(number)s: write the unit, a semicolon and the price", number=number)}
            )
        pairs.append((named.strip(), amount))
    return pairs


def _form(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    project: Project,
    given: Drafted,
    document: PriceList | None = None,
    *,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    return forms.page(
        request,
        "estate/prices/list_form.html",
        given=given,
        record=document,
        no=no,
        document=document,
        chosen=asked.several,
        **around(session, user, project, "lists"),
    )


def _shown(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    document: PriceList,
    *,
    now: datetime,
    no: Refused | Invalid | None = None,
) -> Response[str]:
    query = request.query_params
    if replies.wants_fragment(request) and query.get("at") == "work" and document.state in CARRIED:
        return _progress(request, session, document)
    seen = preview(session, document, now=now)
    number = query.get("page", "")
    sort, part = query.get("sort", "unit"), query.get("part", "")
    page = seen.page(int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
                     sort=sort, only=part)  # fmt: skip
    known = {"sort": sort, "part": part, "page": page.number}

    def address(**other: object) -> str:
        said = {name: value for name, value in (known | other).items() if value not in ("", None)}
        return f"/prices/lists/{document.id}?{urlencode(said)}"

    context = {
        "document": document,
        "criteria": Criteria.from_json(document.criteria),
        "authors": _people(session, document),
        "seen": seen,
        "page": page,
        "sort": sort,
        "part": part,
        "address": address,
        "progress": progress(session, document),
        "ours": _ours(session, document.project),
        "no": no,
    }
    shape = around(session, user, document.project, "lists")
    status = 200 if no is None else 409 if isinstance(no, Refused) else 422
    if replies.wants_fragment(request):
        return replies.region(request, "estate/prices/_list.html", status=status, **context, **shape)
    return replies.page(request, "estate/prices/list.html", status=status, **context, **shape)


def _progress(request: Request[Any, Any, Any], session: Session, document: PriceList) -> Response[str]:
    """To a page that shows the worker's progress already: thousands of lines are read again at its end."""
    far = progress(session, document)
    answer = replies.region(
        request, "estate/prices/_progress.html", document=document, progress=far, words=words, aside=True
    )
    answer.headers["HX-Reswap"] = "none"
    return answer


def _people(session: Session, document: PriceList) -> dict[str, str]:
    numbers = {
        "made": document.made_by_id,
        "applied": document.applied_by_id,
        "undone": document.undone_by_id,
    }
    return {name: session.get_one(User, number).name for name, number in numbers.items() if number}


def _ours(session: Session, project: Project) -> bool:
    return rules(session, project.id).master is Master.LISTS
