"""A client with complete requisites is in 1C once: found there, or created with a key of ours."""

import pytest
from sqlmodel import Session

from domain import events
from domain.exchange import odata
from domain.exchange.models import Connection, MessageState
from domain.parties.models import Company, Person
from jobs.work import unit_of_work
from tests.jobs.conftest import COUNTERPARTY, drain, told
from tests.onec_demo.conftest import OneC

INN = "500100732259"


def ready(client: Company | Person) -> None:
    with unit_of_work() as session:
        events.record(session, "company.edited", client, by=None)
    drain()


def of_inn(base_1c: OneC, inn: str | None) -> list[dict[str, object]]:
    return base_1c.rows(COUNTERPARTY, filter=f"ИНН eq '{inn}'", orderby="Ref_Key")


def edit(client: Company, **changes: str | None) -> None:
    with unit_of_work() as session:
        edited = session.get_one(Company, client.id)
        for name, value in changes.items():
            setattr(edited, name, value)
        events.record(session, "company.edited", edited, by=None)
    drain()


def test_a_company_is_created_with_its_requisites(
    connection: Connection, base_1c: OneC, mayak: Company
) -> None:
    ready(mayak)

    (row,) = of_inn(base_1c, mayak.inn)
    assert (row["Description"], row["КПП"], row["ЮрФизЛицо"]) == (mayak.name, mayak.kpp, "ЮрЛицо")
    assert row["Ref_Key"] == odata.own_key("company", mayak.id, mayak.created_at)
    (message,) = told("counterparty")
    assert (message.state, message.report["step"]) == (MessageState.DONE, "created")


def test_the_twelve_digits_of_a_person_are_not_cut(
    connection: Connection, base_1c: OneC, session: Session, ivanov: Person
) -> None:
    ivanov.inn = INN
    session.commit()

    ready(ivanov)

    (row,) = of_inn(base_1c, INN)
    assert (row["ИНН"], row["ЮрФизЛицо"]) == (INN, "ФизЛицо")


def test_one_that_is_in_1c_already_is_linked_not_doubled(
    connection: Connection, base_1c: OneC, mayak: Company
) -> None:
    theirs = base_1c.create(
        COUNTERPARTY, Description="МАЯК", ИНН=mayak.inn, КПП=mayak.kpp, ЮрФизЛицо="ЮрЛицо"
    )

    ready(mayak)

    (row,) = of_inn(base_1c, mayak.inn)
    assert (row["Ref_Key"], row["Description"]) == (theirs["Ref_Key"], mayak.name)
    assert told("counterparty")[0].report["step"] == "found"


def test_a_branch_with_another_kpp_is_another_counterparty(
    connection: Connection, base_1c: OneC, mayak: Company
) -> None:
    base_1c.create(COUNTERPARTY, Description="Филиал", ИНН=mayak.inn, КПП="780501001", ЮрФизЛицо="ЮрЛицо")

    ready(mayak)

    assert {row["КПП"] for row in of_inn(base_1c, mayak.inn)} == {"780501001", mayak.kpp}


def test_duplicates_in_1c_wait_for_a_person(connection: Connection, base_1c: OneC, mayak: Company) -> None:
    for name in ("Маяк", "Маяк (старый)"):
        base_1c.create(COUNTERPARTY, Description=name, ИНН=mayak.inn, КПП=mayak.kpp, ЮрФизЛицо="ЮрЛицо")

    ready(mayak)

    (message,) = told("counterparty")
    assert (message.state, len(of_inn(base_1c, mayak.inn))) == (MessageState.DEAD, 2)
    assert "Маяк (старый)" in message.error


def test_a_new_name_goes_to_1c_and_other_requisites_are_only_told(
    connection: Connection, base_1c: OneC, mayak: Company
) -> None:
    ready(mayak)

    edit(mayak, name="ООО «Маяк-2»", kpp="771401001")

    (row,) = of_inn(base_1c, mayak.inn)
    assert (row["Description"], row["КПП"]) == ("ООО «Маяк-2»", "770701001")
    message = told("counterparty")[-1]
    assert message.state is MessageState.DONE
    assert "771401001" in message.report["remarks"][0]


@pytest.mark.parametrize("changes", [{"kpp": None}, {"inn": None}, {"inn": "7707083894"}])
def test_a_company_without_complete_requisites_stays_here(
    connection: Connection, base_1c: OneC, mayak: Company, changes: dict[str, str | None]
) -> None:
    edit(mayak, **changes)

    assert told("counterparty") == []
    assert of_inn(base_1c, mayak.inn) == []


@pytest.mark.parametrize("fault", ["error_before", "error_after", "drop_before", "drop_after", "hang_after"])
def test_a_broken_creation_is_repeated_without_doubles(
    impatient: Connection, base_1c: OneC, mayak: Company, fault: str
) -> None:
    base_1c.fault(fault, methods=["POST"])

    ready(mayak)
    drain(hurry=True)

    assert len(of_inn(base_1c, mayak.inn)) == 1
    assert told("counterparty")[0].state is MessageState.DONE
