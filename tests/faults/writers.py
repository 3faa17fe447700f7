"""Every writer of a booking, and of what decides whether a unit may be booked.

A writer registers itself with `@writes(...)`, naming the product's functions it goes through, and joins
all interleavings of R2. `tests/house/test_booking_writers.py` finds the functions that must be named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from domain import deals, estate
from domain.access import User
from domain.deals.models import Deal, Stage, StageKind
from domain.estate.discounts import giving
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.importing import Described, Stock, withdraw
from domain.estate.models import Availability, Booking, BookingState, Building, Floor, Project, Section, Unit
from domain.estate.prices import change_availability, reprice
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.applying import carry_on, due
from domain.estate.pricing.models import CARRIED, Effect, ListState, PriceList, Rule


@dataclass(frozen=True)
class Scene:
    """What the writers are given: a transaction, who and what there is, the clock, the dice."""

    session: Session
    units: list[int]
    now: datetime
    chance: Random

    def unit(self) -> Unit:
        return self.session.get_one(Unit, self.chance.choice(self.units))

    def user(self) -> User:
        login = self.chance.choice(["anna", "maria"])
        return self.session.exec(select(User).where(User.login == login)).one()

    def head(self) -> User:
        return self.session.exec(select(User).where(User.login == "boris")).one()

    def deal_of(self, user: User) -> Deal:
        return self.session.exec(select(Deal).where(Deal.responsible_id == user.id)).one()

    def days(self) -> int:
        return self.chance.choice([1, 3])

    def held(self) -> list[Booking]:
        active = select(Booking).where(Booking.state == BookingState.ACTIVE).order_by(col(Booking.id))
        return list(self.session.exec(active).all())


@dataclass(frozen=True)
class Writer:
    name: str
    deed: Callable[[Scene], None]
    through: frozenset[str]


WRITERS: list[Writer] = []


def writes(*through: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def register(deed: Callable[[Scene], None]) -> Callable[[Scene], None]:
        WRITERS.append(Writer(deed.__name__, deed, frozenset(through)))
        return deed

    return register


@writes("domain.estate.booking.book", "domain.deals.bookings.book")
def book(scene: Scene) -> None:
    user = scene.user()
    deal = scene.deal_of(user)
    deals.book(scene.session, deal, scene.unit(), days=scene.days(), by=user, now=scene.now)


@writes("domain.estate.booking.book_all", "domain.deals.bookings.book_all")
def book_basket(scene: Scene) -> None:
    user = scene.user()
    wanted = scene.chance.sample(scene.units, 2)
    deals.book_all(scene.session, scene.deal_of(user), wanted, days=scene.days(), by=user, now=scene.now)


@writes("domain.estate.booking.extend")
def extend(scene: Scene) -> None:
    if held := scene.held():
        estate.extend(scene.session, scene.chance.choice(held), days=1, by=scene.head(), now=scene.now)


@writes("domain.estate.booking.cancel")
def cancel(scene: Scene) -> None:
    if held := scene.held():
        estate.cancel(scene.session, scene.chance.choice(held), by=scene.head(), now=scene.now)


@writes("domain.estate.booking.cancel", "domain.estate.booking.book", "domain.deals.bookings.book")
def cancel_and_book_again(scene: Scene) -> None:
    if held := scene.held():
        booking, user = scene.chance.choice(held), scene.user()
        estate.cancel(scene.session, booking, by=scene.head(), now=scene.now)
        deals.book(scene.session, scene.deal_of(user), booking.unit, days=3, by=user, now=scene.now)


@writes("domain.estate.booking.cancel_all")
def cancel_basket(scene: Scene) -> None:
    estate.cancel_all(scene.session, scene.held()[:2], by=scene.head(), now=scene.now)


@writes("domain.estate.booking.expire", "jobs.sweeping.expire_bookings")
def sweep(scene: Scene) -> None:
    estate.expire(scene.session, now=scene.now)


@writes("domain.estate.booking.release_all", "domain.deals.moving._enter")
def refuse_deal(scene: Scene) -> None:
    user = scene.user()
    deal = scene.deal_of(user)
    lost = select(Stage).where(Stage.funnel_id == deal.stage.funnel_id, Stage.kind == StageKind.LOST)
    lost_stage = scene.session.exec(lost).one()
    deals.move(scene.session, deal, to=lost_stage, version=deal.version, by=user, now=scene.now)


@writes()
def move_deal(scene: Scene) -> None:
    """Also back from a refusal: the deal is open again and books again."""
    user = scene.user()
    deal = scene.deal_of(user)
    talks = select(Stage).where(Stage.funnel_id == deal.stage.funnel_id, Stage.name == "Переговоры")
    stage = scene.session.exec(talks).one()
    deals.move(scene.session, deal, to=stage, version=deal.version, by=user, now=scene.now)


@writes(
    "domain.estate.prices.reprice",
    "domain.estate.prices.change_availability",
    "domain.exchange.stock.take",
    "domain.exchange.catalogue.offers._apply",
)
def prices_and_states_from_1c(scene: Scene) -> None:
    """As one look into 1C writes them: both in one transaction, units in no order of ours."""
    some = scene.chance.sample(scene.units, 2)
    reprice(scene.session, {unit: price(scene.chance) for unit in some})
    states = [Availability.ON_SALE, Availability.ON_SALE, Availability.SOLD]
    change_availability(scene.session, {unit: scene.chance.choice(states) for unit in some})


@writes("domain.estate.importing.withdraw", "domain.estate.prices.change_availability")
def vanished_from_1c(scene: Scene) -> None:
    withdraw(scene.session, [scene.chance.choice(scene.units)])


@writes("domain.estate.importing.Stock")
def catalogue_of_1c(scene: Scene) -> None:
    unit = scene.unit()
    place: Any = (
        select(Building.name, Section.number, Floor.number)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .where(Floor.id == unit.floor_id)
    )
    building, section, floor = scene.session.exec(place).one()
    described = Described(
        project="Речной квартал",
        building=building,
        section=section,
        floor=floor,
        kind=unit.kind,
        number=unit.number,
        area_total=unit.area_total,
        availability=scene.chance.choice([Availability.ON_SALE, Availability.CONTRACT]),
    )
    Stock(scene.session).take([(unit.id, described)])


@writes("domain.estate.prices.reprice_by_list")
def carry_price_lists(scene: Scene) -> None:
    """One more begun, or one that was applied undone; then whatever there is to carry, a batch."""
    session, boris, now = scene.session, scene.head(), scene.now
    documents = list(session.exec(select(PriceList).order_by(col(PriceList.id).desc())).all())
    applied = [one for one in documents if one.state is ListState.APPLIED]
    if applied and scene.chance.random() < 0.5:
        lists.undo(session, applied[0], by=boris, now=now)
    elif not any(one.state in CARRIED for one in documents):
        river = session.exec(select(Project)).one()
        wanted = lists.Wanted(Rule.PERCENT, Decimal(scene.chance.choice([2, 5])), Decimal(1), Criteria())
        lists.start(session, lists.draft(session, river, wanted, by=boris, now=now), by=boris, now=now)
    session.flush()
    for list_id in due(session, now=now):
        while carry_on(session, list_id, now=now):
            session.flush()


@writes("domain.estate.booking.refreeze")
def give_a_discount(scene: Scene) -> None:
    """Within the limit it is given at once; above it waits."""
    if held := scene.held():
        booking = scene.chance.choice(held)
        percent = Decimal(scene.chance.choice(["0.5", "3"]))
        giving.ask(
            scene.session, booking, effect=Effect.PERCENT, value=percent, reason="Так", by=booking.booked_by,
            now=scene.now,
        )  # fmt: skip


@writes("domain.estate.booking.refreeze")
def decide_a_discount(scene: Scene) -> None:
    asked = select(Discount).where(Discount.state == DiscountState.ASKED)
    for discount in scene.session.exec(asked.order_by(col(Discount.id).desc()).limit(1)):
        verb = scene.chance.choice([giving.approve, giving.refuse])
        verb(scene.session, discount, comment="Решено", by=scene.head(), now=scene.now)


@writes("domain.estate.booking.refreeze")
def take_a_discount_back(scene: Scene) -> None:
    standing = select(Discount).where(col(Discount.state).in_(giving.STANDING))
    for discount in scene.session.exec(standing.order_by(col(Discount.id).desc()).limit(1)):
        giving.withdraw(scene.session, discount, by=scene.head(), now=scene.now)


def price(chance: Random) -> Decimal:
    return Decimal(chance.randrange(5_000_000, 9_000_000, 1_000))


BEFORE_THE_END = timedelta(seconds=12)
"""The schedules begin this long before the term of the booking that is there from the start."""
