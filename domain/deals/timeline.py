"""The timeline of a deal: what happened to it, in words, newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.approvals import kinds
from domain.deals.claims import WORDING as OF_CLAIMS
from domain.deals.told import Payload, Told, moment_told
from domain.events import Event
from domain.kernel import formats
from domain.kernel.db import DEAL, ask, kept, pick
from domain.kernel.text import _

ON_CARD = 30
PAGE = 100


@dataclass(frozen=True)
class Entry:
    id: int
    at: datetime
    who: str | None
    """None: the system itself or 1C."""
    told: Told


@dataclass(frozen=True)
class Day:
    day: datetime
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Timeline:
    days: tuple[Day, ...]
    """Of the office, the newest first."""
    last: int | None
    """The entry to ask from for what was before these; None when nothing was."""


def timeline(
    session: Session, deal_id: int, *, now: datetime, most: int = ON_CARD, before: int | None = None
) -> Timeline:
    """The newest entries, or the newest of those before that entry of this deal. `now` is what “yesterday”
    is counted from."""
    rows = ask(session, _newest(most + 1, before is not None), {"deal": deal_id, "before": before}).all()
    shown = rows[:most]
    people = _names(session, shown)
    days: dict[Any, list[Entry]] = {}
    for row in shown:
        told = tell(row.name, row.payload, now=now, people=people)
        days.setdefault(formats.here(row.at).date(), []).append(Entry(row.id, row.at, row.who, told))
    return Timeline(
        tuple(Day(entries[0].at, tuple(entries)) for entries in days.values()),
        shown[-1].id if len(rows) > most else None,
    )


@kept
def _newest(most: int, further: bool) -> sa.Select[Any]:
    newest = (
        pick(Event.id, Event.name, Event.at, Event.payload, User.name.label("who"))  # type: ignore[attr-defined]
        .outerjoin(User, col(User.id) == Event.actor_id)
        .where(col(Event.deal_id) == DEAL)
        .order_by(col(Event.at).desc(), col(Event.id).desc())
        .limit(most)
    )
    if not further:
        return newest
    before = sa.bindparam("before", type_=sa.BigInteger)
    known = sa.select(Event.at, Event.id).where(col(Event.deal_id) == DEAL, col(Event.id) == before)  # type: ignore[call-overload]
    return newest.where(sa.tuple_(col(Event.at), col(Event.id)) < known.scalar_subquery())


def tell(name: str, payload: Payload, *, now: datetime, people: dict[int, str] | None = None) -> Told:
    """The event in words; an event nobody worded is at least named."""
    wording = WORDING.get(name)
    return wording(payload, now, people or {}) if wording else Told(name)


def _names(session: Session, rows: Any) -> dict[int, str]:
    """Whom the deal went from and to: asked only when some entry speaks of people."""
    numbers = {
        number
        for row in rows
        if row.name == "deal.edited"
        for number in row.payload.get("changes", {}).get("responsible_id", ())
    }
    if not numbers:
        return {}
    named = pick(col(User.id), col(User.name)).where(col(User.id).in_(numbers))
    return {row.id: row.name for row in session.execute(named)}


def _opened(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("The deal is opened"), payload.get("title", ""), "plus", "acc")


def _moved(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(f"{payload['left']} → {payload['entered']}", icon="arrow-right", tone="acc")


def _reordered(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("The card is moved within its column"), icon="arrow-up-down")


def _edited(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    lines = [
        _changed(field, before, after, people)
        for field, (before, after) in payload.get("changes", {}).items()
    ]
    return Told(_("The deal is edited"), "\n".join(lines), "pencil")


def _changed(field: str, before: Any, after: Any, people: dict[int, str]) -> str:
    titles = {"title": _("Title"), "amount": _("Amount"), "responsible_id": _("Responsible")}

    def said(value: Any) -> str:
        if field == "amount":
            return formats.money(Decimal(value) if value is not None else None)
        if field == "responsible_id":
            return people.get(value, str(value))
        return "—" if value is None else str(value)

    return f"{titles.get(field, field)}: {said(before)} → {said(after)}"


def _commented(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("Comment"), payload["text"], "message-square")


def _attached(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("A file is attached"), payload["file"], "upload")


def _removed(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("A file is taken off"), payload["file"], "trash-2")


def _restored(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("A file is put back"), payload["file"], "undo-2")


def _planned(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    text = f"{payload['title']} — {moment_told(payload['due_at'], now)}"
    return Told(_("The next step is planned"), text, "calendar")


def _postponed(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    before, after = payload["changes"]["due_at"]
    text = f"{payload['title']}: {moment_told(before, now)} → {moment_told(after, now)}"
    return Told(_("The step is moved"), text, "calendar-clock")


def _finished(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("The step is done"), payload["title"], "check", "ok")


def _reopened(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("The step is open again"), payload["title"], "undo-2")


def _shortened(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    _before, after = payload["changes"]["until"]
    headline = _("The extension of unit %(number)s is taken back", number=payload["number"])
    return Told(headline, _("Until %(until)s", until=moment_told(after, now)), "undo-2", "warn")


def _settled(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    if payload["settled"]:
        return Told(
            _("The overdue booking of unit %(number)s is settled", number=payload["number"]), icon="check"
        )
    return Told(
        _("The overdue booking of unit %(number)s waits again", number=payload["number"]), icon="undo-2"
    )


def _move_refused(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("Not moved to “%(stage)s” by itself", stage=payload["stage"])
    return Told(headline, "\n".join(payload["reasons"]), "triangle-alert", "warn")


def _asked(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("Asked: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, payload["reason"], "stamp", "warn")


def _approved(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("Approved: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, payload["comment"], "circle-check", "ok")


def _declined(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("Declined: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, payload["comment"], "circle-x", "bad")


def _withdrawn(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("The request is taken back: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, icon="undo-2")


def _lapsed(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("Nobody answered in time: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, icon="timer", tone="bad")


def _answer_taken_back(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("The answer is taken back: %(wish)s", wish=kinds.told(payload["kind"], payload["wish"]))
    return Told(headline, icon="undo-2", tone="warn")


def _selected(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    return Told(_("A selection is made"), payload["called"], "star")


def _repriced(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    before, after = payload["changes"]["price"]
    text = f"{formats.money(Decimal(before))} → {formats.money(Decimal(after))}"
    return Told(_("The frozen price of unit %(number)s is another", number=payload["number"]), text, "tag")


def _discount_asked(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("A discount of %(amount)s is asked for", amount=formats.money(Decimal(payload["amount"])))
    return Told(headline, payload.get("reason", ""), "badge-percent", "warn")


def _discount_granted(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("A discount of %(amount)s is given", amount=formats.money(Decimal(payload["amount"])))
    return Told(headline, payload.get("comment", ""), "badge-percent", "ok")


def _discount_refused(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("A discount of %(amount)s is refused", amount=formats.money(Decimal(payload["amount"])))
    return Told(headline, payload.get("comment", ""), "circle-x", "bad")


def _discount_withdrawn(payload: Payload, now: datetime, people: dict[int, str]) -> Told:
    headline = _("The discount of %(amount)s is taken back", amount=formats.money(Decimal(payload["amount"])))
    return Told(headline, icon="undo-2")


WORDING: dict[str, Callable[[Payload, datetime, dict[int, str]], Told]] = {
    "deal.opened": _opened,
    "deal.moved": _moved,
    "deal.reordered": _reordered,
    "deal.edited": _edited,
    "deal.commented": _commented,
    "file.attached": _attached,
    "file.removed": _removed,
    "file.restored": _restored,
    "task.planned": _planned,
    "task.moved": _postponed,
    "task.done": _finished,
    "task.reopened": _reopened,
    "booking.shortened": _shortened,
    "booking.settled": _settled,
    "deal.move_refused": _move_refused,
    "approval.asked": _asked,
    "approval.approved": _approved,
    "approval.declined": _declined,
    "approval.withdrawn": _withdrawn,
    "approval.lapsed": _lapsed,
    "approval.reopened": _answer_taken_back,
    **OF_CLAIMS,
    "selection.made": _selected,
    "booking.repriced": _repriced,
    "discount.asked": _discount_asked,
    "discount.granted": _discount_granted,
    "discount.refused": _discount_refused,
    "discount.withdrawn": _discount_withdrawn,
}
"""Every event that can carry a deal; `test_timeline` proves none is missing."""
