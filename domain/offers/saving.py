"""Saving a form over a record that carries a version: nobody's words are lost without a word."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.kernel import formats
from domain.kernel.db import LOCK
from domain.kernel.errors import Refused, Stale
from domain.kernel.text import _
from domain.offers import said


class Versioned(Protocol):
    id: int
    version: int
    retired_at: datetime | None


def add(session: Session, record: Versioned, *, event: str, by: User, **told: Any) -> None:
    """Raises Refused when there is one of the same name already."""
    _keep(session, record)
    events.record(session, event, record, by=by, **told)


def save(
    session: Session,
    record: Versioned,
    wanted: Mapping[str, Any],
    *,
    version: int,
    titles: Mapping[str, str],
    event: str,
    by: User,
) -> None:
    """Over somebody else's save it raises Stale with both values of each differing field."""
    session.refresh(record, with_for_update=LOCK)
    changes = {
        field: (getattr(record, field), value)
        for field, value in wanted.items()
        if getattr(record, field) != value
    }
    if record.version != version:
        raise Stale(
            _("Somebody saved this before you"),
            tuple(f"{titles[field]}: {_shown(now_is)}" for field, (now_is, _mine) in changes.items()),
            theirs={field: _shown(now_is) for field, (now_is, _mine) in changes.items()},
        )
    if not changes:
        return
    record.version += 1
    for field, (_before, value) in changes.items():
        setattr(record, field, value)
    _keep(session, record)
    events.record(session, event, record, by=by, changes=changes)


def retire(session: Session, record: Versioned, *, event: str, by: User, now: datetime) -> None:
    """Not offered any more; repeated it changes nothing."""
    session.refresh(record, with_for_update=LOCK)
    if record.retired_at is None:
        record.retired_at = now
        events.record(session, event, record, by=by)


def bring_back(session: Session, record: Versioned, *, event: str, by: User) -> None:
    session.refresh(record, with_for_update=LOCK)
    if record.retired_at is not None:
        record.retired_at = None
        events.record(session, event, record, by=by)


def _keep(session: Session, record: Versioned) -> None:
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:
        raise Refused(_("There is one of this name already")) from None


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return formats.number(value, 2)
    if isinstance(value, date):
        return said.day(value)
    return str(value.value if isinstance(value, enum.Enum) else value)
