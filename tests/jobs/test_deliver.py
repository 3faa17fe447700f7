"""A message is carried by one courier, and what the courier did is written down whole or not at all."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from domain.exchange import claiming, messages
from domain.exchange.failures import Rejected
from domain.exchange.messages import Errand, Report
from domain.exchange.models import Connection, Message, MessageState
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.parties.models import Company
from jobs import deliver as delivering
from jobs.couriers import COURIERS, Settle
from jobs.deliver import deliver
from jobs.work import unit_of_work

Courier = Callable[[Errand], Settle]


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Attempts at messages of the kind "letter", each of which comes through."""
    attempts: list[int] = []

    def carry(errand: Errand) -> Settle:
        attempts.append(errand.attempts)
        return lambda session: {"by": "post"}

    use(monkeypatch, carry)
    yield attempts


def use(monkeypatch: pytest.MonkeyPatch, courier: Courier) -> None:
    monkeypatch.setitem(COURIERS, "letter", courier)


@pytest.fixture
def letter(connection: Connection) -> Message:
    with unit_of_work() as session:
        return messages.put(session, connection.id, kind="letter", key="letter:1")


def state(session: Session, message: Message) -> tuple[MessageState, str]:
    found = session.exec(
        select(Message).where(Message.id == message.id).execution_options(populate_existing=True)
    ).one()
    return found.state, found.error


def test_what_the_courier_settles_and_the_end_of_the_message_are_one(
    letter: Message, session: Session, mayak: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_way(session: Session) -> Report:
        session.get_one(Company, mayak.id).name = "половина"
        session.flush()
        raise Rejected("не сходится")

    use(monkeypatch, lambda errand: half_way)
    deliver.fn(letter.id)

    session.refresh(mayak)
    assert state(session, letter) == (MessageState.DEAD, "не сходится")
    assert mayak.name == "ООО «Маяк»"


def test_a_refusal_of_the_domain_is_told_in_its_words(
    letter: Message, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(errand: Errand) -> Settle:
        raise Refused("Так нельзя")

    use(monkeypatch, refuse)
    deliver.fn(letter.id)

    assert state(session, letter) == (MessageState.DEAD, "Так нельзя")


def test_an_error_of_ours_is_tried_again_and_in_the_log(
    letter: Message, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, lambda errand: 1 // 0)  # type: ignore[arg-type,return-value]
    deliver.fn(letter.id)

    assert state(session, letter)[0] is MessageState.QUEUED
    assert "ZeroDivisionError" in state(session, letter)[1]
    assert "courier stumbled" in caplog.text


def test_a_kind_nobody_carries_does_not_go_round_for_ever(
    letter: Message, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    for _time in range(5):
        with unit_of_work() as own:
            own.get_one(Message, letter.id).due_at = clock.now()
        deliver.fn(letter.id)

    assert state(session, letter)[0] is MessageState.DEAD


def test_without_the_database_nothing_is_written_and_the_message_comes_back(
    letter: Message, session: Session, monkeypatch: pytest.MonkeyPatch, carried: list[int]
) -> None:
    def away(session: Session) -> Report:
        raise OperationalError("select 1", {}, Exception("server closed the connection"))

    use(monkeypatch, lambda errand: away)
    with pytest.raises(OperationalError):
        deliver.fn(letter.id)
    assert state(session, letter)[0] is MessageState.WORKING

    forget_lease(letter)
    use(monkeypatch, lambda errand: lambda session: {})
    deliver.fn(letter.id)

    assert state(session, letter)[0] is MessageState.DONE


def forget_lease(message: Message) -> None:
    """Time passes: the lease of a courier that died runs out."""
    with unit_of_work() as session:
        session.get_one(Message, message.id).lease_until = clock.now()


def test_four_deliveries_at_once_carry_it_once(letter: Message, carried: list[int]) -> None:
    workers = [threading.Thread(target=deliver.fn, args=(letter.id,)) for _number in range(4)]

    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert carried == [1]


def test_a_courier_that_takes_long_keeps_its_lease(
    letter: Message, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = messages.LEASE / 4
    for module in (claiming, messages):
        monkeypatch.setattr(module, "LEASE", lease)
    monkeypatch.setattr(delivering, "LEASE", lease)
    others: list[Errand | None] = []

    def slowly(errand: Errand) -> Settle:
        for _time in range(5):
            time.sleep(lease.total_seconds() / 3)
            with unit_of_work() as own:
                others.append(claiming.claim(own, letter.id, now=clock.now()))
        return lambda session: {}

    use(monkeypatch, slowly)
    deliver.fn(letter.id)

    assert others == [None] * 5
    assert state(session, letter)[0] is MessageState.DONE


def test_one_that_lost_its_lease_settles_nothing(
    letter: Message, session: Session, mayak: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paused as a stopped virtual machine is, it wakes up when another has the message."""

    def overslept(errand: Errand) -> Settle:
        forget_lease(letter)
        with unit_of_work() as own:
            assert claiming.claim(own, letter.id, now=clock.now())

        def settle(session: Session) -> Report:
            session.get_one(Company, mayak.id).name = "чужое"
            return {}

        return settle

    use(monkeypatch, overslept)
    deliver.fn(letter.id)

    session.refresh(mayak)
    assert mayak.name == "ООО «Маяк»"
    assert state(session, letter)[0] is MessageState.WORKING


def test_whoever_waited_behind_it_is_woken(
    connection: Connection, letter: Message, carried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr("jobs.queue.enqueue", lambda name, *args: woken.append((name, *args)) or True)
    with unit_of_work() as session:
        behind = messages.put(session, connection.id, kind="letter", key="letter:2")
    woken.clear()

    deliver.fn(letter.id)

    assert ("deliver", behind.id) in woken
