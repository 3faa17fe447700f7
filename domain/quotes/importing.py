"""The service catalogue as its master, 1C, describes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from domain import events
from domain.events import names
from domain.quotes.models import Service


@dataclass(frozen=True, slots=True)
class Described:
    """A service in the words of the outside; None where it says nothing."""

    name: str | None = None
    article: str | None = None
    measure: str | None = None
    vat: str | None = None
    price: Decimal | None = None
    on_offer: bool | None = None


FIELDS = ("name", "article", "measure", "vat", "price", "on_offer")


def add(session: Session, batch: Sequence[Described], *, now: datetime) -> list[Service]:
    added = [Service(created_at=now, **_said(described)) for described in batch]
    session.add_all(added)
    session.flush()
    for service in added:
        events.record(session, names.SERVICE_ADDED, service, by=None, title=service.name)
    return added


def edit(session: Session, wanted: dict[int, Described]) -> set[int]:
    """Make each service what it is described as; returns the ids of those that changed."""
    edited = set()
    for service in session.exec(select(Service).where(col(Service.id).in_(wanted))):
        said = _said(wanted[service.id])
        changes = {name: (old, new) for name, new in said.items() if (old := getattr(service, name)) != new}
        if changes:
            edited.add(service.id)
            service.sqlmodel_update({name: new for name, (_old, new) in changes.items()})
            events.record(session, names.SERVICE_EDITED, service, by=None, changes=changes)
    session.flush()
    return edited


def _said(described: Described) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(described, name)) is not None}
