"""The monitor of the exchange: every message, its reason in words, once more by whoever may."""

import pytest
from sqlmodel import select

from domain.exchange import messages
from domain.exchange.models import Connection, ConnectionKind, Direction, Message, MessageState
from domain.kernel import clock
from domain.parties import Company
from tests.sites import HTMX


@pytest.fixture
def base(session):
    connection = Connection(
        name="1С: проверочная", kind=ConnectionKind.ODATA, base_url="http://127.0.0.1:9/base"
    )
    session.add(connection)
    session.flush()
    return connection


@pytest.fixture
def dead(session, base):
    message = messages.put(session, base.id, kind="reservation", key="b:1", payload={"cause": "unit.booked"})
    message.state, message.error, message.attempts = MessageState.DEAD, "1С отказывает: нет договора", 3
    session.commit()
    return message


def test_the_accountant_reads_why_and_sends_it_again(open_client, session, dead):
    olga = open_client("olga")
    page = olga.get("/exchange").text
    assert "1С отказывает: нет договора" in page and "нужен человек" in page

    assert olga.post(f"/exchange/messages/{dead.id}/retries").status_code == 303

    session.refresh(dead)
    assert dead.state is MessageState.QUEUED


def test_dead_messages_put_a_dot_into_the_navigation(open_client, dead):
    assert "Обмен требует внимания" in open_client("boris").get("/exchange").text


def test_the_head_sees_but_does_not_send_and_managers_see_nothing(open_client, dead):
    boris, anna = open_client("boris"), open_client("anna")

    assert boris.get("/exchange").status_code == 200
    assert "Отправить снова" not in boris.get(f"/exchange/messages/{dead.id}").text
    assert boris.post(f"/exchange/messages/{dead.id}/retries").status_code == 403
    for path in ("/exchange", f"/exchange/messages/{dead.id}", f"/exchange/messages/{dead.id}/file"):
        assert anna.get(path).status_code == 403


def test_a_head_reads_only_of_clients_of_their_own_people(open_client, session, dead, anna, stas):
    for responsible, seen in ((anna, True), (stas, False)):
        company = Company(
            name="ООО «Чьё-то»", inn=f"770000000{responsible.id}", responsible_id=responsible.id
        )
        session.add(company)
        session.flush()
        dead.subject_kind, dead.subject_id = "company", company.id
        session.commit()
        boris = open_client("boris")

        assert (dead.error in boris.get("/exchange").text) is seen
        assert boris.get(f"/exchange/messages/{dead.id}").status_code == (200 if seen else 404)


def test_what_came_through_cannot_be_sent_again(open_client, session, dead):
    dead.state, dead.error = MessageState.DONE, ""
    session.commit()

    answer = open_client("olga").post(f"/exchange/messages/{dead.id}/retries")

    assert answer.status_code == 409 and "уже" in answer.text


def test_a_dead_message_may_be_dropped_with_a_trace(open_client, session, dead):
    open_client("admin").post(f"/exchange/messages/{dead.id}/dismissal")

    session.refresh(dead)
    assert dead.state is MessageState.DISMISSED


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("state=dead", True), ("state=done", False), ("direction=out", True), ("direction=in", False),
        ("kind=reservation", True), ("kind=catalog", False), ("state=magic&before=x&kind=%27", None),
    ],
)  # fmt: skip
def test_the_list_narrows_by_the_address_and_forgives_nonsense(open_client, dead, query, seen):
    answer = open_client("olga").get(f"/exchange?{query}")

    assert answer.status_code == 200
    if seen is not None:
        assert (f'id="message-{dead.id}"' in answer.text) is seen


def test_pages_are_of_fifty_and_lead_further(open_client, session, base):
    session.add_all(
        Message(connection_id=base.id, direction=Direction.OUT, kind="reservation", idempotency_key=f"k{n}",
                state=MessageState.DONE, done_at=clock.now())
        for n in range(60)
    )  # fmt: skip
    session.commit()
    olga = open_client("olga")

    first = olga.get("/exchange", headers=HTMX).text
    assert first.count('id="message-') == 50 and "Более ранние" in first
    last = session.exec(select(Message.id).order_by(Message.id.desc()).offset(49)).first()
    assert olga.get(f"/exchange?before={last}").text.count('id="message-') == 10


@pytest.mark.parametrize("path", ["/exchange/messages/999999", "/exchange/messages/999999/file"])
def test_what_is_not_there_is_404(open_client, path):
    assert open_client("olga").get(path).status_code == 404
