"""Making an offer and its versions: what was offered is never edited, the next version follows it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.deals import Deal, StageKind
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused, Stale
from domain.kernel.settings import settings
from domain.kernel.text import _, language
from domain.offers import documents
from domain.offers.content import Content
from domain.offers.models import Offer, OfferedUnit, OfferVersion
from domain.offers.pictures import with_drawings
from domain.offers.sheet import sheet


def make(session: Session, deal: Deal, content: Content, *, by: User, now: datetime) -> OfferVersion:
    """The first version of a new offer to the deal's client. Raises Refused when the deal is closed."""
    _demand_open(deal)
    offer = Offer(deal_id=deal.id, made_by_id=by.id, made_at=now)
    session.add(offer)
    session.flush()
    return _keep(session, offer, 1, content, event="offer.made", by=by, now=now)


def revise(
    session: Session, offer: Offer, content: Content, *, shown: int, by: User, now: datetime
) -> OfferVersion:
    """The next version. Raises Stale when another one came after the version that was shown."""
    _demand_open(offer.deal)
    session.refresh(offer, with_for_update=LOCK)
    latest = latest_number(session, offer.id)
    if latest != shown:
        raise Stale(_("Version %(number)s of this offer was made meanwhile: look at it first", number=latest))
    return _keep(session, offer, latest + 1, content, event="offer.revised", by=by, now=now)


def latest_number(session: Session, offer_id: int) -> int:
    numbers = pick(sa.func.coalesce(sa.func.max(OfferVersion.number), 0))
    return int(session.execute(numbers.where(col(OfferVersion.offer_id) == offer_id)).scalar_one())


def _keep(
    session: Session, offer: Offer, number: int, content: Content, *, event: str, by: User, now: datetime
) -> OfferVersion:
    content = with_drawings(session, content)
    with language(settings().locale):  # a client reads the language of the house, whatever the seller reads
        source = sheet(content, offer_id=offer.id, version=number, made_at=now)
    version = OfferVersion(
        offer_id=offer.id, number=number, content=content.as_json(), total=content.total,
        valid_until=content.valid_until, document_id=documents.ask(session, source, now=now).id,
        made_by_id=by.id, made_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.add_all(
        OfferedUnit(version_id=version.id, unit_id=unit.unit_id, price=unit.price) for unit in content.units
    )
    events.record(
        session, event, offer, by=by, deal=offer.deal_id, topics=[f"deal-{offer.deal_id}"], at=now,
        number=offer.id, version=number, total=content.total,
        units=[unit.number for unit in content.units],
    )  # fmt: skip
    session.flush()
    return version


def _demand_open(deal: Deal) -> None:
    if deal.stage.kind is not StageKind.OPEN:
        raise Refused(_("The deal is closed: offers are made for open deals only"))
