"""The terms of each kind of booking, as the company has set them or as the market has it."""

from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import Role, User
from domain.estate.models import BookingKind
from domain.estate.terms.models import Terms
from domain.kernel.db import kept
from domain.kernel.errors import Forbidden, Invalid
from domain.kernel.text import _

LONGEST_DAYS = 365


def usual(kind: BookingKind) -> Terms:
    """What holds where nothing is set: an unsaved row."""
    days, default, total, own, price, head_only = USUAL[kind]
    return Terms(
        kind=kind,
        days=list(days),
        default_days=default,
        total_days=total,
        own_extensions=own,
        price=Decimal(price),
        head_only=head_only,
    )


USUAL: dict[BookingKind, tuple[tuple[int, ...], int, int, int, int, bool]] = {
    BookingKind.VERBAL: ((1, 3, 7), 3, 7, 1, 0, False),
    BookingKind.PAID: ((7, 14), 14, 14, 1, 30_000, False),
    BookingKind.MORTGAGE: ((7, 14), 14, 14, 1, 0, False),
    BookingKind.CORPORATE: ((14, 30), 30, 30, 0, 0, True),
    BookingKind.OFFER: ((1, 2, 3), 1, 3, 0, 0, False),
}
"""Days offered, default, longest in all, own extensions, price, only by a head."""
BY_PEOPLE = (BookingKind.VERBAL, BookingKind.PAID, BookingKind.MORTGAGE, BookingKind.CORPORATE)
"""Kinds somebody chooses; an offer is made by the waiting list."""


def every(session: Session) -> dict[BookingKind, Terms]:
    """All kinds in the order they are shown."""
    set_here = {terms.kind: terms for terms in session.exec(_terms())}
    return {kind: set_here.get(kind) or usual(kind) for kind in BookingKind}


def of(session: Session, kind: BookingKind) -> Terms:
    return session.exec(_terms_of(), params={"kind": kind}).first() or usual(kind)


@kept
def _terms() -> SelectOfScalar[Terms]:
    return select(Terms)


@kept
def _terms_of() -> SelectOfScalar[Terms]:
    return select(Terms).where(col(Terms.kind) == sa.bindparam("kind"))


def choosable(session: Session, user: User) -> list[Terms]:
    """The kinds this person may book by."""
    known = every(session)
    return [known[kind] for kind in BY_PEOPLE if may_choose(user, known[kind])]


def may_choose(user: User, terms: Terms) -> bool:
    return not terms.head_only or user.role is Role.HEAD


def demand_term(session: Session, kind: BookingKind, days: int, *, by: User) -> Terms:
    """The terms the booking is made by; Invalid for a term not offered, Forbidden for a head's kind."""
    terms = of(session, kind)
    if not may_choose(by, terms):
        raise Forbidden(
            _("A booking of the kind “%(kind)s” is made by a head of sales", kind=word(kind).lower())
        )
    demand_offered(terms, days)
    return terms


def demand_offered(terms: Terms, days: int) -> None:
    if days not in terms.days:
        raise Invalid(
            {
                "days": _(
                    "A booking of the kind “%(kind)s” is for %(days)s days",
                    kind=word(terms.kind).lower(),
                    days=listed(terms.days),
                )
            }
        )


def listed(days: list[int]) -> str:
    """«1, 3 или 7»."""
    *first, last = map(str, days)
    return _("%(some)s or %(last)s", some=", ".join(first), last=last) if first else last


def word(kind: BookingKind) -> str:
    return {
        BookingKind.VERBAL: _("Verbal"),
        BookingKind.PAID: _("Paid"),
        BookingKind.MORTGAGE: _("For a mortgage"),
        BookingKind.CORPORATE: _("Corporate"),
        BookingKind.OFFER: _("Kept for the waiting list"),
    }[kind]
