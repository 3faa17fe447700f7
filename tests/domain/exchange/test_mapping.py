"""Names of a base: the defaults, what a connection says otherwise, and what the base does not publish."""

from io import BytesIO
from typing import Any

import pytest

from domain.estate import Availability
from domain.exchange import mapping, published
from domain.exchange.failures import Rejected
from domain.exchange.mapping import Mapping
from domain.kernel.errors import Invalid
from jobs.onec_demo.configuration import SCHEMA


def test_a_silent_connection_has_the_default_names() -> None:
    assert mapping.of({}) == Mapping()


def test_a_base_may_call_things_its_own_way() -> None:
    own = mapping.of(
        {
            "units": {
                "set_name": "Catalog_Квартиры",
                "statuses": {"Резерв руководства": "off", "Есть": "on_sale"},
            },
            "counterparties": {"kind": ""},
            "poll_seconds": 30,
        }
    )

    assert (own.units.set_name, own.units.price, own.poll_seconds) == ("Catalog_Квартиры", "Цена", 30)
    assert mapping.availability(own.units, "резерв  руководства") is Availability.OFF
    assert mapping.availability(own.units, "Свободна") is None
    assert "" not in mapping.needed(own)["Catalog_Контрагенты"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"unitz": {}},
        {"units": []},
        {"units": {"colour": "Цвет"}},
        {"units": {"price": 5}},
        {"units": {"statuses": {"Есть": "perhaps"}}},
        {"units": {"statuses": "Есть"}},
        {"poll_seconds": 0},
        {"timeout_seconds": "10"},
    ],
)
def test_what_cannot_be_used_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as no:
        mapping.of(wrong)

    assert next(iter(no.value.fields)).startswith(next(iter(wrong)))


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("Свободна", Availability.ON_SALE),
        ("Забронирована", Availability.ON_SALE),
        ("НаДоговоре", Availability.CONTRACT),
        ("Продана", Availability.SOLD),
        ("НеВПродаже", Availability.OFF),
        ("Арестована", None),
        ("", None),
    ],
)
def test_states_of_1c_in_our_words(word: str, means: Availability | None) -> None:
    assert mapping.availability(Mapping().units, word) is means


def everything() -> dict[str, frozenset[str]]:
    return {shape.name: frozenset(each.name for each in shape.properties) for shape in SCHEMA.sets}


def test_the_demo_base_has_all_that_is_needed() -> None:
    assert mapping.missing(Mapping(), everything()) == []


def test_what_is_not_published_is_told_by_name() -> None:
    base = everything()
    del base["Catalog_Помещения"]
    base["Document_БронированиеПомещения"] -= {"ДатаОкончания"}

    told = mapping.missing(Mapping(), base)

    assert len(told) == 2
    assert "Catalog_Помещения" in told[0]
    assert "ДатаОкончания" in told[1]


EDMX = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0"><edmx:DataServices>
<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="StandardODATA">
<EntityType Name="Catalog_X"><Key><PropertyRef Name="Ref_Key"/></Key>
  <Property Name="Ref_Key" Type="Edm.Guid"/><Property Name="ИНН" Type="Edm.String"/>
  <NavigationProperty Name="Parent"/></EntityType>
<EntityContainer Name="EnterpriseV8">
  <EntitySet Name="Catalog_X" EntityType="StandardODATA.Catalog_X"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"""


def test_the_description_of_a_base_is_read_as_a_stream() -> None:
    assert published.read(BytesIO(EDMX.encode())) == {"Catalog_X": {"Ref_Key", "ИНН"}}


@pytest.mark.parametrize("broken", [b"", b"<html>", EDMX.encode()[:300]])
def test_a_broken_description_is_refused(broken: bytes) -> None:
    with pytest.raises(Rejected):
        published.read(BytesIO(broken))
