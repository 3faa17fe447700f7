"""R2: every writer of a booking at once, in random orders of their statements, each order by its seed."""

import faulthandler
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from domain import deals, estate
from domain.access import User
from domain.agencies.models import Agency, AgencyDeal
from domain.approvals import Approval, ApprovalState
from domain.deals.models import Deal, Stage, StageKind
from domain.estate import booking as booking_verbs
from domain.estate import claims, extending, waiting
from domain.estate.contracts import UnitContract
from domain.estate.models import Availability, Booking, BookingKind, BookingState, Project, Unit
from domain.estate.pricing import Passport
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
from domain.estate.waiting import Waiting, WaitingState, lines
from domain.events import Event
from domain.kernel import formats
from domain.kernel.errors import DomainError
from domain.kernel.settings import settings
from domain.parties import find_or_add_person
from jobs import work
from tests.faults.crowds import build_flats, unguard_index
from tests.faults.interleaving import Order
from tests.faults.writers import BEFORE_THE_END, WRITERS, Scene, Writer
from tests.fixtures import Database
from tests.gates import Gate

BUSY = {"55P03", "40001", "40P01", "23505"}
"""A lost race in the server's words: told as «somebody was first», nothing is written."""
PATIENT = "set local lock_timeout = '60s'"
"""A row may be waited for as long as the order of steps is long, however slow the machine."""
LATEST = timedelta(seconds=5)
ALLOWED = 2
"""Bookings of a manager and of an agency at once, of three flats."""
STANDING_SECONDS = 300
BEGINS = {"unit.booked", "unit.offered"}
ENDS = {
    "booking.cancelled": BookingState.CANCELLED,
    "booking.expired": BookingState.EXPIRED,
    "booking.declined": BookingState.CANCELLED,
    "booking.withdrawn": BookingState.CANCELLED,
    "booking.lapsed": BookingState.EXPIRED,
    "booking.terminated": BookingState.CANCELLED,
}
SIGNED = {"booking.contracted": BookingState.CONTRACT, "booking.sold": BookingState.SOLD}


@dataclass
class Theatre:
    """The scene in the scratch database, set again before every order."""

    database: Database
    units: list[int]
    term: datetime
    """When the booking that is there from the start ends."""
    watch: sa.Connection
    wrong: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    def play(self, seed: str, writers: Sequence[Writer] = WRITERS) -> list[str]:
        """One order; returns what is wrong after it."""
        chance = Random(seed)
        since = self.arrange(chance)
        order = Order(work.engine(), self.watch, chance, self.term - BEFORE_THE_END)
        cast = chance.choices(writers, k=chance.randint(3, 5))
        for number, writer in enumerate(cast):
            dice = Random(f"{seed} {number}")

            def deed(now: datetime, writer: Any = writer, dice: Random = dice) -> None:
                with work.begin() as session:
                    session.execute(sa.text(PATIENT))
                    writer.deed(Scene(session, self.units, now, dice))
                    session.commit()

            order.add(writer.name, deed)
        order.play()
        return [*self.ended(order), *self.look(since, order.clock)]

    def arrange(self, chance: Random) -> int:
        """As at the beginning, one unit held by a booking about to end; returns the last event so far."""
        with self.database.engine.begin() as owner:
            owner.execute(sa.text("delete from approval"))
            owner.execute(sa.text("delete from unit_contract"))
            owner.execute(sa.text("delete from waiting"))
            owner.execute(sa.text("delete from discount"))
            owner.execute(sa.text("delete from price_list_line"))
            owner.execute(sa.text("delete from price_list"))
            owner.execute(sa.text("delete from list_price"))
            owner.execute(sa.text("delete from booking"))
            owner.execute(sa.text("delete from task"))
            owner.execute(sa.text(f"update allowance set most = {ALLOWED} where whose = 'manager'"))
            owner.execute(sa.text("update stage set on_booking = name = 'Переговоры'"))
            owner.execute(sa.text("update funnel set steps_back = true, calls_back = true"))
            owner.execute(sa.text("delete from stage_stay"))
            owner.execute(sa.text("update unit set availability = 'on_sale', price = 7000000"))
            first = "(select min(id) from stage)"
            owner.execute(
                sa.text(f"update deal set stage_id = {first}, version = 1, amount = null, amount_told = null")
            )
            owner.execute(sa.text(f"insert into stage_stay (deal_id, stage_id) select id, {first} from deal"))
        with work.begin() as session:
            last = session.execute(sa.select(sa.func.coalesce(sa.func.max(Event.id), 0))).scalar_one()
            anna = session.exec(select(User).where(User.login == "anna")).one()
            unit = session.get_one(Unit, self.units[0])
            deal = session.exec(select(Deal).where(Deal.responsible_id == anna.id)).one()
            yesterday = self.term - timedelta(days=1, hours=2)
            if chance.random() < 0.8:
                held = deals.book(session, deal, unit, days=1, by=anna, now=yesterday)
                if chance.random() < 0.5:
                    extending.ask(session, held, days=7, reason="Ждёт банк", by=anna, now=yesterday)
                session.flush()
                self.line_up(session, unit, chance, now=yesterday)
            session.commit()
        return int(last)

    @staticmethod
    def line_up(session: Session, unit: Unit, chance: Random, *, now: datetime) -> None:
        """Maria's deals wait for the booked unit, as often as not; once in a while one has its offer."""
        maria = session.exec(select(User).where(User.login == "maria")).one()
        hers = session.exec(select(Deal).where(Deal.responsible_id == maria.id).order_by(col(Deal.id)))
        for deal in hers.all()[: chance.choice([0, 1, 2, 2])]:
            deals.join(session, deal, unit, by=maria, now=now)
        if chance.random() < 0.3:
            booking = session.exec(select(Booking)).one()
            late = now + timedelta(hours=2)
            estate.cancel(session, booking, by=booking.booked_by, now=late)

    def ended(self, order: Order) -> Iterator[str]:
        for runner in order.runners:
            state = getattr(getattr(runner.ended, "orig", None), "sqlstate", None)
            if runner.ended is None:
                self.done[runner.name] += 1
            elif isinstance(runner.ended, DomainError) or (
                isinstance(runner.ended, DBAPIError) and state in BUSY
            ):
                self.lost[state or "told"] += 1
            else:
                yield f"{runner.name} broke: {runner.ended!r}"

    def look(self, since: int, clock: datetime) -> Iterator[str]:
        """What must hold after any order at all."""
        with work.begin() as session:
            estate.expire(session, now=clock)
            waiting.offer_free(session, now=clock)
            session.commit()
            bookings = session.exec(select(Booking).order_by(col(Booking.id))).all()
            active = [one for one in bookings if one.closed_at is None]
            for unit, count in Counter(one.unit_id for one in active).items():
                if count > 1:
                    yield f"unit {unit} has {count} active claims"
            yield from self.limits(session, active)
            for one in active:
                if one.state is BookingState.ACTIVE and one.until + LATEST <= clock:
                    yield f"booking {one.id} lives past its term"
            yield from self.refused_and_holding(session, active)
            yield from self.asked_about_what_is_over(session, active)
            yield from self.amounts(session, active)
            yield from self.papers(session, bookings)
            standing = session.exec(select(Waiting).where(col(Waiting.left_at).is_(None))).all()
            yield from self.offers(standing, active)
            yield from self.waits(session, standing, active)
            yield from in_turn(self.of_lines(session, since))
            told = self.told(session, since, {one.id for one in bookings})
        for one in bookings:
            yield from history(one, told.get(one.id, []))
        yield from overlaps(told, bookings)

    @staticmethod
    def limits(session: Session, active: list[Booking]) -> Iterator[str]:
        filling = [
            one for one in active if one.state is BookingState.ACTIVE and one.kind is not BookingKind.OFFER
        ]
        for person, count in Counter(one.booked_by_id for one in filling).items():
            if count > ALLOWED:
                yield f"person {person} holds {count} units, {ALLOWED} are allowed"
        theirs = set(session.exec(select(AgencyDeal.deal_id)))
        if (count := sum(one.deal_id in theirs for one in filling)) > ALLOWED:
            yield f"the agency holds {count} units, {ALLOWED} are allowed"

    @staticmethod
    def refused_and_holding(session: Session, active: list[Booking]) -> Iterator[str]:
        for one in active:
            deal = session.get_one(Deal, one.deal_id)
            if session.get_one(Stage, deal.stage_id).kind is StageKind.LOST:
                yield f"refused deal {deal.id} holds unit {one.unit_id}"

    @staticmethod
    def asked_about_what_is_over(session: Session, active: list[Booking]) -> Iterator[str]:
        held = {one.id for one in active}
        for asked in session.exec(select(Approval).where(Approval.state == ApprovalState.WAITING)):
            if asked.subject_id not in held:
                yield f"request {asked.id} waits about a booking that is over"

    @staticmethod
    def amounts(session: Session, active: list[Booking]) -> Iterator[str]:
        """Nobody typed an amount here: a deal that holds units and was told of them costs what they cost."""
        for deal in session.exec(select(Deal)):
            theirs = (one for one in active if one.deal_id == deal.id)
            prices = [one.price for one in theirs if one.kind is not BookingKind.OFFER]
            if prices and deal.amount is None:
                yield f"deal {deal.id} holds units and has no amount"

    @staticmethod
    def papers(session: Session, bookings: Sequence[Booking]) -> Iterator[str]:
        """Under contract is what has one contract in force, and nothing else."""
        signed = {one.id for one in bookings if one.state in (BookingState.CONTRACT, BookingState.SOLD)}
        standing = select(UnitContract.booking_id).where(col(UnitContract.ended_at).is_(None))
        if (papers := sorted(session.exec(standing).all())) != sorted(signed):
            yield f"contracts of bookings {papers}, but under contract are {sorted(signed)}"

    @staticmethod
    def offers(standing: Sequence[Waiting], active: Sequence[Booking]) -> Iterator[str]:
        """Who is offered has the offer, nobody is offered twice, nobody waits for what they hold."""
        offers = sorted(one.id for one in active if one.kind is BookingKind.OFFER)
        offered = [one for one in standing if one.state is WaitingState.OFFERED]
        if sorted(one.booking_id or 0 for one in offered) != offers:
            yield f"offers {offers}, but offered are {[(one.id, one.booking_id) for one in offered]}"
        for unit, count in Counter(one.unit_id for one in offered).items():
            if count > 1:
                yield f"unit {unit} is offered {count} times at once"
        holders = {(one.unit_id, one.deal_id) for one in active if one.kind is not BookingKind.OFFER}
        for one in standing:
            if (one.unit_id, one.deal_id) in holders:
                yield f"deal {one.deal_id} waits for unit {one.unit_id}, which it holds"

    @staticmethod
    def waits(session: Session, standing: Sequence[Waiting], active: Sequence[Booking]) -> Iterator[str]:
        """No refused deal waits, and nothing is idle while somebody waits for it."""
        held = {one.unit_id for one in active}
        for one in standing:
            unit, deal = session.get_one(Unit, one.unit_id), session.get_one(Deal, one.deal_id)
            if session.get_one(Stage, deal.stage_id).kind is StageKind.LOST:
                yield f"refused deal {deal.id} waits for unit {unit.id}"
            if unit.id not in held and unit.availability is Availability.ON_SALE and unit.price:
                yield f"unit {unit.id} is idle while deal {deal.id} waits for it"

    @staticmethod
    def of_lines(session: Session, since: int) -> list[Event]:
        names = ["waiting.joined", "waiting.left", "waiting.moved", *BEGINS, *ENDS, "booking.transferred"]
        about = select(Event).where(col(Event.id) > since, col(Event.name).in_(names))
        return list(session.exec(about.order_by(col(Event.id))).all())

    @staticmethod
    def told(session: Session, since: int, ids: set[int]) -> dict[int, list[Event]]:
        about = select(Event).where(
            col(Event.id) > since, Event.subject_kind == "booking", col(Event.subject_id).in_(ids)
        )
        found: dict[int, list[Event]] = {}
        for event in session.exec(about.order_by(col(Event.id))):
            found.setdefault(event.subject_id, []).append(event)
        return found


def history(one: Booking, told: list[Event]) -> Iterator[str]:
    """Every state of the booking has its event, and the price is what it was booked for."""
    names = [event.name for event in told]
    if not (names and names[0] in BEGINS and len(BEGINS.intersection(names)) == 1 and begun_once(names)):
        yield f"booking {one.id} begins as {names}"
        return
    inherited = told[0].payload.get("extensions", 0)
    if names.count("booking.extended") - names.count("booking.shortened") + inherited != one.extensions:
        yield f"booking {one.id} was extended {one.extensions} times, told {names}"
    if (now_is := state_told(told)) != one.state:
        yield f"booking {one.id} is {one.state}, told {now_is} by {names}"
    if (one.kind is BookingKind.OFFER) != (names[0] == "unit.offered" and "booking.accepted" not in names):
        yield f"booking {one.id} is of kind {one.kind} after {names}"
    yield from prices(one, told)


def prices(one: Booking, told: list[Event]) -> Iterator[str]:
    """What it was booked for, then what discounts made of it; its components come to the same."""
    frozen = Decimal(told[0].payload["price"])
    for event in told:
        if event.name == "booking.repriced":
            before, after = map(Decimal, event.payload["changes"]["price"])
            if before != frozen:
                yield f"booking {one.id} was repriced from {before}, it cost {frozen}"
            frozen = after
    if one.price != frozen:
        yield f"booking {one.id} costs {one.price}, history says {frozen}"
    if Passport.from_json(one.passport).total != one.price:
        yield f"booking {one.id} costs {one.price}, its components come to another sum"


def begun_once(names: list[str]) -> bool:
    return sum(name in BEGINS for name in names) == 1


def state_told(told: list[Event]) -> BookingState:
    """What the booking must be after these; the end is told once, unless it was taken back."""
    state = BookingState.ACTIVE
    for event in told[1:]:
        over = state in (BookingState.CANCELLED, BookingState.EXPIRED)
        if event.name == "booking.restored":
            state = BookingState(event.payload["state"])
        elif over:
            return BookingState.ACTIVE if state is BookingState.CANCELLED else BookingState.CANCELLED
        else:
            state = {**ENDS, **SIGNED}.get(event.name, state)
    return state


def in_turn(told: list[Event]) -> Iterator[str]:
    """The lines as history tells them: every offer is to the first who waits and was not passed over."""
    standing: dict[int, list[int]] = {}
    for event in told:
        line, deal = standing.setdefault(event.payload["unit"], []), event.deal_id or 0
        if event.name == "unit.offered" and line[:1] != [deal]:
            yield f"unit {event.payload['unit']} was offered to deal {deal} while {line} wait"
        place = place_told(event, len(line))
        line[:] = line if event.name in ENDS else [each for each in line if each != deal]
        if place is not None:
            line.insert(place, deal)


def place_told(event: Event, last: int) -> int | None:
    """Where the deal stands in the line after this; None where it does not wait, or nothing changed."""
    if event.name == "waiting.joined":
        return 0 if event.payload["place"] < 1 else last
    if event.name == "waiting.moved":
        return max(0, int(event.payload["changes"]["place"][1]) - 1)
    return 0 if event.name == "booking.withdrawn" else None


def resumed(event: Event) -> bool:
    return event.name == "booking.restored" and event.payload["undone"] == "booking.terminated"


def overlaps(told: dict[int, list[Event]], bookings: Any) -> Iterator[str]:
    """In the order of history no unit is booked before the booking before it is over."""
    unit_of = {one.id: one.unit_id for one in bookings}
    holder: dict[int, int] = {}
    for event in sorted((event for events in told.values() for event in events), key=lambda event: event.id):
        unit = unit_of[event.subject_id]
        if event.name in BEGINS or resumed(event):
            if unit in holder:
                yield f"unit {unit} was booked by {event.subject_id} while {holder[unit]} held it"
            holder[unit] = event.subject_id
        elif event.name in ENDS:
            holder.pop(unit, None)


@pytest.fixture
def theatre(database: Database, session: Session, anna: User, maria: User) -> Iterator[Theatre]:
    """Three flats; a deal of Anna's and two of Maria's; hers first and Anna's are of one agency."""
    units = build_flats(session, 3)
    river, boris = (
        session.exec(select(Project)).one(),
        session.exec(select(User).where(User.login == "boris")).one(),
    )
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    now = formats.here(datetime.now(settings().zone))
    client = find_or_add_person(session, name="Петрова", phone="89215550022", by=maria, now=now)
    for title in ("Для Петровой", "Для её сестры"):
        deals.open_deal(
            session, funnel=deals.list_funnels(session)[0], title=title, client=client, by=maria, now=now
        )
    timur = session.exec(select(User).where(User.login == "timur")).one()
    agency = Agency(name="Агентство", manager_id=timur.id, most_bookings=ALLOWED)
    session.add(agency)
    session.flush()
    for deal_id in session.exec(select(Deal.id).order_by(col(Deal.id)).limit(2)).all():
        session.add(AgencyDeal(deal_id=deal_id, agency_id=agency.id, agent_id=timur.id))
    session.commit()
    term = (now + timedelta(days=1)).replace(
        hour=booking_verbs.DAY_ENDS_AT, minute=0, second=0, microsecond=0
    )
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as watch:
        yield Theatre(database, units, term, watch)


@pytest.mark.gate("R2")
def test_in_any_order_of_their_statements_no_unit_is_claimed_twice(theatre: Theatre, gate: Gate):
    orders = gate.size(60, 2000)
    for number in range(orders):
        faulthandler.dump_traceback_later(STANDING_SECONDS, exit=True, file=sys.__stderr__)  # for each anew
        seed = f"{gate.seed} {number}"
        theatre.wrong += [f"order {seed}: {word}" for word in theatre.play(seed)]
    unheard = sorted({writer.name for writer in WRITERS} - set(theatre.done))
    lost = ", ".join(f"{count} {state}" for state, count in theatre.lost.most_common())
    gate.report(
        f"{orders} orders of {len(WRITERS)} writers: {theatre.done.total()} done, lost races: {lost}; "
        f"violations {len(theatre.wrong)}" + "".join(f"\n  {word}" for word in theatre.wrong[:5]),
        ok=not theatre.wrong and not theatre.lost["40P01"] and not (gate.whole and unheard),
        orders=orders,
        violations=len(theatre.wrong),
    )


@pytest.mark.control("R2")
def test_control_without_locks_and_index_units_are_claimed_twice(
    theatre: Theatre, database: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    def unlocked(session: Session, unit_ids: Any) -> list[Unit]:
        return list(session.exec(select(Unit).where(col(Unit.id).in_(list(unit_ids)))).all())

    for module in (booking_verbs, claims):
        monkeypatch.setattr(module, "lock", lambda session, unit: None)
        monkeypatch.setattr(module, "lock_all", unlocked)
    unguard_index(database)

    buyers = [
        writer for writer in WRITERS if any(way.endswith((".book", ".book_all")) for way in writer.through)
    ]
    orders = gate.size(15, 100)
    broken = [theatre.play(f"{gate.seed} {number}", buyers) for number in range(orders)]
    twice = sum(any("active claims" in word or "was booked by" in word for word in words) for words in broken)
    gate.report(f"{twice} of {orders} orders sold a unit twice without locks and index", twice=twice)
    assert twice > 0


@pytest.mark.control("R2")
def test_control_offers_out_of_turn_are_seen(theatre: Theatre, gate: Gate, monkeypatch: pytest.MonkeyPatch):
    """With the last of the line taken for its first, and nobody asked whose turn it is."""

    def last_of(session: Session, unit_id: int) -> Any:
        waits = [one for one in waiting.line(session, unit_id) if one.state is WaitingState.WAITING]
        return (waits[-1], session.get_one(Deal, waits[-1].deal_id).responsible_id) if waits else None

    monkeypatch.setattr(lines, "first_of", last_of)
    enders = [
        writer for writer in WRITERS if writer.name in {"cancel", "sweep", "join_line", "decline_offer"}
    ]
    orders = gate.size(15, 100)
    broken = [theatre.play(f"{gate.seed} {number}", enders) for number in range(orders)]
    seen = sum(any("was offered to deal" in word for word in words) for words in broken)
    gate.report(f"{seen} of {orders} orders offered a unit out of turn", out_of_turn=seen)
    assert seen > 0
