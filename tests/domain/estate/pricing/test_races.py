"""Two at once: the price of a booking is the old one or the new one, a discount is decided once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from domain import deals, estate
from domain.access import User
from domain.deals import Deal
from domain.estate import Booking, Project, Unit
from domain.estate.discounts import deciding, giving
from domain.estate.discounts.models import Discount
from domain.estate.models import Floor, Section
from domain.estate.pricing import Criteria, Passport, lists
from domain.estate.pricing.applying import carry_on
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Effect, Master, Rule
from domain.events import Event
from domain.kernel import clock
from domain.kernel.errors import Refused
from jobs.estate.carry_price_list import carry_price_list
from jobs.work import unit_of_work
from tests.fixtures import Database

FLATS = 60


def of(session: Session, login: str) -> User:
    return session.exec(select(User).where(User.login == login)).one()


@pytest.fixture
def begun(database: Database, session: Session, river: Project) -> int:
    """A price list of +10 % that is begun and not carried yet."""
    floor = session.exec(select(Floor).join(Section).order_by(col(Floor.id))).first()
    session.add_all(
        Unit(floor_id=floor.id, number=f"Г{n}", area_total=Decimal(40), price=Decimal(5_000_000),
             availability=estate.Availability.ON_SALE)
        for n in range(FLATS)
    )  # fmt: skip
    session.commit()
    now = clock.now()
    with unit_of_work() as own:
        boris, project = of(own, "boris"), own.get_one(Project, river.id)
        keep_rules(own, project, master=Master.LISTS, floor_metre=None, version=0, by=boris)
        wanted = lists.Wanted(Rule.PERCENT, Decimal(10), Decimal(1), Criteria())
        document = lists.draft(own, project, wanted, by=boris, now=now)
        lists.start(own, document, by=boris, now=now)
        return document.id


def test_booked_amid_a_price_list_the_frozen_price_is_one_of_the_two(begun: int):
    """A booker goes through the flats from the end while a worker goes from the beginning, five at a time."""
    started = threading.Barrier(2)

    def work() -> None:
        started.wait()
        more = True
        while more:
            with unit_of_work() as session:
                more = carry_on(session, begun, now=clock.now(), most=5)

    def book() -> None:
        started.wait()
        with unit_of_work() as session:
            numbers = list(session.exec(select(Unit.id).where(col(Unit.number).startswith("Г"))))
        for number in reversed(numbers):
            with unit_of_work() as session:
                anna, deal = of(session, "anna"), session.exec(select(Deal)).first()
                deals.book(session, deal, session.get_one(Unit, number), days=1, by=anna, now=clock.now())

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(work), both.submit(book)]:
            done.result()

    with unit_of_work(read_only=True) as session:
        bookings = session.exec(select(Booking)).all()
        assert len(bookings) == FLATS
        assert {one.price for one in bookings} <= {Decimal(5_000_000), Decimal(5_500_000)}
        assert all(Passport.from_json(one.passport).total == one.price for one in bookings)
        assert {one.unit.price for one in bookings} == {Decimal(5_500_000)}


def test_two_workers_at_one_price_list_do_each_unit_once(begun: int):
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: carry_price_list.fn(begun), range(4)))

    with unit_of_work(read_only=True) as session:
        repriced = session.exec(select(Event.subject_id).where(Event.name == "unit.repriced")).all()
        assert len(repriced) == len(set(repriced)) == FLATS + 12
        applied = session.exec(select(Event).where(Event.name == "price_list.applied")).all()
        assert len(applied) == 1


def test_of_two_heads_who_decide_at_once_one_decides(database: Database, session, flat_1, ivanov_deal, anna):
    booking = deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=clock.now())
    asked = giving.ask(
        session, booking, effect=Effect.PERCENT, value=Decimal(3), reason="Так", by=anna, now=clock.now()
    )
    session.commit()
    before, started = booking.price, threading.Barrier(6)

    def approve(_number: int) -> str:
        started.wait()
        try:
            with unit_of_work() as own:
                discount = own.get_one(Discount, asked.id)
                deciding.approve(own, discount, comment="", by=of(own, "boris"), now=clock.now())
        except Refused as no:
            return no.sentence
        return "given"

    with ThreadPoolExecutor(6) as heads:
        told = list(heads.map(approve, range(6)))

    assert told.count("given") == 1 and sum("уже есть решение" in word for word in told) == 5
    with unit_of_work(read_only=True) as own:
        assert own.get_one(Booking, booking.id).price == before - asked.amount
        repriced = own.exec(select(Event).where(Event.name == "booking.repriced")).all()
        assert len(repriced) == 1


def test_a_killed_worker_is_followed_by_the_clock(begun: int):
    from jobs import sweeping  # noqa: PLC0415  the duty, as the clock runs it

    with unit_of_work() as session:
        assert carry_on(session, begun, now=clock.now(), most=7)

    sweeping.carry_price_lists()
    carry_price_list.fn(begun)

    with unit_of_work(read_only=True) as session:
        assert lists.get_price_list(session, begun).state.value == "applied"
        assert lists.get_price_list(session, begun).applied_at < clock.now() + timedelta(seconds=1)
