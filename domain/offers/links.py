"""The link to an offer for its client: unguessable, ending by itself or by a press, its openings counted."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.kernel.errors import Missing, Refused
from domain.kernel.text import _
from domain.offers.models import Offer, OfferLink

DAYS = 30
"""A link lives this long."""
MOST_OPEN = 20
"""Links of one offer at once: each stands for somebody it was given to."""
NEXT = "select nextval(pg_get_serial_sequence('offer_link', 'id'))"


def issue(session: Session, offer: Offer, *, secret: str, by: User, now: datetime) -> OfferLink:
    """A new link to whatever version is the latest when it is opened."""
    if len(alive(session, offer, now=now)) >= MOST_OPEN:
        raise Refused(_("At most %(most)s links at once: revoke one first", most=MOST_OPEN))
    number = session.execute(sa.text(NEXT)).scalar_one()
    link = OfferLink(
        id=number, offer_id=offer.id, token_hash=fingerprint(_made(secret, number)), issued_by_id=by.id,
        issued_at=now, expires_at=now + timedelta(days=DAYS),
    )  # fmt: skip
    session.add(link)
    _record(session, "offer.link_issued", offer, by=by)
    session.flush()
    return link


def revoke(session: Session, link: OfferLink, *, by: User, now: datetime) -> None:
    """From now on it leads nowhere; repeated it changes nothing."""
    session.refresh(link, with_for_update=True)
    if link.revoked_at is None:
        link.revoked_at = now
        _record(session, "offer.link_revoked", link.offer, by=by)


def token(link: OfferLink, *, secret: str) -> str | None:
    """What stands in the address, made anew: the base holds only its hash. None after the secret changed."""
    made = _made(secret, link.id)
    return made if hmac.compare_digest(fingerprint(made), link.token_hash) else None


def fingerprint(given: str) -> bytes:
    return hashlib.sha256(given.encode()).digest()


def alive(session: Session, offer: Offer, *, now: datetime) -> list[OfferLink]:
    """Links that still open something, the newest first."""
    open_now = select(OfferLink).where(
        OfferLink.offer_id == offer.id, col(OfferLink.revoked_at).is_(None), col(OfferLink.expires_at) > now
    )
    return list(session.exec(open_now.order_by(col(OfferLink.id).desc())))


def get_link(session: Session, offer: Offer, link_id: int) -> OfferLink:
    """The offer's own link; raises Missing."""
    found = session.get(OfferLink, link_id) if 0 < link_id < 2**63 else None
    if found is None or found.offer_id != offer.id:
        raise Missing(_("There is no such link"))
    return found


def find(session: Session, given: str, *, now: datetime) -> OfferLink:
    """Raises Missing in the same words for what never was, was revoked and is over."""
    open_now = select(OfferLink).where(
        OfferLink.token_hash == fingerprint(given),
        col(OfferLink.revoked_at).is_(None),
        col(OfferLink.expires_at) > now,
    )
    found = session.exec(open_now).first()
    if found is None:
        raise Missing(_("This link does not work any more. Ask the manager for a new one."))
    return found


def open_once(session: Session, link: OfferLink, *, now: datetime) -> None:
    """Count that the client looked; the first time it is told to who answers for the deal.

    Two at one moment are counted one after the other: the row decides which was first.
    """
    counted = (
        sa.update(OfferLink)
        .where(col(OfferLink.id) == link.id)
        .values(
            openings=OfferLink.openings + 1,
            seen_at=now,
            opened_at=sa.func.coalesce(OfferLink.opened_at, now),
        )
        .returning(col(OfferLink.openings))
    )
    if session.execute(counted).scalar_one() == 1:
        _record(session, "offer.opened", link.offer, by=None)
    else:
        events.announce(session, f"deal-{link.offer.deal_id}")


def _made(secret: str, number: int) -> str:
    signed = hmac.new(secret.encode(), f"offer-link {number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def _record(session: Session, name: str, offer: Offer, *, by: User | None) -> None:
    topics = [f"deal-{offer.deal_id}"]
    events.record(session, name, offer, by=by, deal=offer.deal_id, topics=topics, number=offer.id)
