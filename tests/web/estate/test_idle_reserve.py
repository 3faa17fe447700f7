"""The idle reserve: days and roubles add up, rows come through the person, the sheet says the same."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from domain import estate
from domain.agencies.models import Agency, AgencyDeal
from domain.estate.idle import Held, _summed, idle
from domain.estate.models import BookingState
from domain.kernel import clock, formats
from web.estate.idle_reserve import bars, ordered

NOW = clock.now().replace(microsecond=0)
DAY = timedelta(days=1)
MONTH = f"from={formats.here(NOW - 20 * DAY).date()}&to={formats.here(NOW).date()}"


@pytest.fixture
def told(session, flat_1, flat_2, flat_3, ivanov_deal, anna, maria, timur):
    """Anna held for two days in vain, Maria holds since five days, Timur's lies before the period."""
    book = estate.book
    first = book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW - 10 * DAY)
    estate.cancel(session, first, by=anna, now=NOW - 8 * DAY)
    book(session, flat_2, deal_id=ivanov_deal.id, days=7, by=maria, now=NOW - 5 * DAY)
    before = book(session, flat_3, deal_id=ivanov_deal.id, days=3, by=timur, now=NOW - 60 * DAY)
    estate.cancel(session, before, by=timur, now=NOW - 59 * DAY)
    session.commit()
    return first


def report(session, user, since=NOW - 20 * DAY, until=NOW):
    return idle(session, user, since=since, until=until, now=NOW)


def test_days_times_price_add_up(session, told, boris, flat_1, flat_2):
    found = report(session, boris)

    assert [(held.number, held.days, held.in_vain) for held in found.bookings] == [
        ("2", Decimal("5.0"), False), ("1", Decimal("2.0"), True),
    ]  # fmt: skip
    assert found.total.money_days == 5 * flat_2.price + 2 * flat_1.price
    assert (found.total.bookings, found.total.in_vain, found.total.days) == (2, 1, 7)
    assert found.average == found.total.money_days / 20
    assert [group.name for group in found.managers] == ["Мария Лебедева", "Анна Королёва"]


def test_only_the_days_inside_the_period_count(session, told, boris):
    found = report(session, boris, since=NOW - 9 * DAY, until=NOW - 4 * DAY)

    assert {held.number: held.days for held in found.bookings} == {"1": Decimal("1.0"), "2": Decimal("1.0")}


def test_nothing_counts_past_its_term(session, told, boris):
    later = NOW + 100 * DAY
    found = idle(session, boris, since=NOW - 20 * DAY, until=later, now=later)

    held = next(held for held in found.bookings if held.number == "2")
    assert held.ended - held.begun < 8 * DAY


def test_rows_come_through_the_person(open_client, session, told, olga, admin, boris, stas):
    assert len(report(session, olga).bookings) == len(report(session, boris).bookings) == 2
    assert report(session, admin).bookings == [] == report(session, stas).bookings
    for login in ("anna", "vera", "stas"):
        assert open_client(login).get("/reports/idle-reserve").status_code == 403
        assert open_client(login).get("/reports/idle-reserve/file").status_code == 403


def test_the_page_says_it_in_words_in_a_chart_and_in_a_table(open_client, told):
    html = open_client("boris").get(f"/reports/idle-reserve?{MONTH}").text

    assert "2 брони держали" in html and "Больше всех держит Мария Лебедева" in html
    assert len(re.findall(r'class="bars__bar"', html)) == 2 and "<tfoot>" in html
    rows = open_client("boris").get(f"/reports/idle-reserve?{MONTH}&by=booking").text
    assert "без продажи" in rows and "снята" in rows and "держит" in rows


@pytest.mark.parametrize(
    ("sort", "first"), [("days", "2"), ("-days", "1"), ("who", "1"), ("price", "2"), ("zzz", "2")]
)
def test_columns_sort_both_ways(open_client, told, sort, first):
    html = open_client("boris").get(f"/reports/idle-reserve?{MONTH}&by=booking&sort={sort}").text

    assert re.findall(r"№ (\d+)</a> <span", html)[0] == first
    assert html.count("aria-sort") == (sort != "zzz")


@pytest.mark.parametrize(
    "nonsense", ["from=abc", "to=2026-99-99", "from=0001-01-01", "by=zzz", "from=2030-01-01&to=2020-01-01"]
)
def test_nonsense_in_the_address_is_left_out(open_client, nonsense):
    assert open_client("boris").get(f"/reports/idle-reserve?{nonsense}").status_code == 200


def test_the_sheet_has_numbers_and_no_formulas(open_client, session, told, maria, flat_2):
    maria.name = "=HYPERLINK(1)"
    session.commit()
    answer = open_client("boris").get(f"/reports/idle-reserve/file?{MONTH}")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    managers = book.get_sheet_by_name("Менеджеры").to_python(skip_empty_area=False)
    bookings = book.get_sheet_by_name("Брони").to_python()
    assert managers[4][0] == "=HYPERLINK(1)" and managers[4][4] == pytest.approx(
        float(5 * flat_2.price), rel=0.01
    )
    assert len(bookings) == 3 and bookings[1][9] == float(flat_2.price)
    assert "attachment" in answer.headers["content-disposition"]


def test_agencies_have_a_column_when_one_sold(open_client, session, told, ivanov_deal, anna):
    assert "Агентство" not in open_client("boris").get(f"/reports/idle-reserve?{MONTH}&by=booking").text
    agency = Agency(name="Агентство «Ключ»", manager_id=anna.id)
    session.add(agency)
    session.flush()
    session.add(AgencyDeal(deal_id=ivanov_deal.id, agency_id=agency.id, agent_id=anna.id))
    session.commit()

    html = open_client("boris").get(f"/reports/idle-reserve?{MONTH}&by=agency").text
    assert "Агентство «Ключ»" in html


def held(price, days, who, state):
    return Held(
        1, 1, "1", "Дом", 1, who, f"№ {who}", Decimal(price), NOW, NOW, state, Decimal(days) / 10
    )  # fmt: skip


HELD = st.builds(
    held, st.integers(0, 10**9), st.integers(1, 3650), st.integers(1, 4), st.sampled_from(BookingState)
)


@given(st.lists(HELD, max_size=30))
def test_sums_of_managers_are_the_whole_to_the_kopeck(found):
    made = _summed(found, NOW - 30 * DAY, NOW, cut=False)

    assert sum((group.money_days for group in made.managers), Decimal(0)) == made.total.money_days
    assert sum((group.days for group in made.managers), Decimal(0)) == made.total.days
    assert sum(group.in_vain for group in made.managers) == made.total.in_vain <= made.total.bookings
    assert made.total.vain_money_days <= made.total.money_days
    assert all(0 <= bar.vain <= bar.share + 0.01 and bar.share <= 100 for bar in bars(made.managers))
    assert sorted(map(id, ordered(made.bookings, {"money": lambda each: each.money_days}, "-x"))) == sorted(
        map(id, found)
    )
