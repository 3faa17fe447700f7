"""Wake-ups are a courtesy: without Valkey everything goes on, only later."""

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NobodyThere

from jobs import queue, sweeping
from jobs.broker import broker


@pytest.fixture(autouse=True)
def listening(valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_deaf_until", 0.0)
    valkey.flushall()


def test_a_wake_up_lies_in_the_queue_of_the_actors_own_name(valkey: Redis) -> None:
    assert queue.enqueue("deliver", 17) is True

    assert valkey.llen("dramatiq:deliver") == 1


def test_without_valkey_the_caller_is_told_and_not_kept_waiting_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []

    def nobody(message: object) -> None:
        tried.append(message)
        raise NobodyThere

    monkeypatch.setattr(broker, "enqueue", nobody)

    assert [queue.enqueue("relay") for _time in range(3)] == [False, False, False]
    assert len(tried) == 1


def test_it_is_tried_again_after_a_while(valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_deaf_until", queue.time.monotonic() - 0.001)

    assert queue.enqueue("relay") is True


@pytest.mark.parametrize(
    ("actor", "sweep"), [("deliver", sweeping.wake_messages), ("pull_units", sweeping.look_into_bases)]
)
def test_when_nobody_takes_wake_ups_no_more_are_heaped_up(
    actor: str, sweep: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not queue.is_crowded(actor)
    for number in range(queue.CROWD + 1):
        queue.enqueue(actor, number)
    assert queue.is_crowded(actor)

    monkeypatch.setattr(sweeping, "unit_of_work", lambda **how: pytest.fail("it looked for more to wake"))
    sweep()  # type: ignore[operator]
