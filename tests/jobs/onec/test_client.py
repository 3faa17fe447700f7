"""Every way a base may answer becomes the failure that says what to do next."""

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.exchange.failures import (
    AlreadyExists,
    Crashed,
    Denied,
    Failure,
    Maintenance,
    NotFound,
    Rejected,
    Unreachable,
    WrongPassword,
)
from domain.exchange.models import Connection, ConnectionKind
from jobs.clients.onec_odata import OneC as Client
from jobs.clients.onec_odata import client_of, hang_up
from tests.jobs.conftest import COUNTERPARTY, RESERVATION, UNIT
from tests.onec_demo.conftest import OneC

NOWHERE = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def client(base_1c: OneC) -> Iterator[Client]:
    user = base_1c.demo.user
    client = Client(f"{base_1c.address}/base", user.login, user.password, timeout=1)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("error_before", Crashed),
        ("unauthorized", WrongPassword),
        ("drop_before", Unreachable),
        ("drop_after", Unreachable),
        ("hang_after", Unreachable),
    ],
)
def test_bad_weather(base_1c: OneC, client: Client, fault: str, kind: type[Failure]) -> None:
    base_1c.fault(fault)

    with pytest.raises(kind):
        list(client.rows(UNIT, select=["Ref_Key"]))
    assert len(list(client.rows(UNIT, select=["Ref_Key"]))) == 12


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_base_is_asked_later(base_1c: OneC, client: Client, status: int) -> None:
    base_1c.fault("error_before", status=status)

    with pytest.raises(Unreachable):
        client.get(UNIT, NOWHERE)


@pytest.mark.parametrize(
    ("quirk", "kind"),
    [("html_login_page_200", Maintenance), ("maintenance_403", Maintenance), ("lost_publication", NotFound)],
)
def test_a_closed_base(base_1c: OneC, client: Client, quirk: str, kind: type[Failure]) -> None:
    base_1c.switch(**{quirk: True})

    with pytest.raises(kind):
        list(client.rows(UNIT, select=["Ref_Key"]))


@pytest.mark.parametrize("quirk", ["html_login_page_200", "maintenance_403"])
def test_a_closed_base_has_no_description_either(base_1c: OneC, client: Client, quirk: str) -> None:
    base_1c.switch(**{quirk: True})

    with pytest.raises(Maintenance):
        client.published()


def test_a_row_hidden_by_rights_is_a_matter_of_rights_not_of_the_password(
    base_1c: OneC, client: Client
) -> None:
    base_1c.switch(hidden_row_401=True)

    with pytest.raises(Denied):
        list(client.rows(UNIT, select=["Ref_Key"]))


def test_what_is_not_there(client: Client) -> None:
    with pytest.raises(NotFound):
        client.get(RESERVATION, NOWHERE)


def test_what_is_there_already(client: Client) -> None:
    client.create(COUNTERPARTY, {"Ref_Key": NOWHERE, "Description": "А", "ЮрФизЛицо": "ЮрЛицо"})

    with pytest.raises(AlreadyExists):
        client.create(COUNTERPARTY, {"Ref_Key": NOWHERE, "Description": "Б", "ЮрФизЛицо": "ЮрЛицо"})
    assert client.get(COUNTERPARTY, NOWHERE)["Description"] == "А"


@pytest.mark.parametrize(("as_exception", "kind"), [(False, Rejected), (True, Crashed)])
def test_a_refusal_of_the_business_keeps_its_words(
    base_1c: OneC, client: Client, as_exception: bool, kind: type[Failure]
) -> None:
    base_1c.switch(exception_body=as_exception)
    row = client.create(RESERVATION, {"Статус": "Активна"})

    with pytest.raises(kind) as no:
        client.post(RESERVATION, row["Ref_Key"])

    assert "не заполнено" in no.value.sentence


def test_a_post_without_a_body_says_its_length(base_1c: OneC, client: Client) -> None:
    base_1c.switch(empty_post_needs_length=True)
    unit = base_1c.free_unit()["Ref_Key"]
    row = client.create(RESERVATION, {"Помещение_Key": unit, "ДатаОкончания": "2040-01-01T00:00:00"})

    client.post(RESERVATION, row["Ref_Key"])

    assert client.get(RESERVATION, row["Ref_Key"])["Posted"] is True


def test_nobody_listening_is_unreachable() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{taken.getsockname()[1]}/base", "", "", timeout=1)
        with closing(client), pytest.raises(Unreachable):
            client.published()


def test_a_password_that_is_not_set_is_told_by_the_name_of_its_variable() -> None:
    connection = Connection(
        name="1С", kind=ConnectionKind.ODATA, base_url="http://1c", secret_name="NO_SUCH_ONE"
    )

    with pytest.raises(WrongPassword) as no:
        client_of(connection)

    assert "NO_SUCH_ONE" in no.value.sentence


def test_a_password_may_lie_in_the_file_of_settings(
    base_1c: OneC, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"NO_SUCH_ONE='{base_1c.demo.user.password}'\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    base = Connection(
        name="1С",
        kind=ConnectionKind.ODATA,
        base_url=f"{base_1c.address}/base",
        login=base_1c.demo.user.login,
        secret_name="NO_SUCH_ONE",
    )

    rows = client_of(base).rows(UNIT, select=["Ref_Key"])

    assert len(list(rows)) == 12
    hang_up()


def test_nothing_that_was_said_gets_into_the_log(
    base_1c: OneC, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="jobs"):
        client.create(COUNTERPARTY, {"Description": "Тайный Клиент", "ЮрФизЛицо": "ФизЛицо"})
        base_1c.fault("error_after")
        with pytest.raises(Crashed):
            client.create(COUNTERPARTY, {"Description": "Тайный Клиент", "ЮрФизЛицо": "ФизЛицо"})

    assert "Тайный" not in caplog.text
