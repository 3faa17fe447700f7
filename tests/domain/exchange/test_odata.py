"""Addresses, literals and values as 1C wants and gives them."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.exchange import odata

REF = "2d1f1f0c-6f0a-4c55-9d0d-1b7f4f1c0a11"


def test_a_space_in_a_filter_is_never_a_plus() -> None:
    address = odata.address("http://1c/base", "Catalog_X", {"$filter": "ИНН eq '77 07'", "$top": 5})

    assert address == (
        "http://1c/base/odata/standard.odata/Catalog_X?$filter=%D0%98%D0%9D%D0%9D%20eq%20'77%2007'&$top=5"
    )


def test_what_would_end_a_value_is_escaped() -> None:
    address = odata.address("http://1c/base", "Catalog_X", {"$filter": odata.literal("A&B=C#D+E?O'Neil")})

    assert address.endswith("$filter='A%26B%3DC%23D%2BE%3FO''Neil'")


@pytest.mark.parametrize(
    "base", ["http://1c/base", "http://1c/base/", "http://1c/base/odata/standard.odata/"]
)
def test_the_base_may_be_given_with_or_without_the_service(base: str) -> None:
    assert odata.address(base, "$metadata") == "http://1c/base/odata/standard.odata/$metadata"


def test_a_key_is_checked_before_it_goes_into_an_address() -> None:
    assert odata.entity("Catalog_X", REF.upper()) == f"Catalog_X(guid'{REF}')"
    with pytest.raises(ValueError, match="not a GUID"):
        odata.entity("Catalog_X", f"{REF}') or true or guid('")


def test_our_key_is_the_same_on_every_try_and_another_in_another_installation() -> None:
    born = datetime(2026, 1, 10, 12, tzinfo=UTC)
    own = odata.own_key("booking", 17, born)

    assert own == odata.own_key("booking", 17, born.astimezone(ZoneInfo("Asia/Vladivostok")))
    assert odata.is_key(own)
    others = [("booking", 18, born), ("company", 17, born), ("booking", 17, born + timedelta(microseconds=1))]
    assert own not in [odata.own_key(*other) for other in others]


def test_a_moment_is_the_wall_clock_of_the_server_of_1c() -> None:
    at = datetime(2026, 1, 10, 21, 30, 15, 999, tzinfo=UTC)

    assert odata.moment(at, ZoneInfo("Europe/Moscow")) == "2026-01-11T00:30:15"


def test_amounts_come_exact_and_leave_as_plain_digits() -> None:
    assert odata.parse(b'{"value": 22729.17}')["value"] == Decimal("22729.17")
    assert json.loads(odata.body({"value": Decimal("1E+6")})) == {"value": "1000000"}


def test_annotations_and_a_mark_of_encoding_are_passed_over() -> None:
    told = '\ufeff{"odata.metadata": "x", "value": [{"A": 1, "A@navigationLinkUrl": "y"}]}'

    assert odata.parse(told.encode()) == {"value": [{"A": 1}]}


@pytest.mark.parametrize(
    ("written", "read"),
    [("1", Decimal(1)), (150129, Decimal(150129)), ("", None), (None, None), ("1e", None), ("NaN", None)],
)
def test_whole_numbers_may_come_as_text(written: object, read: Decimal | None) -> None:
    assert odata.number(written) == read


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        (Decimal("6550000.00"), 6550000, True),
        (Decimal("6550000.00"), Decimal("6550000.01"), False),
        (Decimal("1.00"), "1", True),
        (Decimal("1.00"), None, False),
        (REF, REF.upper(), True),
        (REF, odata.EMPTY_KEY, False),
        ("Активна", "Активна", True),
        ("770701001", "", False),
    ],
)
def test_values_are_compared_by_meaning(ours: Any, theirs: Any, equal: bool) -> None:
    assert odata.same(ours, theirs) is equal


def test_a_property_1c_does_not_know_is_noticed() -> None:
    assert odata.differing({"Цена": Decimal(5), "Небывалое": "x"}, {"Цена": 5}) == {"Небывалое": "x"}
