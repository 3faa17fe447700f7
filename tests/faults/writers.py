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

from domain import approvals, deals, estate, files
from domain.access import User
from domain.agencies import asking
from domain.agencies.models import Agency, BookingRequest, Fixation
from domain.approvals import Approval, ApprovalState
from domain.deals import following
from domain.deals.models import Deal, Stage, StageKind
from domain.estate import contracts, extending, waiting
from domain.estate.discounts import deciding, giving
from domain.estate.discounts.models import Discount, DiscountState
from domain.estate.importing import Described, Stock, withdraw
from domain.estate.models import (
    Availability,
    Booking,
    BookingKind,
    BookingState,
    Building,
    Floor,
    Project,
    Section,
    Unit,
)
from domain.estate.prices import change_availability, reprice
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.applying import carry_on, due
from domain.estate.pricing.models import CARRIED, Effect, ListState, PriceList, Rule
from domain.estate.settling import settle
from domain.estate.sheets import applying
from domain.estate.sheets.models import ImportStep, StockImport, StockImportRow, Verdict
from domain.estate.waiting import Waiting
from domain.events import Event
from jobs import work


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
        his = self.session.exec(select(Deal).where(Deal.responsible_id == user.id).order_by(col(Deal.id)))
        return self.chance.choice(his.all())

    def days(self) -> int:
        return self.chance.choice([1, 3])

    def held(self, *more: Any) -> list[Booking]:
        active = select(Booking).where(Booking.state == BookingState.ACTIVE, *more).order_by(col(Booking.id))
        return list(self.session.exec(active).all())

    def offers(self) -> list[Booking]:
        return self.held(Booking.kind == BookingKind.OFFER)

    def signed(self, *states: BookingState) -> list[Booking]:
        kept = select(Booking).where(col(Booking.state).in_(states)).order_by(col(Booking.id))
        return list(self.session.exec(kept).all())

    def waits(self) -> list[Waiting]:
        standing = select(Waiting).where(col(Waiting.left_at).is_(None)).order_by(col(Waiting.id))
        return list(self.session.exec(standing).all())

    def deal(self) -> Deal:
        return self.deal_of(self.user())


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


@writes("domain.estate.booking.book", "domain.deals.bookings.book")
def confirm_for_an_agent(scene: Scene) -> None:
    """Under Timur, so that the deals it opens are not among those the others book for."""
    request = scene.session.get_one(BookingRequest, _asked_by_an_agent(scene))
    timur = request.fixation.agency.manager
    asking.confirm(scene.session, request, days=scene.days(), by=timur, now=scene.now)


def _asked_by_an_agent(scene: Scene) -> int:
    """In a transaction of its own: who refers to a unit can not lock it after others have queued for it."""
    with work.begin() as earlier:
        timur = earlier.exec(select(User).where(User.login == "timur")).one()
        agency = earlier.exec(select(Agency)).one()
        fixation = Fixation(
            agency_id=agency.id,
            agent_id=timur.id,
            name="Клиент агента",
            phone=f"+79{scene.chance.randrange(10**9):09d}",
            fixed_at=scene.now,
            until=scene.now + timedelta(days=1),
        )
        earlier.add(fixation)
        earlier.flush()
        request = BookingRequest(
            fixation_id=fixation.id, unit_id=scene.chance.choice(scene.units), asked_at=scene.now
        )
        earlier.add(request)
        earlier.commit()
        return request.id


@writes("domain.estate.waiting.joining.join", "domain.deals.bookings.join")
def join_line(scene: Scene) -> None:
    user = scene.user()
    deals.join(scene.session, scene.deal_of(user), scene.unit(), by=user, now=scene.now)


@writes("domain.estate.waiting.joining.leave", "domain.estate.waiting.lines.give_up")
def leave_line(scene: Scene) -> None:
    if waits := scene.waits():
        waiting.leave(scene.session, scene.chance.choice(waits), by=scene.head(), now=scene.now)


@writes("domain.estate.waiting.joining.reorder")
def reorder_line(scene: Scene) -> None:
    if waits := scene.waits():
        one, place = scene.chance.choice(waits), scene.chance.choice([1, 2, 3])
        waiting.reorder(scene.session, one, place=place, reason="Так", by=scene.head(), now=scene.now)


@writes("domain.estate.waiting.answering.accept", "domain.deals.bookings.accept")
def accept_offer(scene: Scene) -> None:
    if offers := scene.offers():
        offer = scene.chance.choice(offers)
        deal = scene.session.get_one(Deal, offer.deal_id)
        deals.accept(scene.session, deal, offer, days=scene.days(), by=scene.head(), now=scene.now)


@writes("domain.estate.waiting.answering.decline")
def decline_offer(scene: Scene) -> None:
    if offers := scene.offers():
        waiting.decline(scene.session, scene.chance.choice(offers), by=scene.head(), now=scene.now)


@writes(
    "domain.estate.waiting.answering.clear_way",
    "domain.estate.waiting.joining.put_first",
    "domain.deals.bookings.book_ahead",
)
def book_past_the_line(scene: Scene) -> None:
    deal = scene.deal()
    deals.book_ahead(
        scene.session, deal, scene.unit(), days=scene.days(), reason="Так", by=scene.head(), now=scene.now
    )


@writes(
    "domain.estate.waiting.offering.offer_free",
    "domain.estate.waiting.offering.offer_next",
    "jobs.sweeping.offer_units",
)
def offer_what_is_free(scene: Scene) -> None:
    waiting.offer_free(scene.session, now=scene.now)


@writes("domain.estate.swapping.swap", "domain.deals.exchanging.swap")
def swap(scene: Scene) -> None:
    if held := scene.held():
        booking, unit = scene.chance.choice(held), scene.unit()
        deal = scene.session.get_one(Deal, booking.deal_id)
        shown = unit.price or Decimal(0)
        deals.swap(scene.session, deal, booking, unit, shown=shown, by=scene.head(), now=scene.now)


@writes("domain.estate.swapping.swap_back", "domain.deals.exchanging.swap_back")
def swap_there_and_back(scene: Scene) -> None:
    """In one transaction: others may have the released unit by the time of a second one."""
    if held := scene.held():
        booking, unit = scene.chance.choice(held), scene.unit()
        deal = scene.session.get_one(Deal, booking.deal_id)
        shown = unit.price or Decimal(0)
        instead = deals.swap(scene.session, deal, booking, unit, shown=shown, by=scene.head(), now=scene.now)
        scene.session.flush()
        deals.swap_back(scene.session, deal, instead, by=scene.head(), now=scene.now)


@writes("domain.estate.swapping.hand_over", "domain.deals.exchanging.transfer")
def transfer(scene: Scene) -> None:
    if held := scene.held():
        booking, to = scene.chance.choice(held), scene.deal()
        left = scene.session.get_one(Deal, booking.deal_id)
        deals.transfer(scene.session, booking, left=left, to=to, reason="Так", by=scene.head(), now=scene.now)


@writes("domain.deals.exchanging.transfer_back")
def transfer_there_and_back(scene: Scene) -> None:
    """In two transactions: who holds two deals may not wait for the holder of one."""
    if held := scene.held():
        booking, to = scene.chance.choice(held), scene.deal()
        left = scene.session.get_one(Deal, booking.deal_id)
        deals.transfer(scene.session, booking, left=left, to=to, reason="Так", by=scene.head(), now=scene.now)
        scene.session.commit()
        deals.transfer_back(scene.session, booking, by=scene.head(), now=scene.now)


@writes("domain.estate.contracts.signing.contract")
def sign(scene: Scene) -> None:
    if held := scene.held():
        booking = scene.chance.choice(held)
        contracts.contract(scene.session, booking, number="Д-1", by=scene.head(), now=scene.now)


@writes("domain.estate.contracts.signing.contract_all")
def sign_all(scene: Scene) -> None:
    contracts.contract_all(scene.session, scene.held()[:2], number="Д-2", by=scene.head(), now=scene.now)


@writes("domain.estate.contracts.signing.sell")
def sell(scene: Scene) -> None:
    """Of what is signed already, or signed just now."""
    signed = scene.signed(BookingState.CONTRACT)
    if not signed and (held := scene.held()):
        contracts.contract(scene.session, held[0], number="Д-3", by=scene.head(), now=scene.now)
        signed = held[:1]
    if signed:
        contracts.sell(scene.session, scene.chance.choice(signed), by=scene.head(), now=scene.now)


@writes("domain.estate.contracts.signing.terminate")
def terminate(scene: Scene) -> None:
    signed = scene.signed(BookingState.CONTRACT, BookingState.SOLD)
    if not signed and (held := scene.held()):
        contracts.contract(scene.session, held[0], number="Д-4", by=scene.head(), now=scene.now)
        signed = held[:1]
    if signed:
        booking = scene.chance.choice(signed)
        contracts.terminate(scene.session, booking, reason="Так", by=scene.head(), now=scene.now)


@writes("domain.estate.contracts.signing.take_back", "domain.deals.exchanging.take_back")
def take_back(scene: Scene) -> None:
    every = select(Booking).order_by(col(Booking.id))
    if bookings := list(scene.session.exec(every).all()):
        booking = scene.chance.choice(bookings)
        deals.take_back(scene.session, booking, by=scene.head(), now=scene.now)


@writes("domain.estate.booking.extend_all")
def extend_basket(scene: Scene) -> None:
    estate.extend_all(scene.session, scene.held()[:2], days=1, by=scene.head(), now=scene.now)


@writes("domain.estate.booking.extend")
def extend(scene: Scene) -> None:
    if held := scene.held():
        estate.extend(scene.session, scene.chance.choice(held), days=1, by=scene.head(), now=scene.now)


@writes("domain.estate.booking.cancel", "domain.estate.claims.close", "domain.estate.claims.end")
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
    "domain.estate.waiting.offering.offer_returned",
    "domain.exchange.stock.take",
    "domain.exchange.catalogue.offers._apply",
)
def prices_and_states_from_1c(scene: Scene) -> None:
    """As one look into 1C writes them: both in one transaction, units in no order of ours."""
    some = scene.chance.sample(scene.units, 2)
    reprice(scene.session, {unit: price(scene.chance) for unit in some})
    states = [Availability.ON_SALE, Availability.ON_SALE, Availability.SOLD]
    change_availability(scene.session, {unit: scene.chance.choice(states) for unit in some}, now=scene.now)


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
    Stock(scene.session, now=scene.now).take([(unit.id, described)])


def a_workbook(scene: Scene, unit: Unit) -> StockImport:
    """As it was shown a moment ago: a new price, another state, and a feature."""
    content = str(scene.chance.random()).encode()  # of its own: who keeps the same bytes waits for the other
    stored = files.keep(scene.session, [content], media_type="text/plain", now=scene.now)
    file = StockImport(
        name="stock.xlsx",
        size=1,
        sha256=stored.sha256,
        by_id=scene.head().id,
        step=ImportStep.APPLYING,
        total=1,
    )
    scene.session.add(file)
    scene.session.flush()
    state = scene.chance.choice([Availability.ON_SALE, Availability.SOLD])
    said = {
        "price": [str(unit.price), str(price(scene.chance))], "availability": [unit.availability, state],
        "rooms": [unit.rooms, 4],
    }  # fmt: skip
    row = StockImportRow(import_id=file.id, row=2, of_unit_id=unit.id, verdict=Verdict.CHANGED, said=said)
    scene.session.add(row)
    scene.session.flush()
    return file


@writes(
    "domain.estate.prices.reprice",
    "domain.estate.prices.change_availability",
    "domain.estate.importing.Stock",
)
def workbook(scene: Scene) -> None:
    file = a_workbook(scene, scene.unit())
    applying.apply(scene.session, file, by=scene.head(), now=scene.now, told=lambda _passed: None)


@writes("domain.estate.importing.put_back", "domain.estate.prices.change_availability")
def workbook_back(scene: Scene) -> None:
    file = a_workbook(scene, scene.unit())
    applying.apply(scene.session, file, by=scene.head(), now=scene.now, told=lambda _passed: None)
    applying.undo(scene.session, file, by=scene.head(), now=scene.now, told=lambda _passed: None)


@writes("domain.estate.booking.book", "domain.deals.bookings.book")
def book_another_kind(scene: Scene) -> None:
    """Also by the head, whose kinds are more; the terms and the allowance are looked up under the locks."""
    user = scene.user()
    kind, days = scene.chance.choice([(BookingKind.PAID, 7), (BookingKind.MORTGAGE, 14)])
    deals.book(scene.session, scene.deal_of(user), scene.unit(), days=days, kind=kind, by=user, now=scene.now)


@writes("domain.deals.bookings.rebook", "domain.estate.booking.book")
def rebook_what_ran_out(scene: Scene) -> None:
    over = select(Booking).where(Booking.state == BookingState.EXPIRED).order_by(col(Booking.id))
    if ran_out := scene.session.exec(over).first():
        deals.rebook(scene.session, ran_out, by=ran_out.booked_by, now=scene.now)


@writes("domain.estate.booking.extend")
def ask_and_be_granted(scene: Scene) -> None:
    """What is asked and granted in one breath, as two people at one desk do it."""
    if held := scene.held():
        booking = scene.chance.choice(held)
        asked = extending.ask(
            scene.session, booking, days=7, reason="Ждёт банк", by=booking.booked_by, now=scene.now
        )
        approvals.approve(scene.session, asked, by=scene.head(), now=scene.now)


@writes("domain.estate.booking.extend")
def answer_what_waits(scene: Scene) -> None:
    waiting = scene.session.exec(select(Approval).where(Approval.state == ApprovalState.WAITING)).all()
    if waiting:
        asked = scene.chance.choice(waiting)
        if scene.chance.random() < 0.7:
            approvals.approve(scene.session, asked, by=scene.head(), now=scene.now)
        else:
            approvals.decline(scene.session, asked, by=scene.head(), now=scene.now, comment="Хватит недели")


@writes("domain.estate.booking.shorten")
def take_an_answer_back(scene: Scene) -> None:
    granted = scene.session.exec(select(Approval).where(Approval.state == ApprovalState.APPROVED)).all()
    if granted:
        approvals.reopen(scene.session, scene.chance.choice(granted), by=scene.head(), now=scene.now)


@writes("domain.estate.settling.settle")
def settle_what_ran_out(scene: Scene) -> None:
    over = select(Booking).where(Booking.state == BookingState.EXPIRED).order_by(col(Booking.id))
    if ran_out := scene.session.exec(over).first():
        settle(scene.session, ran_out, by=ran_out.booked_by, now=scene.now)


@writes()
def deal_follows(scene: Scene) -> None:
    """What the relay does when a booking is gone, at whatever moment it comes to it."""
    gone = select(Event).where(col(Event.name).in_(["booking.expired", "booking.cancelled"]))
    if event := scene.session.exec(gone.order_by(col(Event.id).desc()).limit(1)).first():
        following.after_release(scene.session, event, now=scene.now)


@writes("domain.estate.pricing.repricing.write_prices", "domain.estate.writing.write")
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
        verb = scene.chance.choice([deciding.approve, deciding.refuse])
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
