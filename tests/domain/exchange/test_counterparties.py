"""A client as a counterparty of 1C: ready or not, what is sent, and which of theirs he is."""

from typing import Any

import pytest

from domain.exchange import counterparties
from domain.exchange.failures import Rejected
from domain.exchange.mapping import Counterparties
from domain.exchange.odata import Row
from domain.parties.models import Company, Person

NAMES = Counterparties()


def company(**more: Any) -> Company:
    return Company(**({"name": "ООО «Маяк»", "inn": "7707083893", "kpp": "770701001"} | more))


@pytest.mark.parametrize(
    ("client", "ready"),
    [
        (company(), True),
        (company(ogrn="1027700132195"), True),
        (company(ogrn="1027700132196"), False),
        (company(kpp=None), False),
        (company(kpp="77070100"), False),
        (company(inn=None), False),
        (company(inn="7707083894"), False),
        (company(inn="500100732259", kpp=None, ogrn="304500116000157"), True),
        (company(inn="500100732259"), False),
        (Person(name="Иванов", inn="500100732259"), True),
        (Person(name="Иванов", inn="7707083893"), False),
        (Person(name="Иванов"), False),
    ],
)
def test_only_complete_and_valid_requisites_travel(client: Company | Person, ready: bool) -> None:
    assert bool(counterparties.unready(client)) is not ready


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        (company(), "ЮрЛицо"),
        (company(inn="500100732259", kpp=None), "ИндивидуальныйПредприниматель"),
        (Person(name="Иванов", inn="500100732259"), "ФизЛицо"),
    ],
)
def test_the_kind_of_person_is_always_said(client: Company | Person, kind: str) -> None:
    assert counterparties.fields(client, NAMES)["ЮрФизЛицо"] == kind


def row(number: int, **more: Any) -> Row:
    ref = f"00000000-0000-4000-8000-{number:012d}"
    return {"Ref_Key": ref, "Description": f"№ {number}", "ИНН": "7707083893", "КПП": "770701001"} | more


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([], None),
        ([row(1)], 1),
        ([row(1, КПП=" 770701001 ")], 1),
        ([row(1, КПП="780501001"), row(2)], 2),
        ([row(1, КПП="780501001")], None),
        ([row(1, КПП="")], 1),
        ([row(1, КПП="0")], 1),
        ([row(1, IsFolder=True)], None),
        ([row(1, DeletionMark=True), row(2)], 2),
    ],
)
def test_the_same_inn_and_kpp_are_the_same_counterparty(rows: list[Row], chosen: int | None) -> None:
    found = counterparties.choose(company(), rows, NAMES)

    assert (found.ref if found else None) == (row(chosen)["Ref_Key"] if chosen else None)


def test_a_person_is_known_by_inn_whatever_the_kpp_says() -> None:
    person = Person(name="Иванов", inn="500100732259")

    assert counterparties.choose(person, [row(1, КПП="0")], NAMES)


def test_duplicates_in_1c_are_for_a_person_to_choose_from() -> None:
    with pytest.raises(Rejected) as no:
        counterparties.choose(company(), [row(1), row(2)], NAMES)

    assert "№ 1" in no.value.sentence
    assert "№ 2" in no.value.sentence


def test_names_are_ours_and_requisites_the_accountants() -> None:
    wanted = counterparties.fields(company(full_name="Общество «Маяк»"), NAMES)
    theirs = row(1, Description="МАЯК", НаименованиеПолное="Общество «Маяк»", КПП="780501001")

    assert counterparties.ours_to_change(wanted, theirs, NAMES) == {"Description": "ООО «Маяк»"}
    (told,) = counterparties.disagreements(wanted, theirs, NAMES)
    assert "780501001" in told
