"""Finding offers: only through the person who asks, by who is responsible for the deal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from domain.access.models import Role, User
from domain.access.policy import Viewer, rows_of
from domain.deals.board import said
from domain.deals.models import Deal, Stage
from domain.estate.models import Unit
from domain.kernel.db import DEAL, UNIT, ask, kept, pick
from domain.kernel.errors import Missing
from domain.kernel.text import _
from domain.offers.models import Offer, OfferedUnit, OfferLink, OfferVersion
from domain.parties.models import Company, Person

PAGE = 50


@dataclass(frozen=True)
class Line:
    """An offer on a list, by its latest version."""

    id: int
    version: int
    deal_id: int
    client: str
    seller: str
    units: str
    total: Decimal
    made_at: datetime
    valid_until: date
    linked: bool
    """Given out: a link was made."""
    opened_at: datetime | None
    seen_at: datetime | None
    openings: int


@dataclass(frozen=True)
class Lines:
    lines: Sequence[Line]
    more: int | None
    """The number after which the next page goes on."""


def get_offer(session: Session, user: User, offer_id: int) -> Offer:
    """The offer, or Missing: somebody else's and none at all look the same."""
    deal: Any = Offer.deal
    stage: Any = Deal.stage
    visible = (
        select(Offer)
        .join(deal)
        .join(stage)
        .where(Offer.id == offer_id, rows_of(user, col(Deal.responsible_id)))
        .options(contains_eager(deal).contains_eager(stage))
    )
    found = session.exec(visible).first() if 0 < offer_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such offer, or it is not yours"))
    return found


def versions(session: Session, offer: Offer) -> list[OfferVersion]:
    """The latest first."""
    document: Any = OfferVersion.document
    maker: Any = OfferVersion.made_by
    of_offer = (
        select(OfferVersion)
        .join(document)
        .join(maker)
        .where(OfferVersion.offer_id == offer.id)
        .options(contains_eager(document), contains_eager(maker))
        .order_by(col(OfferVersion.number).desc())
    )
    return list(session.exec(of_offer))


def latest(session: Session, offer_id: int) -> OfferVersion:
    document: Any = OfferVersion.document
    newest = select(OfferVersion).join(document).where(OfferVersion.offer_id == offer_id)
    newest = newest.options(contains_eager(document)).order_by(col(OfferVersion.number).desc()).limit(1)
    return session.exec(newest).one()


def list_offers(session: Session, user: User, *, q: str = "", after: int = 0) -> Lines:
    """Of one's own deals and one's people's, the latest first; found by its number, or as deals are found."""
    wanted = _lines().where(rows_of(user, col(Deal.responsible_id)))
    if q:
        conditions = [said(q)]
        number = q.removeprefix("№").strip()
        if number.isascii() and number.isdigit() and len(number) < 19:
            conditions.append(col(Offer.id) == int(number))
        wanted = wanted.where(sa.or_(*conditions))
    if after:
        wanted = wanted.where(col(Offer.id) < after)
    rows = session.execute(wanted.order_by(col(Offer.id).desc()).limit(PAGE + 1)).all()
    found = [Line(*row) for row in rows[:PAGE]]
    return Lines(found, found[-1].id if len(rows) > PAGE else None)


def of_deal(session: Session, deal_id: int) -> list[Line]:
    """Whoever sees the deal sees what its client was offered."""
    return [Line(*row) for row in ask(session, _lines_of_deal(), {"deal": deal_id}).all()]


@kept
def _lines_of_deal() -> sa.Select[Any]:
    return _lines().where(col(Offer.deal_id) == DEAL).order_by(col(Offer.id).desc()).limit(PAGE)


def of_unit(session: Session, user: User, unit_id: int, *, most: int = 3) -> list[Line]:
    """The latest offers of this unit that the person may see."""
    asked = {"unit": unit_id, "viewer": user.id}
    return [Line(*row) for row in ask(session, _lines_of_unit(user.role, most), asked).all()]


@kept
def _lines_of_unit(role: Role, most: int) -> sa.Select[Any]:
    with_it = (
        pick(OfferVersion.offer_id)
        .join(OfferedUnit, col(OfferedUnit.version_id) == OfferVersion.id)
        .where(col(OfferedUnit.unit_id) == UNIT)
    )
    seen = rows_of(Viewer(role), col(Deal.responsible_id))
    return _lines().where(seen, col(Offer.id).in_(with_it)).order_by(col(Offer.id).desc()).limit(most)


def _lines() -> sa.Select[Any]:
    newest = (
        pick(OfferVersion)
        .where(col(OfferVersion.offer_id) == Offer.id)
        .order_by(col(OfferVersion.number).desc())
        .limit(1)
        .lateral("newest")
    )
    units = (
        pick(sa.func.string_agg(Unit.number, sa.literal(", ")))
        .join(OfferedUnit, col(OfferedUnit.unit_id) == Unit.id)
        .where(col(OfferedUnit.version_id) == newest.c.id)
        .scalar_subquery()
    )
    links = (
        pick(
            sa.func.count().label("links"),
            sa.func.min(OfferLink.opened_at).label("opened_at"),
            sa.func.max(OfferLink.seen_at).label("seen_at"),
            sa.func.coalesce(sa.func.sum(OfferLink.openings), 0).label("openings"),
        )
        .where(col(OfferLink.offer_id) == Offer.id)
        .lateral("links")
    )
    return (
        pick(
            Offer.id, newest.c.number, Offer.deal_id, sa.func.coalesce(Person.name, Company.name), User.name,
            units, newest.c.total, newest.c.made_at, newest.c.valid_until, links.c.links > 0,
            links.c.opened_at, links.c.seen_at, links.c.openings,
        )
        .select_from(Offer)
        .join(Deal, col(Deal.id) == Offer.deal_id)
        .join(Stage, col(Stage.id) == Deal.stage_id)
        .join(User, col(User.id) == Deal.responsible_id)
        .outerjoin(Person, col(Person.id) == Deal.person_id)
        .outerjoin(Company, col(Company.id) == Deal.company_id)
        .join(newest, sa.true())
        .join(links, sa.true())
    )  # fmt: skip
