"""R2: every writer of a booking at once, in random orders of their statements, each order by its seed."""

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
from domain.deals.models import Deal, Stage, StageKind
from domain.estate import booking as booking_verbs
from domain.estate.models import Booking, BookingState, Project, Unit
from domain.estate.pricing import Passport
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
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
ENDS = {"booking.cancelled": BookingState.CANCELLED, "booking.expired": BookingState.EXPIRED}


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
            owner.execute(sa.text("delete from discount"))
            owner.execute(sa.text("delete from price_list_line"))
            owner.execute(sa.text("delete from price_list"))
            owner.execute(sa.text("delete from list_price"))
            owner.execute(sa.text("delete from booking"))
            owner.execute(sa.text("delete from stage_stay"))
            owner.execute(sa.text("update unit set availability = 'on_sale', price = 7000000"))
            first = "(select min(id) from stage)"
            owner.execute(sa.text(f"update deal set stage_id = {first}, version = 1, amount = null"))
            owner.execute(sa.text(f"insert into stage_stay (deal_id, stage_id) select id, {first} from deal"))
        with work.begin() as session:
            anna = session.exec(select(User).where(User.login == "anna")).one()
            unit = session.get_one(Unit, self.units[0])
            deal = session.exec(select(Deal).where(Deal.responsible_id == anna.id)).one()
            yesterday = self.term - timedelta(days=1, hours=2)
            if chance.random() < 0.8:
                deals.book(session, deal, unit, days=1, by=anna, now=yesterday)
            last = session.execute(sa.select(sa.func.max(Event.id))).scalar_one()
            session.commit()
        return int(last) - 10

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
            session.commit()
            bookings = session.exec(select(Booking).order_by(col(Booking.id))).all()
            active = [one for one in bookings if one.state is BookingState.ACTIVE]
            for unit, count in Counter(one.unit_id for one in active).items():
                if count > 1:
                    yield f"unit {unit} has {count} active claims"
            for one in active:
                if one.until + LATEST <= clock:
                    yield f"booking {one.id} lives past its term"
            yield from self.refused_and_holding(session, active)
            told = self.told(session, since, {one.id for one in bookings})
        for one in bookings:
            yield from history(one, told.get(one.id, []))
        yield from overlaps(told, bookings)

    @staticmethod
    def refused_and_holding(session: Session, active: list[Booking]) -> Iterator[str]:
        for one in active:
            deal = session.get_one(Deal, one.deal_id)
            if session.get_one(Stage, deal.stage_id).kind is StageKind.LOST:
                yield f"refused deal {deal.id} holds unit {one.unit_id}"

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
    closed = [name for name in names if name in ENDS]
    if names[:1] != ["unit.booked"] or names.count("unit.booked") != 1:
        yield f"booking {one.id} begins as {names}"
        return
    if names.count("booking.extended") != one.extensions:
        yield f"booking {one.id} was extended {one.extensions} times, told {names}"
    if one.state is BookingState.ACTIVE and closed:
        yield f"booking {one.id} is active after {names}"
    if one.state is not BookingState.ACTIVE and [ENDS[name] for name in closed] != [one.state]:
        yield f"booking {one.id} is {one.state} after {names}"
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


def overlaps(told: dict[int, list[Event]], bookings: Any) -> Iterator[str]:
    """In the order of history no unit is booked before the booking before it is over."""
    unit_of = {one.id: one.unit_id for one in bookings}
    holder: dict[int, int] = {}
    for event in sorted((event for events in told.values() for event in events), key=lambda event: event.id):
        unit = unit_of[event.subject_id]
        if event.name == "unit.booked":
            if unit in holder:
                yield f"unit {unit} was booked by {event.subject_id} while {holder[unit]} held it"
            holder[unit] = event.subject_id
        elif event.name in ENDS:
            holder.pop(unit, None)


@pytest.fixture
def theatre(database: Database, session: Session, anna: User, maria: User) -> Iterator[Theatre]:
    """Three flats; a deal of Anna's and one of Maria's."""
    units = build_flats(session, 3)
    river, boris = (
        session.exec(select(Project)).one(),
        session.exec(select(User).where(User.login == "boris")).one(),
    )
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    now = formats.here(datetime.now(settings().zone))
    client = find_or_add_person(session, name="Петрова", phone="89215550022", by=maria, now=now)
    deals.open_deal(
        session, funnel=deals.list_funnels(session)[0], title="Для Петровой", client=client, by=maria, now=now
    )
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

    monkeypatch.setattr(booking_verbs, "lock", lambda session, unit: None)
    monkeypatch.setattr(booking_verbs, "lock_all", unlocked)
    unguard_index(database)

    buyers = [
        writer for writer in WRITERS if any(way.endswith((".book", ".book_all")) for way in writer.through)
    ]
    orders = gate.size(15, 100)
    broken = [theatre.play(f"{gate.seed} {number}", buyers) for number in range(orders)]
    twice = sum(any("active claims" in word or "was booked by" in word for word in words) for words in broken)
    gate.report(f"{twice} of {orders} orders sold a unit twice without locks and index", twice=twice)
    assert twice > 0
