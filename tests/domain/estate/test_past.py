"""The time machine: whoever changes a unit or a booking, its past is kept and can be asked about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from domain import deals, estate
from domain.estate import Availability, Unit, UnitStatus
from domain.estate.drawings import layouts
from domain.estate.importing import Described, Stock
from domain.estate.past import days
from domain.estate.past.board import facts, read
from domain.estate.past.changes import Deed, changes
from domain.estate.past.chart import chart
from domain.estate.past.history import Point, history
from domain.estate.past.models import ClaimPeriod, UnitPeriod
from domain.estate.prices import change_availability, reprice
from domain.kernel import clock
from domain.kernel.errors import Invalid
from jobs.work import unit_of_work

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def flat(database, flat_1) -> int:
    return flat_1.id


@pytest.fixture
def deal(ivanov_deal) -> int:
    return ivanov_deal.id


def book(session: Session, unit_id: int, deal_id: int, *, now: datetime):
    deal = session.get_one(deals.Deal, deal_id)
    user = session.get_one(estate.models.User, deal.responsible_id)
    return deals.book(session, deal, session.get_one(Unit, unit_id), days=3, by=user, now=now)


def moment(database) -> datetime:
    """The database's own clock, after everything committed so far."""
    with database.engine.connect() as connection:
        return connection.execute(sa.text("select clock_timestamp()")).scalar_one()


def cell(session: Session, building_id: int, unit_id: int, at: datetime):
    return next((cell for cell in read(session, building_id, at=at).cells if cell.id == unit_id), None)


def test_every_change_of_a_unit_is_a_period_even_past_the_verbs(database, session, building, flat):
    moments = []
    for price in (Decimal(1_000_000), Decimal(2_000_000)):
        with unit_of_work() as work:
            assert reprice(work, {flat: price})
        moments.append(moment(database))
    with database.engine.begin() as owner:
        owner.execute(
            sa.text("update unit set price = 3000000, availability = 'sold' where id = :id"), {"id": flat}
        )
    moments.append(moment(database))

    seen = [cell(session, building.id, flat, at) for at in moments]

    assert [(was.price, was.status) for was in seen] == [
        (1_000_000, UnitStatus.FREE), (2_000_000, UnitStatus.FREE), (3_000_000, UnitStatus.SOLD),
    ]  # fmt: skip


def test_changes_of_one_transaction_are_one_period(database, session, flat):
    known = len(session.exec(select(UnitPeriod).where(UnitPeriod.unit_id == flat)).all())
    with unit_of_work() as work:
        for price in (1, 2, 3):
            reprice(work, {flat: Decimal(price)})
            work.flush()
        change_availability(work, {flat: Availability.CONTRACT})

    periods = session.exec(select(UnitPeriod).where(UnitPeriod.unit_id == flat).order_by(UnitPeriod.id)).all()
    assert len(periods) == known + 1
    assert (periods[-1].price, periods[-1].availability, periods[-1].till) == (3, Availability.CONTRACT, None)
    assert periods[-2].till == periods[-1].since


def test_of_units_changed_by_one_statement_each_has_its_own_past(database, session):
    count = "select count(*), count(*) filter (where till is null and price = 7) from unit_period"
    with database.engine.begin() as owner:
        known = owner.execute(sa.text(count)).one()[0]
        owner.execute(sa.text("update unit set price = 7 where id % 2 = 0"))
    with database.engine.begin() as owner:
        halves = owner.execute(sa.text("select count(*) filter (where id % 2 = 0), count(*) from unit")).one()
        assert owner.execute(sa.text(count)).one() == (known + halves[0], halves[0])
        owner.execute(sa.text("update unit set price = 6"))
        owner.execute(sa.text("update unit set price = 7"))
        owner.execute(sa.text("update unit set price = 7, rooms = rooms"))
        assert owner.execute(sa.text(count)).one() == (known + halves[0] + halves[1], halves[1])


def test_what_is_not_shown_begins_no_period(database, session, flat):
    known = len(session.exec(select(UnitPeriod)).all())
    with database.engine.begin() as owner:
        owner.execute(sa.text("update unit set area_kitchen = 9"))

    assert len(session.exec(select(UnitPeriod)).all()) == known


def test_a_unit_taken_out_of_the_base_stays_in_its_past(database, session, building, flat):
    before = moment(database)
    with unit_of_work() as work:
        work.delete(work.get_one(Unit, flat))
    after = moment(database)

    assert cell(session, building.id, flat, before) and not cell(session, building.id, flat, after)
    found = changes(session, [building.id], since=before, till=after)
    assert [line.deeds for line in found.lines] == [{Deed.WITHDRAWN}]


def test_a_booking_holds_in_the_past_until_it_was_cancelled(database, session, building, flat, deal):
    start = clock.now() - timedelta(days=10)
    with unit_of_work() as work:
        booked = book(work, flat, deal, now=start)
    with unit_of_work() as work:
        held = work.get_one(estate.Booking, booked.id)
        estate.cancel(work, held, by=held.booked_by, now=start + timedelta(days=2))
        work.execute(sa.update(UnitPeriod).values(since=start - timedelta(days=1)))

    def status(day: float):
        return cell(session, building.id, flat, start + timedelta(days=day)).status

    assert [status(day) for day in (-0.5, 1, 1.9, 2.1, 9)] == [
        UnitStatus.FREE, UnitStatus.BOOKED, UnitStatus.BOOKED, UnitStatus.FREE, UnitStatus.FREE,
    ]  # fmt: skip


def test_a_term_that_ran_out_while_nobody_swept_held_nothing(database, session, building, flat, deal):
    start = clock.now() - timedelta(days=10)
    with unit_of_work() as work:
        book(work, flat, deal, now=start)
        work.execute(sa.update(UnitPeriod).values(since=start - timedelta(days=1)))
    with unit_of_work() as work:
        estate.expire(work, now=start + timedelta(days=8))

    for day, status in ((2, UnitStatus.BOOKED), (5, UnitStatus.FREE), (9, UnitStatus.FREE)):
        assert cell(session, building.id, flat, start + timedelta(days=day)).status is status, day


def test_a_contract_and_a_sale_begin_when_they_began(database, session, building, flat, deal):
    with unit_of_work() as work:
        booked = book(work, flat, deal, now=clock.now())
    seen = [moment(database)]
    for state in ("contract", "sold"):
        with database.engine.begin() as owner:
            owner.execute(
                sa.text("update booking set state = :state where id = :id"), {"state": state, "id": booked.id}
            )
        seen.append(moment(database))

    assert [cell(session, building.id, flat, at).status for at in seen] == [
        UnitStatus.BOOKED, UnitStatus.CONTRACT, UnitStatus.SOLD,
    ]  # fmt: skip


def test_the_facts_of_a_day_name_who_held_the_unit(database, session, flat, deal, anna):
    with unit_of_work() as work:
        book(work, flat, deal, now=clock.now())
    at = moment(database)

    was = facts(session, session.get_one(Unit, flat), at=at)

    assert was.held.who == anna.name and was.held.deal_id == deal and was.status is UnitStatus.BOOKED
    assert facts(session, session.get_one(Unit, flat), at=at - timedelta(days=400)) is None


# -- between two days -------------------------------------------------------------------------------


def test_what_became_of_each_unit_is_told_and_summed(
    database, session, building, flat_1, flat_2, flat_3, deal
):
    since = moment(database)
    floor = flat_3.floor_id
    with unit_of_work() as work:
        reprice(work, {flat_1.id: flat_1.price + 100_000})
        change_availability(work, {flat_2.id: Availability.SOLD})
        moved = work.get_one(Unit, flat_3.id)
        moved.number = "3А"
        work.add(
            Unit(
                floor_id=floor,
                number="77",
                area_total=Decimal(30),
                price=Decimal(5),
                availability=Availability.ON_SALE,
            )
        )
    with unit_of_work() as work:
        book(work, flat_1.id, deal, now=clock.now())
    till = moment(database)

    found = changes(session, [building.id], since=since, till=till)

    told = {line.seen.number: line.deeds for line in found.lines}
    assert told == {
        "1": {Deed.REPRICED, Deed.BOOKED}, "2": {Deed.SOLD}, "3А": {Deed.MOVED}, "77": {Deed.ADDED},
    }  # fmt: skip
    assert found.summed(Deed.REPRICED) == (1, 100_000)
    assert found.summed(Deed.SOLD) == (1, flat_2.price)
    assert changes(session, [building.id], since=till, till=moment(database)).lines == []
    assert changes(session, [building.id + 1000], since=since, till=till).lines == []


def test_the_way_back_is_the_opposite(database, session, building, flat):
    since = moment(database)
    with unit_of_work() as work:
        change_availability(work, {flat: Availability.SOLD})
        reprice(work, {flat: Decimal(4_000_000)})
    middle = moment(database)
    with unit_of_work() as work:
        change_availability(work, {flat: Availability.ON_SALE})
    till = moment(database)

    (back,) = changes(session, [building.id], since=middle, till=till).lines
    (whole,) = changes(session, [building.id], since=since, till=till).lines

    assert back.deeds == {Deed.RETURNED}
    assert whole.deeds == {Deed.REPRICED} and whole.share == whole.difference / whole.before.price


def test_the_difference_is_one_question_however_much_happened(database, session, building, queries):
    since = moment(database)
    with unit_of_work() as work:
        every = work.exec(select(Unit)).all()
        reprice(work, {unit.id: Decimal(1_000 + unit.id) for unit in every})
    till = moment(database)
    building_id = building.id
    with queries(1):
        found = changes(session, [building_id], since=since, till=till)

    assert len(found.lines) == len(every)


def test_the_board_of_a_day_is_one_question(database, session, building, queries):
    at, building_id = moment(database), building.id
    with queries(1):
        assert len(list(read(session, building_id, at=at).cells)) == 12


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["price", "sell", "back", "off", "tall", "gather"])),
        max_size=6,
    )
)
def test_the_past_of_now_is_the_present(database, session, building, flat_1, flat_2, flat_3, flat_off, deeds):
    """Whatever happened, the board of this moment read from periods is the board read from units."""
    units = [flat_1.id, flat_2.id, flat_3.id, flat_off.id]
    states = {"sell": Availability.SOLD, "back": Availability.ON_SALE, "off": Availability.OFF}
    for place, deed in deeds:
        with unit_of_work() as work:
            if deed == "price":
                old = work.get_one(Unit, units[place]).price
                reprice(work, {units[place]: old + 1})
            elif deed == "tall":
                unit = work.get_one(Unit, units[place])
                unit.storeys = 3 - unit.storeys
            elif deed == "gather":
                layouts.gather(work, work.get_one(Unit, units[place]).floor.section.building.project, by=None)
            else:
                change_availability(work, {units[place]: states[deed]})
    session.rollback()
    at = moment(database)

    past, present = read(session, building.id, at=at), estate.chessboard.read(session, building.id, now=at)

    assert past.entrances == present.entrances and past.counts == present.counts


def test_a_past_board_has_the_floors_and_layouts_of_its_day(database, session, building, flat):
    """Taken by one unit, and gathered for all; changed again, each day keeps its own."""
    days_ = [moment(database)]
    for storeys, code in ((2, "Д-36"), (1, "С-36")):
        with unit_of_work() as work:
            unit = work.get_one(Unit, flat)
            project = unit.floor.section.building.project
            layout = layouts.add(
                work, project, kind=unit.kind, code=code, rooms=0, area_total=Decimal(36), by=None
            )
            work.flush()
            unit.storeys, unit.layout_id = storeys, layout.id
        days_.append(moment(database))

    def then(at):
        seen = cell(session, building.id, flat, at)
        return seen.storeys, layouts.names_of(session, [seen.layout_id or 0]).get(seen.layout_id)

    assert [then(at) for at in days_] == [(1, None), (2, "Д-36"), (1, "С-36")]
    (line,) = changes(session, [building.id], since=days_[0], till=days_[1]).lines
    assert line.deeds == {Deed.REARRANGED} and (line.before.storeys, line.after.storeys) == (1, 2)
    assert changes(session, [building.id], since=days_[2], till=moment(database)).lines == []
    told = history(session, session.get_one(Unit, flat), now=clock.now()).moments
    assert [entry.rearranged for entry in told] == [True, True, False]


# -- one unit ---------------------------------------------------------------------------------------


def test_the_history_of_a_unit_says_when_how_much_and_who(database, session, flat, deal, anna, queries):
    with unit_of_work() as work:
        reprice(work, {flat: Decimal(7_000_000)})
    with unit_of_work() as work:
        booked = book(work, flat, deal, now=clock.now())
    with unit_of_work() as work:
        held = work.get_one(estate.Booking, booked.id)
        estate.cancel(work, held, by=held.booked_by, now=clock.now())
    unit = session.get_one(Unit, flat)
    with queries(3):
        told = history(session, unit, now=clock.now() + timedelta(seconds=1))

    newest, booked_, repriced, first = told.moments
    assert (newest.status, newest.who) == (UnitStatus.FREE, anna.name)
    assert (booked_.status, booked_.who, booked_.repriced) == (UnitStatus.BOOKED, anna.name, False)
    assert (repriced.price, repriced.who, repriced.before) == (7_000_000, None, first.price)
    assert told.known == [first.price, 7_000_000]


def test_a_price_line_is_steps_inside_its_frame():
    prices = [
        Point(NOW, Decimal(5)),
        Point(NOW + timedelta(days=1), None),
        Point(NOW + timedelta(days=2), Decimal(9)),
    ]

    drawn = chart(prices, now=NOW + timedelta(days=4))

    assert drawn.path == "M8 152H164M320 8H632" and (drawn.least, drawn.most) == (5, 9)
    assert chart(prices[:2], now=NOW) is None


def test_a_unit_that_moves_to_another_house_is_told_by_both(database, session, building, flat):
    since = moment(database)
    with unit_of_work() as work:
        unit = work.get_one(Unit, flat)
        Stock(work).take(
            [(flat, Described("Речной квартал", "Дом 2", 1, 1, unit.kind, unit.number, unit.area_total))]
        )
        other = work.exec(select(estate.Building).where(estate.Building.name == "Дом 2")).one().id
    till = moment(database)

    for house in (building.id, other):
        assert [line.deeds for line in changes(session, [house], since=since, till=till).lines] == [
            {Deed.MOVED}
        ]
    assert not cell(session, building.id, flat, till) and cell(session, other, flat, till)


# -- days -------------------------------------------------------------------------------------------


def test_a_day_ends_at_midnight_of_the_office():
    assert days.end_of(date(2026, 11, 10), now=NOW) == datetime(2026, 11, 10, 21, tzinfo=UTC)
    assert days.end_of(date(2026, 11, 20), now=NOW) == NOW


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-21", "ещё не наступило"),
        ("0001-01-01", "слишком давно"),
        ("вчера", "Нет такой даты"),
        ("2026-02-30", "Нет такой даты"),
        ("9999-12-31", "ещё не наступило"),
        ("2026-11-10\0", "Нет такой даты"),
    ],
)
def test_absurd_days_are_answered_in_words(text, says):
    with pytest.raises(Invalid) as no:
        days.day_of(text, now=NOW)

    assert says in no.value.fields["as_of"]


def test_claims_already_closed_are_known_too(database, session, flat, deal, anna):
    with database.engine.begin() as owner:
        owner.execute(
            sa.text(
                """insert into booking
                     (unit_id, deal_id, booked_by_id, price, booked_at, until, state, closed_at, kind)
                   values (:unit, :deal, :anna, 1, now() - interval '9 days', now() - interval '6 days',
                           'expired', now() - interval '6 days', 'verbal')"""
            ),
            {"unit": flat, "deal": deal, "anna": anna.id},
        )

    period = session.exec(select(ClaimPeriod)).one()
    assert period.state == "active" and period.till == period.until
