"""A booking is in 1C once, posted, and stays there as it is here."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain import events
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Booking, Unit, booking
from domain.exchange import odata
from domain.exchange.models import Connection, MessageState
from domain.kernel import clock
from domain.parties.models import Company
from jobs.deliver import deliver
from jobs.onec.pull_units import pull
from jobs.work import unit_of_work
from tests.jobs.conftest import COUNTERPARTY, RESERVATION, UNIT, book, cancel, drain, told
from tests.onec_demo.client import OneC


def in_moscow(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Europe/Moscow")).strftime("%Y-%m-%dT%H:%M:%S")


def test_a_booking_becomes_a_posted_document(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    booked = book(flat_1, ivanov_deal)
    drain()

    (document,) = base_1c.rows(RESERVATION)
    unit = base_1c.row(UNIT, document["Помещение_Key"])
    assert (document["Posted"], document["Статус"], document["Цена"]) == (
        True,
        "Активна",
        float(flat_1.price),
    )
    assert (unit["Дом"], unit["НомерПомещения"]) == ("Дом 1", flat_1.number)
    assert document["ДатаОкончания"] == in_moscow(booked.until)
    (message,) = told("reservation")
    assert (message.state, message.report["step"]) == (MessageState.DONE, "posted")
    assert message.report["number"] == document["Number"]


def test_the_document_has_a_key_of_ours(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    booked = book(flat_1, ivanov_deal)
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert document["Ref_Key"] == odata.own_key("booking", booked.id, booked.booked_at)


def expire(booked: Booking) -> None:
    with unit_of_work() as session:
        assert booking.expire(session, now=booked.until) == 1


@pytest.mark.parametrize("end", [cancel, expire])
def test_a_booking_that_ended_is_released_in_1c(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, end: Callable[[Booking], None]
) -> None:
    end(book(flat_1, ivanov_deal))
    drain()
    again = book(flat_1, ivanov_deal)
    end(again)
    again = book(flat_1, ivanov_deal)
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert (document["Статус"], document["Posted"]) == ("Активна", True)
    assert document["Ref_Key"] == odata.own_key("booking", again.id, again.booked_at)

    end(again)
    latest = book(flat_1, ivanov_deal)
    drain()

    old, new = base_1c.rows(RESERVATION, orderby="Number")
    assert (old["Статус"], new["Статус"], new["Posted"]) == ("Снята", "Активна", True)
    assert new["Ref_Key"] == odata.own_key("booking", latest.id, latest.booked_at)


def test_an_extended_booking_is_extended_in_1c(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, anna: User
) -> None:
    booked = book(flat_1, ivanov_deal, days=1)
    drain()
    with unit_of_work() as session:
        booked = session.get_one(Booking, booked.id)
        booking.extend(session, booked, days=3, by=anna, now=clock.now())
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert (document["ДатаОкончания"], document["Posted"]) == (in_moscow(booked.until), True)


def test_a_booking_that_ended_before_it_travelled_leaves_nothing_in_1c(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    cancel(book(flat_1, ivanov_deal))
    drain()

    assert base_1c.rows(RESERVATION) == []
    assert {message.state for message in told("reservation")} == {MessageState.DONE}


def test_a_booking_of_a_unit_1c_does_not_know_ends_without_a_word_to_it(
    connection: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    cancel(book(flat_1, ivanov_deal))
    drain()

    assert {message.state for message in told("reservation")} == {MessageState.DONE}


@pytest.mark.parametrize(("ended", "state"), [(False, MessageState.DEAD), (True, MessageState.DONE)])
def test_a_document_removed_in_1c_matters_only_while_the_booking_is_in_force(
    matched: Connection,
    base_1c: OneC,
    flat_1: Unit,
    ivanov_deal: Deal,
    anna: User,
    ended: bool,
    state: MessageState,
) -> None:
    booked = book(flat_1, ivanov_deal, days=1)
    drain()
    (document,) = base_1c.rows(RESERVATION)
    base_1c.demo.base.store.delete(RESERVATION, document["Ref_Key"])
    if ended:
        cancel(booked)
    else:
        with unit_of_work() as session:
            held = session.get_one(Booking, booked.id)
            booking.extend(session, held, days=1, by=anna, now=clock.now())
    drain()

    assert told("reservation")[-1].state is state
    assert base_1c.rows(RESERVATION) == []


def test_messages_delivered_three_times_make_one_document(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    book(flat_1, ivanov_deal)
    drain()
    before = base_1c.demo.checksum()["version"]
    (message,) = told("reservation")

    for _time in range(3):
        deliver.fn(message.id)
    with unit_of_work() as session:
        session.add(message)
        message.state = MessageState.QUEUED
    drain()

    assert base_1c.demo.checksum()["version"] == before
    assert len(base_1c.rows(RESERVATION)) == 1


def test_a_client_1c_knows_is_named_and_one_it_learns_of_later_too(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, mayak: Company
) -> None:
    with unit_of_work() as session:
        session.get_one(Deal, ivanov_deal.id).company_id = mayak.id
    book(flat_1, ivanov_deal)
    drain()
    (nameless,) = base_1c.rows(RESERVATION)
    with unit_of_work() as session:
        events.record(session, "company.edited", mayak, by=None)
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert nameless["Контрагент_Key"] == odata.EMPTY_KEY
    assert base_1c.row(COUNTERPARTY, document["Контрагент_Key"])["ИНН"] == mayak.inn


def test_1c_refusing_to_post_is_a_sentence_for_a_person_and_blocks_only_that_unit(
    matched: Connection, base_1c: OneC, flat_1: Unit, flat_2: Unit, ivanov_deal: Deal
) -> None:
    unit = base_1c.rows(UNIT, filter="НомерПомещения eq '1'")[0]
    base_1c.patch(UNIT, unit["Ref_Key"], СтатусПомещения="Продана")
    refused = book(flat_1, ivanov_deal)
    book(flat_2, ivanov_deal)
    drain()

    dead, fine = told("reservation")
    assert dead.state is MessageState.DEAD
    assert "не продаётся (Продана)" in dead.error
    assert fine.state is MessageState.DONE

    cancel(refused)
    drain()
    assert told("reservation")[-1].state is MessageState.QUEUED


def test_a_retry_after_a_refusal_brings_the_booking_as_it_is_now(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    base_1c.fault("error_before", methods=["POST"], path="/Post", status=400)
    booked = book(flat_1, ivanov_deal)
    drain()
    (dead,) = told("reservation")
    assert dead.state is MessageState.DEAD
    cancel(booked)

    with unit_of_work() as session:
        session.add(dead)
        dead.state = MessageState.QUEUED
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert (document["Статус"], document["Posted"]) == ("Снята", False)
    assert {message.state for message in told("reservation")} == {MessageState.DONE}


def test_a_property_1c_passes_over_silently_is_noticed(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    with unit_of_work() as session:
        session.add(matched)
        matched.mapping = matched.mapping | {"reservations": {"until": "ДатаНебывалая"}}
    book(flat_1, ivanov_deal)
    drain()

    (message,) = told("reservation")
    assert (message.state, base_1c.rows(RESERVATION)[0]["Posted"]) == (MessageState.DEAD, False)
    assert "ДатаНебывалая" in message.error


def test_a_base_that_gives_its_own_keys_still_gets_one_document(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    base_1c.switch(no_own_ref_key=True)
    base_1c.fault("drop_after", methods=["POST"])
    book(flat_1, ivanov_deal)
    drain()
    drain(hurry=True)

    (document,) = base_1c.rows(RESERVATION)
    (message,) = told("reservation")
    assert (message.state, message.report["ref_key"]) == (MessageState.DONE, document["Ref_Key"])


def test_a_base_that_keeps_no_reservations_gets_none(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    with unit_of_work() as session:
        session.get_one(Connection, matched.id).mapping = {"reservations": {"set_name": ""}}
    book(flat_1, ivanov_deal)
    drain()

    assert base_1c.rows(RESERVATION) == []
    assert [message.state for message in told("reservation")] == [MessageState.DONE]


def test_a_unit_that_is_not_matched_yet_is_waited_for(
    connection: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal
) -> None:
    book(flat_1, ivanov_deal)
    drain()
    (message,) = told("reservation")
    assert (message.state, base_1c.rows(RESERVATION)) == (MessageState.QUEUED, [])
    assert flat_1.number in message.error

    pull(connection.id)
    drain(hurry=True)

    assert len(base_1c.rows(RESERVATION)) == 1
