"""One access policy: the role gives verbs, the reporting tree and the region give rows."""

import enum
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from domain.access.models import Role, User
from domain.kernel.db import VIEWER, ask, kept, pick


class Permission(enum.StrEnum):
    """What a route or a verb asks for. A route without one stops the start."""

    PUBLIC = "public"
    """Anyone, also without signing in."""
    SIGNED_IN = "signed-in"
    """Anyone with a screen of their own."""
    ONEC_SITE = "onec-site"
    """1C itself, by HTTP Basic of the exchange user."""

    DEALS_SEE = "deals.see"
    DEALS_OPEN = "deals.open"
    DEALS_MOVE = "deals.move"
    DEALS_EDIT = "deals.edit"
    CLIENTS_SEE = "clients.see"
    CLIENTS_EDIT = "clients.edit"
    ESTATE_SEE = "estate.see"
    ESTATE_BOOK = "estate.book"
    ESTATE_LINE = "estate.line"
    """Change the order of a waiting list, with a reason."""
    ESTATE_CONTRACT = "estate.contract"
    """Confirm contracts and sales of booked units, and end them."""
    ESTATE_ARRANGE = "estate.arrange"
    """Lay out the stock: plans, layouts, characteristics, files of units."""
    ESTATE_AUDIT = "estate.audit"
    """Reports over everybody's bookings and the live invariants."""
    BOOKING_RULES = "booking.rules"
    """Terms of the kinds of bookings, and how many somebody may hold at once."""
    APPROVALS_SEE = "approvals.see"
    """The requests of one's own and of one's people."""
    APPROVALS_DECIDE = "approvals.decide"
    """To answer those of one's people."""
    PRICES_SEE = "prices.see"
    PRICES_SET = "prices.set"
    """Price lists, coefficients, promotions."""
    DISCOUNTS_APPROVE = "discounts.approve"
    OFFERS_MAKE = "offers.make"
    LEADS_SEE = "leads.see"
    PUBLICATION_MANAGE = "publication.manage"
    AGENCIES_SEE = "agencies.see"
    AGENCIES_MANAGE = "agencies.manage"
    AGENT_WORK = "agent.work"
    """The few screens of an agency's user."""
    EXCHANGE_SEE = "exchange.see"
    EXCHANGE_RETRY = "exchange.retry"
    USERS_MANAGE = "users.manage"


_P = Permission
_SALES = {
    _P.DEALS_SEE, _P.DEALS_OPEN, _P.DEALS_MOVE, _P.DEALS_EDIT,
    _P.CLIENTS_SEE, _P.CLIENTS_EDIT, _P.ESTATE_SEE, _P.ESTATE_BOOK,
    _P.PRICES_SEE, _P.OFFERS_MAKE, _P.LEADS_SEE, _P.AGENCIES_SEE, _P.APPROVALS_SEE,
}  # fmt: skip

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MANAGER: frozenset(_SALES),
    Role.HEAD: frozenset(
        _SALES
        | {
            _P.EXCHANGE_SEE,
            _P.ESTATE_LINE,
            _P.ESTATE_CONTRACT,
            _P.ESTATE_AUDIT,
            _P.BOOKING_RULES,
            _P.APPROVALS_DECIDE,
            _P.PRICES_SET,
            _P.DISCOUNTS_APPROVE,
            _P.AGENCIES_MANAGE,
            _P.PUBLICATION_MANAGE,
        }
    ),
    Role.ENGINEER: frozenset({_P.ESTATE_SEE}),
    Role.ACCOUNTANT: frozenset(
        {
            _P.DEALS_SEE,
            _P.CLIENTS_SEE,
            _P.CLIENTS_EDIT,
            _P.ESTATE_SEE,
            _P.ESTATE_CONTRACT,
            _P.ESTATE_AUDIT,
            _P.PRICES_SEE,
            _P.PRICES_SET,
            _P.EXCHANGE_SEE,
            _P.EXCHANGE_RETRY,
        }
    ),
    Role.ADMIN: frozenset(
        {
            _P.ESTATE_SEE,
            _P.ESTATE_ARRANGE,
            _P.ESTATE_AUDIT,
            _P.BOOKING_RULES,
            _P.PRICES_SEE,
            _P.PUBLICATION_MANAGE,
            _P.EXCHANGE_SEE,
            _P.EXCHANGE_RETRY,
            _P.USERS_MANAGE,
        }
    ),
    Role.AGENT: frozenset({_P.AGENT_WORK}),
    Role.EXCHANGE: frozenset({_P.ONEC_SITE}),
}


def may(user: User | None, permission: Permission) -> bool:
    """Default deny: an unknown role or a disabled person may do nothing that is not public."""
    if permission is Permission.PUBLIC:
        return True
    if user is None or user.disabled_at is not None:
        return False
    if permission is Permission.SIGNED_IN:
        return user.role in GRANTS and user.role is not Role.EXCHANGE
    return permission in GRANTS.get(user.role, frozenset())


class Viewer(NamedTuple):
    """Whose eyes a statement kept for everyone of the role is built for: the numbers come later."""

    role: Role
    id: ColumnElement[int] = VIEWER
    region_id: ColumnElement[int] = sa.bindparam("region", type_=sa.BigInteger)


def rows_of(user: User | Viewer, responsible_id: Any) -> ColumnElement[bool]:
    """The condition that leaves only rows this person may see, by who is responsible for them.

    Managers: their own. Heads: the subtree below them. Accountants: everything.
    Anyone else: nothing.
    """
    if user.role is Role.ACCOUNTANT:
        return sa.true()
    if user.role is Role.MANAGER:
        return responsible_id == user.id
    if user.role is Role.HEAD:
        return responsible_id.in_(_subtree(user.id))
    return sa.false()


@lru_cache(maxsize=256)
def _subtree(head_id: int | ColumnElement[int]) -> sa.Select[Any]:
    """Kept, since building it costs more than asking it, and one page asks several times."""
    people = User.__table__  # type: ignore[attr-defined]
    tree = sa.select(people.c.id).where(people.c.id == head_id).cte(recursive=True)
    below = people.alias()
    return pick(tree.union(sa.select(below.c.id).join(tree, below.c.chief_id == tree.c.id)).c.id)


def may_act_for(session: Session, user: User, person_id: int) -> bool:
    """Whether what that person is responsible for is this user's too: their own, or of the people below."""
    asked = {"viewer": user.id, "person": person_id}
    return ask(session, _acted_for(user.role), asked).first() is not None


@kept
def _acted_for(role: Role) -> sa.Select[Any]:
    person = sa.bindparam("person", type_=sa.BigInteger)
    return pick(col(User.id)).where(col(User.id) == person, rows_of(Viewer(role), col(User.id)))


class Colleague(NamedTuple):
    id: int
    name: str


def colleagues(session: Session, user: User) -> list[Colleague]:
    """People this person may hand a record to: themselves and, for a head, the subtree."""
    return [Colleague(*row) for row in ask(session, _colleagues(user.role), {"viewer": user.id}).all()]


@kept
def _colleagues(role: Role) -> sa.Select[Any]:
    people = pick(col(User.id), User.name).order_by(User.name)
    return people.where(rows_of(Viewer(role), col(User.id)), col(User.disabled_at).is_(None))
