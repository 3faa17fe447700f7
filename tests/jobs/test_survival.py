"""Killed anywhere, met by any weather of 1C: nothing is lost and nothing is there twice."""

import os
import signal
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from domain.deals.models import Deal
from domain.estate import Booking, Unit, booking
from domain.exchange import odata
from domain.exchange.models import Connection, ExternalId, Message, MessageState
from domain.kernel import clock
from jobs.faults import VARIABLE
from jobs.relay import relay
from jobs.work import unit_of_work
from tests.jobs.conftest import RESERVATION, book, drain, told
from tests.onec_demo.conftest import OneC

RELAY = "from jobs.relay import relay; relay.fn()"
DELIVER = "from jobs import main, deliver; deliver.deliver.fn({})"
COURIER_STEPS = ("claimed", "creating", "created", "posted", "carried", "settling", "settled")


def killed_at(place: str, program: str) -> bool:
    """Run it in a process that dies by SIGKILL at that place."""
    asked = os.environ | {VARIABLE: place}
    done = subprocess.run(
        [sys.executable, "-c", program], env=asked, capture_output=True, timeout=60, check=False
    )
    return done.returncode == -signal.SIGKILL


def let_leases_run_out() -> None:
    with unit_of_work() as session:
        for message in session.exec(select(Message).where(Message.state == MessageState.WORKING)):
            message.lease_until = clock.now()


def recover() -> None:
    let_leases_run_out()
    drain(hurry=True)


def assert_in_1c_once(base_1c: OneC, booked: Booking) -> None:
    (document,) = base_1c.rows(RESERVATION)
    assert document["Ref_Key"] == odata.own_key("booking", booked.id, booked.booked_at)
    assert (document["Posted"], document["Статус"]) == (True, "Активна")
    assert {message.state for message in told("reservation")} == {MessageState.DONE}
    with unit_of_work(read_only=True) as session:
        linked = select(ExternalId.external_id).where(ExternalId.entity == RESERVATION)
        assert session.exec(linked).all() == [document["Ref_Key"]]


@pytest.mark.parametrize("place", COURIER_STEPS)
def test_a_courier_killed_at_any_step(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, place: str
) -> None:
    booked = book(flat_1, ivanov_deal)
    relay.fn()
    (message,) = told("reservation")

    assert killed_at(place, DELIVER.format(message.id))
    recover()

    assert_in_1c_once(base_1c, booked)


@pytest.mark.parametrize("place", ["corrected", "carried", "settling"])
def test_a_courier_killed_while_it_corrects(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, place: str
) -> None:
    booked = book(flat_1, ivanov_deal, days=1)
    drain()
    with unit_of_work() as session:
        booked = session.get_one(Booking, booked.id)
        booking.extend(session, booked, days=3, by=booked.booked_by, now=clock.now())
    relay.fn()

    assert killed_at(place, DELIVER.format(told("reservation")[-1].id))
    recover()

    assert_in_1c_once(base_1c, booked)
    (document,) = base_1c.rows(RESERVATION)
    assert document["ДатаОкончания"] == odata.moment(booked.until, ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize("place", ["relaying", "relayed"])
def test_a_relay_killed_at_any_step(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, place: str
) -> None:
    booked = book(flat_1, ivanov_deal)

    assert killed_at(place, RELAY)
    recover()

    assert_in_1c_once(base_1c, booked)
    assert len(told("reservation")) == 1


@pytest.mark.parametrize(
    "weather", ["error_before", "error_after", "drop_before", "drop_after", "hang_after", "unauthorized"]
)
@pytest.mark.parametrize(
    "request_struck",
    [
        {"methods": ["GET"]},
        {"methods": ["POST"], "path": "БронированиеПомещения"},
        {"methods": ["POST"], "path": "/Post"},
    ],
    ids=["looking", "creating", "posting"],
)
def test_any_weather_at_any_request(
    impatient: Connection,
    base_1c: OneC,
    flat_1: Unit,
    ivanov_deal: Deal,
    weather: str,
    request_struck: dict[str, Any],
) -> None:
    base_1c.fault(weather, **request_struck)
    booked = book(flat_1, ivanov_deal)

    drain()
    struck = told("reservation")[0].error
    recover()

    assert struck
    assert_in_1c_once(base_1c, booked)


def test_maintenance_blames_no_message_and_all_go_when_it_is_over(
    matched: Connection, base_1c: OneC, flat_1: Unit, flat_2: Unit, ivanov_deal: Deal
) -> None:
    base_1c.switch(maintenance_403=True)
    for flat in (flat_1, flat_2):
        book(flat, ivanov_deal)
    drain()
    waiting = told("reservation")

    base_1c.switch(maintenance_403=False)
    recover()

    assert [(message.state, message.attempts) for message in waiting] == [(MessageState.QUEUED, 0)] * 2
    assert [row["Posted"] for row in base_1c.rows(RESERVATION)] == [True, True]


def without_our_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one would write it who had not thought of the second try."""
    keys = iter(f"00000000-0000-4000-8000-{number:012d}" for number in range(100))
    monkeypatch.setattr(odata, "own_key", lambda *of: next(keys))


def test_the_key_is_what_prevents_twins(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: with the key off these very tests would see a twin."""
    without_our_key(monkeypatch)
    base_1c.fault("drop_after", methods=["POST"])
    book(flat_1, ivanov_deal)

    drain()
    drain(hurry=True)

    assert len(base_1c.rows(RESERVATION)) == 2
