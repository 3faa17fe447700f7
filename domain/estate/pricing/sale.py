"""What a client pays today: the price of a unit and what the promotions of this moment take off it.

Whether a promotion is in force is asked of the clock at every reading: nothing has to run for it to begin
or end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.models import Booking, Building, Floor, Section, Unit
from domain.estate.pricing.components import PROMOTION, Line
from domain.estate.pricing.criteria import fits, is_free, literal, units_of
from domain.estate.pricing.models import Effect, Promotion
from domain.kernel.db import MOMENT, ask, kept, pick
from domain.kernel.money import rounded

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Offer:
    """A promotion as it meets a unit."""

    id: int
    name: str
    badge: str
    effect: Effect
    value: Decimal
    compatible: bool
    public: bool
    by: str = ""
    at: datetime | None = None
    ends_at: datetime | None = None

    def off(self, price: Decimal, area: Decimal) -> Decimal:
        """What it takes off, in whole kopecks."""
        return taken_off(self.effect, self.value, price=price, area=area)

    def line(self, amount: Decimal) -> Line:
        return Line(
            PROMOTION, -amount, self.name, self.by or None, self.at, self.id,
            {"badge": self.badge, "effect": self.effect.value, "value": str(self.value)},
        )  # fmt: skip


def taken_off(effect: Effect, value: Decimal, *, price: Decimal, area: Decimal) -> Decimal:
    match effect:
        case Effect.PERCENT:
            return rounded(price * value / HUNDRED)
        case Effect.METRE:
            return rounded(value * area)
        case Effect.AMOUNT:
            return rounded(value)


def off_of(effect: Any, value: Any) -> Any:
    """`taken_off` in SQL, of a row of `units_of`: for counting and for looking among thousands."""
    effect = sa.type_coerce(effect, sa.String)
    return sa.case(
        (effect == Effect.PERCENT.value, sa.func.round(Unit.price * value / HUNDRED, 2)),
        (effect == Effect.METRE.value, sa.func.round(value * Unit.area_total, 2)),
        else_=value,
    )


@dataclass(frozen=True)
class Sale:
    """`price` is what is asked today, `base` the price without promotions."""

    price: Decimal | None
    base: Decimal | None
    counted: tuple[tuple[Offer, Decimal], ...] = ()
    """The promotions that count, and how much each takes off."""

    @property
    def badges(self) -> tuple[str, ...]:
        return tuple(offer.badge for offer, _off in self.counted)

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(offer.line(off) for offer, off in self.counted)

    @property
    def until(self) -> datetime | None:
        """When the first of the promotions counted ends."""
        return min((offer.ends_at for offer, _off in self.counted if offer.ends_at), default=None)


def best(price: Decimal, area: Decimal, offers: Sequence[Offer]) -> list[tuple[Offer, Decimal]]:
    """Which of the promotions count, and how much each takes off.

    Compatible ones add up; one that is not stands alone, and of all ways the better for the client counts.
    The price never comes to nothing: what would take it all is left out, and of those that together would the
    largest stands alone. `asked_today` says the same in SQL.
    """
    worth = [(offer, offer.off(price, area)) for offer in offers]
    worth = [(offer, off) for offer, off in worth if 0 < off < price]
    worth.sort(key=lambda pair: (-pair[1], pair[0].id))
    together = [pair for pair in worth if pair[0].compatible]
    if _sum(together) >= price:
        together = together[:1]
    alone = [[pair] for pair in worth if not pair[0].compatible]
    return max([together, *alone], key=_sum)


def _sum(counted: Iterable[tuple[Offer, Decimal]]) -> Decimal:
    return sum((off for _offer, off in counted), Decimal(0))


def sale(price: Decimal | None, area: Decimal, offers: Sequence[Offer]) -> Sale:
    if price is None:
        return Sale(None, None)
    counted = best(price, area, offers)
    return Sale(price - _sum(counted), price, tuple(counted))


def in_force(now: datetime) -> sa.ColumnElement[bool]:
    ends = col(Promotion.ends_at)
    return sa.and_(col(Promotion.starts_at) <= now, sa.or_(ends.is_(None), ends > now))


def edges_passed(now: datetime) -> sa.ScalarSelect[int]:
    """How many public promotions have begun and how many are over: another number, other prices."""
    begun, over = col(Promotion.starts_at) <= now, col(Promotion.ends_at) <= now
    counted = sa.func.count().filter(begun) + sa.func.count().filter(over)
    return pick(counted).select_from(Promotion).where(col(Promotion.public)).scalar_subquery()


OFFERED = (
    Promotion.id, Promotion.name, Promotion.badge, Promotion.effect, Promotion.value, Promotion.compatible,
    Promotion.public, User.name, Promotion.made_at, Promotion.ends_at,
)  # fmt: skip


def promoted_units(*columns: Any, now: datetime, public: bool = False) -> sa.Select[Any]:
    """Units with each promotion that is theirs now, a row each, and those that have none."""
    return (
        units_of(*columns, *OFFERED, now=now)
        .join(Promotion, _theirs(now, public=public), isouter=True)
        .join(User, col(User.id) == Promotion.made_by_id, isouter=True)
        .order_by(col(Unit.id), col(Promotion.id))
    )


def _theirs(now: datetime, *, public: bool) -> sa.ColumnElement[bool]:
    known = [col(Promotion.public).is_(True)] if public else []
    return sa.and_(
        col(Promotion.project_id) == Building.project_id, in_force(now), fits(Promotion.criteria), *known
    )


def asked_today(*, now: datetime, public: bool = False) -> sa.ColumnElement[Decimal]:
    """The price of `sale` in SQL, of a row of `units_of`: to order, narrow and list thousands of units by."""
    off = off_of(Promotion.effect, Promotion.value)
    compatible = col(Promotion.compatible)
    added = sa.func.sum(off).filter(compatible)
    together = sa.case((added < Unit.price, added), else_=sa.func.max(off).filter(compatible))
    taken = (
        pick(sa.func.greatest(together, sa.func.max(off).filter(~compatible)))
        .where(_theirs(now, public=public), off > 0, off < Unit.price)
        .correlate(Unit, Floor, Section, Building, Booking)
        .scalar_subquery()
    )
    return Unit.price - sa.func.coalesce(taken, 0)


def for_sale(
    session: Session, unit_ids: Iterable[int], *, now: datetime, public: bool = False
) -> dict[int, Sale]:
    """What each of the units costs today, in one query. `public` leaves out what only the company knows."""
    found = ask(session, _of_units(public), {"units": list(unit_ids), "now": now}).all()
    units: dict[int, tuple[Decimal | None, Decimal]] = {}
    offers: dict[int, list[Offer]] = {}
    for unit_id, price, area, *offered in found:
        units[unit_id] = price, area
        if offered[0] is not None:
            offers.setdefault(unit_id, []).append(Offer(*offered))
    return {id_: sale(price, area, offers.get(id_, ())) for id_, (price, area) in units.items()}


@kept
def _of_units(public: bool) -> sa.Select[Any]:
    ids = sa.bindparam("units", type_=ARRAY(sa.BigInteger))
    found = promoted_units(Unit.id, Unit.price, Unit.area_total, now=MOMENT, public=public)
    return found.where(col(Unit.id) == sa.func.any(ids))


@dataclass(frozen=True)
class Promoted:
    """What promotions make of free units of some buildings at a moment; `until` is when that is over."""

    sales: dict[int, Sale]
    until: datetime | None = None


def on_board(
    session: Session, *within: sa.ColumnElement[bool], now: datetime, public: bool = False
) -> Promoted:
    """Of buildings `within`: two short queries however many units, and one while no promotion is in force."""
    known = session.execute(coming(*within, now=now, public=public)).all()
    edges = [row.starts_at if row.starts_at > now else row.ends_at for row in known]
    until = min((edge for edge in edges if edge is not None), default=None)
    running = [row for row in known if row.starts_at <= now]
    if not running:
        return Promoted({}, until)
    offers = [Offer(*offered) for _starts, _project, _criteria, *offered in running]
    reaches = [
        sa.and_(col(Building.project_id) == row.project_id, fits(literal(row.criteria))) for row in running
    ]
    reached = sa.cast(array(reaches), sa.Text)
    found = units_of(Unit.id, Unit.price, Unit.area_total, reached, now=now).where(
        *within, is_free(), col(Unit.price).is_not(None), sa.or_(*reaches)
    )

    @cache
    def sold(price: Decimal, area: Decimal, reached: str) -> Sale:
        """`reached` says of each promotion whether it is the unit's: {t,f,t}."""
        its = zip(offers, reached[1::2], strict=True)
        return sale(price, area, [offer for offer, is_its in its if is_its == "t"])

    return Promoted({id_: sold(*asked) for id_, *asked in session.execute(found)}, until)


def coming(*within: sa.ColumnElement[bool], now: datetime, public: bool) -> sa.Select[Any]:
    """The promotions of these buildings that are not over, with whom they are for."""
    ends = col(Promotion.ends_at)
    theirs = col(Promotion.project_id).in_(pick(Building.project_id).where(*within))
    rows = (
        pick(Promotion.starts_at, Promotion.project_id, Promotion.criteria, *OFFERED)
        .join(User, col(User.id) == Promotion.made_by_id)
        .where(theirs, sa.or_(ends.is_(None), ends > now))
        .order_by(col(Promotion.id))
    )
    return rows.where(col(Promotion.public)) if public else rows
