"""GET /estate/terms: the rules of bookings, edited by a head or the administrator in the browser."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.terms import Allowance, Terms, Whose, editing, kinds
from domain.kernel.errors import DomainError, Invalid, Stale
from domain.kernel.text import _
from web import replies
from web.estate.tabs import tabs
from web.given import Given

UNREADABLE = -1
"""Stands for what is no number: no rule takes it, so the verb says what it wants."""


@dataclass
class Edited:
    version: str = ""
    days: str = ""
    default_days: str = ""
    total_days: str = ""
    own_extensions: str = ""
    price: str = ""
    head_only: str = ""
    at_once: str = ""


@dataclass
class Changed:
    version: str = ""
    most: str = ""


@dataclass
class Own:
    user_id: str = ""
    most: str = ""


@dataclass
class Kept:
    """A form that was not saved: what was typed, and what is wrong with it."""

    form: str
    given: Any
    wrong: dict[str, str] = field(default_factory=dict)
    stale: Stale | None = None


class BookingRules(Controller):
    path = "/estate"

    @get("/terms", sync_to_thread=True, permission=Permission.BOOKING_RULES)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        return _page(request, session, user)

    @post("/terms/{terms_id:int}", sync_to_thread=True, permission=Permission.BOOKING_RULES, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        terms_id: FromPath[int],
    ) -> Response[str]:
        terms = editing.get_terms(session, terms_id)
        try:
            with session.begin_nested():
                editing.edit(session, terms, version=_number(data.version), by=user, **_read(data))
        except (Invalid, Stale) as no:
            return _again(request, session, user, f"terms-{terms_id}", data, no)
        return _saved(request, session, user, _("The terms are saved"))

    @post("/limits", sync_to_thread=True, permission=Permission.BOOKING_RULES, status_code=200)
    def give(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Own],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        """A limit of a person's own."""
        try:
            with session.begin_nested():
                editing.give(session, person_id=_number(data.user_id), most=_most(data.most), by=user)
        except Invalid as no:
            return _again(request, session, user, "limit-new", data, no)
        return _saved(request, session, user, _("The limit is set"))

    @post("/limits/{limit_id:int}", sync_to_thread=True, permission=Permission.BOOKING_RULES, status_code=200)
    def change(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Changed],
        session: Given[Session],
        user: Given[User],
        limit_id: FromPath[int],
    ) -> Response[str]:
        allowance = editing.get_allowance(session, user, limit_id)
        try:
            with session.begin_nested():
                version = _number(data.version)
                editing.change(session, allowance, version=version, most=_most(data.most), by=user)
        except (Invalid, Stale) as no:
            return _again(request, session, user, f"limit-{limit_id}", data, no)
        return _saved(request, session, user, _("The limit is set"))

    @post(
        "/limits/{limit_id:int}/removal",
        sync_to_thread=True,
        permission=Permission.BOOKING_RULES,
        status_code=200,
    )
    def remove(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        limit_id: FromPath[int],
    ) -> Response[str]:
        editing.remove(session, editing.get_allowance(session, user, limit_id), by=user)
        return _saved(request, session, user, _("The common limit holds for this person again"))


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    *,
    kept: Kept | None = None,
    status: int = 200,
) -> Response[str]:
    context = _context(session, user, kept)
    if replies.wants_fragment(request):
        return replies.region(request, "estate/_terms_table.html", status=status, **context)
    return replies.page(request, "estate/terms.html", status=status, **context)


def _context(session: Session, user: User, kept: Kept | None) -> dict[str, Any]:
    session.flush()
    known = kinds.every(session)
    allowances = editing.allowances(session, user)
    with_own = {allowance.user_id for allowance in allowances}
    return {
        "every": [known[kind] for kind in kinds.BY_PEOPLE],
        "kind_word": kinds.word,
        "allowances": allowances,
        "whose_word": whose_word,
        "people": [person for person in editing.people(session, user) if person.id not in with_own],
        "agencies": editing.agents(session, user),
        "kept": kept,
        "typed": typed,
        "tabs": tabs(user, "/estate/terms"),
    }


def _saved(request: Request[Any, Any, Any], session: Session, user: User, told: str) -> Response[str]:
    body = replies.render(request, "estate/_terms_table.html", **_context(session, user, None))
    return replies.done(request, to="/estate/terms", body=body, toast=told)


def _again(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    form: str,
    data: object,
    no: DomainError,
) -> Response[str]:
    """The page with the form as it was typed; after somebody else's save it carries the present version."""
    session.expire_all()
    stale = no if isinstance(no, Stale) else None
    wrong = no.fields if isinstance(no, Invalid) else {}
    kept = Kept(form, data, wrong, stale)
    return _page(request, session, user, kept=kept, status=409 if stale else 422)


def typed(record: Terms | Allowance) -> Edited | Changed:
    """The record as its form shows it."""
    version = str(record.version)
    if isinstance(record, Allowance):
        return Changed(version, _bare(record.most))
    return Edited(
        version,
        ", ".join(map(str, record.days)),
        str(record.default_days),
        str(record.total_days),
        str(record.own_extensions),
        f"{record.price.normalize():f}",
        "1" if record.head_only else "",
        _bare(record.at_once),
    )


def whose_word(whose: Whose) -> str:
    return {
        Whose.MANAGER: _("Each manager"),
        Whose.AGENT: _("Each agent"),
        Whose.AGENCY: _("Each agency"),
    }[whose]


def _read(data: Edited) -> dict[str, Any]:
    return {
        "days": [_number(part) for part in data.days.replace(";", ",").split(",") if part.strip()],
        "default_days": _number(data.default_days),
        "total_days": _number(data.total_days),
        "own_extensions": _number(data.own_extensions),
        "price": _price(data.price),
        "head_only": data.head_only == "1",
        "at_once": _most(data.at_once),
    }


def _most(text: str) -> int | None:
    return _number(text) if text.strip() else None


def _number(text: str) -> int:
    bare = "".join(text.split())
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 9 else UNREADABLE


def _price(text: str) -> Decimal:
    bare = "".join(text.split()).replace(",", ".").removesuffix("₽") or "0"
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return Decimal(UNREADABLE)
    sane = amount.is_finite() and 0 <= amount < 10**12
    return amount.quantize(Decimal("0.01")) if sane else Decimal(UNREADABLE)


def _bare(number: int | None) -> str:
    return "" if number is None else str(number)
