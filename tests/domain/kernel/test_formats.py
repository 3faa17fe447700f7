"""How numbers, sums, dates and names are written for people."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.kernel import formats
from domain.kernel.text import language

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 21, 14, 32, tzinfo=MOSCOW)
NBSP, MINUS = "\u00a0", "\u2212"


def plain(text: str) -> str:
    """With spaces one can read in a test; that they do not break is tested once, below."""
    return text.replace(NBSP, " ")


def test_no_line_is_broken_inside_a_sum():
    assert formats.money(Decimal(1_840_000)) == f"1{NBSP}840{NBSP}000{NBSP}₽"


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("1840000", "1 840 000 ₽"),
        ("221550.5", "221 550,50 ₽"),
        ("221550.00", "221 550 ₽"),
        ("-2", f"{MINUS}2 ₽"),
        ("0", "0 ₽"),
        ("-0.00", "0 ₽"),
        ("999", "999 ₽"),
        ("999999999999.99", "999 999 999 999,99 ₽"),
    ],
)
def test_money(amount, told):
    assert plain(formats.money(Decimal(amount))) == told


def test_no_sum_is_a_dash():
    assert formats.money(None) == formats.area(None) == formats.phone(None) == formats.inn("") == "—"


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("86412000", "86,4 млн ₽"),
        ("86450000", "86,5 млн ₽"),
        ("-86412000", f"{MINUS}86,4 млн ₽"),
        ("1240000000", "1,24 млрд ₽"),
        ("999999999", "1,00 млрд ₽"),
        ("100000", "0,1 млн ₽"),
        ("94000", "94 000 ₽"),
    ],
)
def test_a_short_sum(amount, told):
    assert plain(formats.money_short(Decimal(amount))) == told


@pytest.mark.parametrize(
    ("metres", "told"),
    [("54.3", "54,3 м²"), ("54", "54,0 м²"), ("54.35", "54,35 м²"), ("1240.5", "1 240,5 м²")],
)
def test_area(metres, told):
    assert plain(formats.area(Decimal(metres))) == told


def test_the_price_on_a_cell_is_in_millions():
    assert formats.millions(Decimal(8_940_000)) == "8,94"
    assert formats.millions(Decimal(10_295_000)) == "10,30"


def test_a_share_is_a_percentage():
    assert plain(formats.percent(Decimal("0.72"))) == "72 %"
    assert plain(formats.percent(Decimal("0.125"))) == "13 %"


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-21T15:00", "сегодня, 15:00"),
        ("2026-11-21T00:00", "сегодня, 00:00"),
        ("2026-11-20T11:20", "вчера, 11:20"),
        ("2026-11-22T09:05", "завтра, 09:05"),
        ("2026-11-24T18:00", "вт, 24 нояб., 18:00"),
        ("2026-11-28T18:00", "28 нояб., 18:00"),
        ("2026-11-17T16:12", "17 нояб., 16:12"),
        ("2026-05-01T10:00", "1 мая, 10:00"),
        ("2027-01-10T10:00", "10 янв. 2027, 10:00"),
    ],
)
def test_a_moment_near_now_is_told_by_its_day(moment, told):
    assert plain(formats.near(datetime.fromisoformat(moment).replace(tzinfo=MOSCOW), now=NOW)) == told


def test_midnight_is_where_the_person_is():
    late = datetime(2026, 11, 20, 21, 30, tzinfo=ZoneInfo("UTC"))

    assert formats.near(formats.local(late, MOSCOW), now=NOW) == "сегодня, 00:30"
    assert formats.near_day(formats.local(late, ZoneInfo("UTC")), now=NOW) == "вчера"


def test_days_in_words_have_no_leading_zero_and_in_tables_do():
    moment = datetime(2026, 12, 8, 9, 0, tzinfo=MOSCOW)

    assert plain(formats.day(moment)) == "8 дек. 2026"
    assert plain(formats.day_whole(moment, now=NOW)) == "8 декабря"
    assert formats.date_plain(moment) == "08.12.2026"


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(hours=1, minutes=20), "1 ч 20 мин"),
        (timedelta(days=2, hours=4, minutes=30), "2 дн. 4 ч"),
        (timedelta(days=3), "3 дн."),
        (timedelta(minutes=5), "5 мин"),
        (timedelta(seconds=20), "0 мин"),
        (timedelta(minutes=-5), "0 мин"),
    ],
)
def test_what_is_left(span, told):
    assert plain(formats.lasting(span)) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 дней"),
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (12, "12 дней"),
        (14, "14 дней"),
        (21, "21 день"),
        (22, "22 дня"),
        (25, "25 дней"),
        (101, "101 день"),
        (111, "111 дней"),
    ],
)
def test_things_are_counted_as_in_russian(count, told):
    assert plain(formats.days(count)) == told


def test_phones():
    assert plain(formats.phone("+79213041822")) == "+7 921 304-18-22"
    assert formats.phone("+375291234567") == "+375291234567"


def test_inn_is_spaced_for_the_eye():
    assert plain(formats.inn("7804512330")) == "7804 512 330"
    assert plain(formats.inn("780451233012")) == "7804 512 330 12"


def test_names():
    assert formats.short_name("Громова Елена Александровна") == f"Громова{NBSP}Е.{NBSP}А."
    assert formats.short_name("Администратор") == "Администратор"
    assert formats.initials("Анна Королёва") == "АК"
    assert formats.initials("Администратор") == "А"


def test_in_english_the_fraction_has_a_point_and_days_are_english():
    with language("en"):
        assert plain(formats.money(Decimal("221550.5"))) == "221 550.50 ₽"
        assert plain(formats.area(Decimal("54.3"))) == "54.3 m²"
        assert plain(formats.near(NOW + timedelta(days=3), now=NOW)) == "Tue, 24 Nov, 14:32"
        assert plain(formats.days(1)) == "1 day"
        assert plain(formats.days(21)) == "21 days"
