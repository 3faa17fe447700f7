"""Changing what a deal says: title, amount, who is responsible."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.access.policy import colleagues
from domain.deals.models import Deal
from domain.deals.moving import topics
from domain.kernel import formats
from domain.kernel.db import LOCK
from domain.kernel.errors import Forbidden, Invalid, Stale
from domain.kernel.text import _


def edit(
    session: Session,
    deal: Deal,
    *,
    version: int,
    title: str,
    amount: Decimal | None,
    responsible_id: int,
    by: User,
    now: datetime,
) -> None:
    """Save the form. Over somebody else's save it raises Stale with both values of each differing field."""
    session.refresh(deal, with_for_update=LOCK)
    wanted: dict[str, Any] = {"title": title.strip(), "amount": amount, "responsible_id": responsible_id}
    changes = {
        name: (getattr(deal, name), value) for name, value in wanted.items() if getattr(deal, name) != value
    }
    if "responsible_id" in changes and responsible_id not in {
        person.id for person in colleagues(session, by)
    }:
        raise Forbidden(_("You may hand a deal only to yourself or your own people"))
    if deal.version != version:
        raise Stale(
            _("Somebody saved this deal before you"),
            tuple(_both(session, name, *pair) for name, pair in changes.items()),
            theirs={name: _said(session, name, now_is) for name, (now_is, _mine) in changes.items()},
        )
    if not wanted["title"]:
        raise Invalid({"title": _("What is the deal about? A few words are enough")})
    _change(session, deal, changes, by=by)


def fill_amount(session: Session, deal: Deal, amount: Decimal, *, by: User | None) -> None:
    """What the deal's bookings come to now: the amount follows, unless a person has typed another.

    The caller has locked the deal: a save going on elsewhere is not written over.
    """
    if deal.amount in {None, deal.amount_told}:
        deal.amount_told = amount
        if deal.amount != amount:
            _change(session, deal, {"amount": (deal.amount, amount)}, by=by)


def _change(session: Session, deal: Deal, changes: dict[str, tuple[Any, Any]], *, by: User | None) -> None:
    if not changes:
        return
    for name, (_before, value) in changes.items():
        setattr(deal, name, value)
    deal.version += 1
    session.flush()
    events.record(session, "deal.edited", deal, by=by, deal=deal.id, topics=topics(deal), changes=changes)


def _both(session: Session, name: str, theirs: Any, yours: Any) -> str:
    titles = {"title": _("Title"), "amount": _("Amount"), "responsible_id": _("Responsible")}
    return _(
        "%(field)s: now “%(theirs)s”, yours “%(yours)s”",
        field=titles[name],
        theirs=_said(session, name, theirs),
        yours=_said(session, name, yours),
    )


def _said(session: Session, name: str, value: Any) -> str:
    if name == "responsible_id":
        person = session.get(User, value)
        return person.name if person else "—"
    return formats.money(value) if name == "amount" else str(value)
