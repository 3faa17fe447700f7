"""What each role gives off alone: data the head and the administrator change."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import Role, User
from domain.access.policy import Permission, may
from domain.estate.discounts.models import DiscountLimit
from domain.events import names
from domain.kernel.errors import Forbidden, Invalid, Stale
from domain.kernel.text import _

LIMITED = (Role.MANAGER, Role.HEAD)
"""Roles that book, and so may give."""


def limits(session: Session) -> dict[Role, Decimal]:
    """Per cent by role; a role without a row gives nothing alone."""
    known = {row.role: row.percent for row in session.exec(select(DiscountLimit))}
    return {role: known.get(role, Decimal(0)) for role in LIMITED}


def set_limits(
    session: Session, wanted: Mapping[Role, Decimal], *, shown: Mapping[Role, Decimal], by: User
) -> None:
    """`shown` is what the person saw: a change of somebody else meanwhile is not written over."""
    if not may_set(by):
        raise Forbidden(_("Limits of discounts are set by the head of sales and the administrator"))
    if any(not 0 <= percent <= 100 for percent in wanted.values()):
        raise Invalid({"percent": _("A limit is from 0 to 100 %")})
    missing = [{"role": role, "percent": Decimal(0)} for role in LIMITED]
    session.execute(insert(DiscountLimit).values(missing).on_conflict_do_nothing(index_elements=["role"]))
    rows = select(DiscountLimit).where(col(DiscountLimit.role).in_(LIMITED)).order_by(col(DiscountLimit.id))
    locked = session.exec(
        rows.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).all()
    stale = {row.role.value: str(row.percent) for row in locked if row.percent != shown.get(row.role)}
    if stale:
        raise Stale(_("Somebody has changed the limits since you opened them"), theirs=stale)
    for row in locked:
        before, after = row.percent, wanted.get(row.role, row.percent)
        if before != after:
            row.percent = after
            session.flush()
            events.record(
                session,
                names.DISCOUNT_LIMITED,
                row,
                by=by,
                role=row.role,
                changes={"percent": (before, after)},
            )


def may_set(by: User) -> bool:
    return may(by, Permission.DISCOUNTS_APPROVE) or may(by, Permission.USERS_MANAGE)
