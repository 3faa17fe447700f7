"""PDFs of offers: asked for in the transaction that makes a version, typeset by a job, kept by content."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

import domain
from domain import events, files
from domain.deals.models import Deal
from domain.kernel.db import pick
from domain.offers.models import Offer, OfferDocument, OfferVersion

TEMPLATE = Path(domain.__file__).parent.parent / "templates" / "offers" / "offer.typ"
PDF = "application/pdf"
PAUSES = (5, 30, 300, 3600)
"""Seconds before the next try; the last is for all further ones."""


@dataclass(frozen=True)
class Order:
    """What is to be typeset."""

    source: dict[str, Any]
    asked_at: datetime


def ask(session: Session, source: dict[str, Any], *, now: datetime) -> OfferDocument:
    """The document of exactly this content: an old one when it was printed before, else one to be made."""
    row = {"fingerprint": fingerprint(source), "source": source, "asked_at": now, "due_at": now}
    session.execute(insert(OfferDocument).values(row).on_conflict_do_nothing())
    asked = select(OfferDocument).where(OfferDocument.fingerprint == row["fingerprint"])
    return session.exec(asked).one()


def fingerprint(source: dict[str, Any]) -> str:
    told = json.dumps(source, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{_edition()}\n{told}".encode()).hexdigest()


@cache
def _edition() -> str:
    """Of the layout: another one makes other documents."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()


def due(session: Session, *, now: datetime, most: int = 20) -> list[int]:
    """Documents whose time to be made, or tried again, has come."""
    waiting = pick(OfferDocument.id).where(
        col(OfferDocument.sha256).is_(None), col(OfferDocument.due_at) <= now
    )
    return list(session.execute(waiting.order_by(col(OfferDocument.due_at)).limit(most)).scalars())


def order(session: Session, document_id: int) -> Order | None:
    """None: there is nothing to do any more."""
    document = session.get(OfferDocument, document_id)
    return Order(document.source, document.asked_at) if document and document.sha256 is None else None


def made(session: Session, document_id: int, pdf: bytes, *, now: datetime) -> None:
    """Keep the bytes; open pages of its offers look again."""
    stored = files.keep(session, [pdf], media_type=PDF, now=now)
    waiting = sa.update(OfferDocument).where(
        col(OfferDocument.id) == document_id, col(OfferDocument.sha256).is_(None)
    )
    session.execute(waiting.values(sha256=stored.sha256, made_at=now))
    _announce(session, document_id)


def failed(session: Session, document_id: int, *, now: datetime) -> None:
    """Put off, longer each time."""
    document = session.get_one(OfferDocument, document_id, with_for_update=True)
    document.due_at = now + timedelta(seconds=PAUSES[min(document.tries, len(PAUSES) - 1)])
    document.tries += 1
    _announce(session, document_id)


def _announce(session: Session, document_id: int) -> None:
    of_deals = (
        pick(Deal.id)
        .join(Offer, col(Offer.deal_id) == Deal.id)
        .join(OfferVersion, col(OfferVersion.offer_id) == Offer.id)
        .where(col(OfferVersion.document_id) == document_id)
        .distinct()
    )
    if deals := session.execute(of_deals).scalars().all():
        events.announce(session, *(f"deal-{deal_id}" for deal_id in deals))
