"""Rules that every actor keeps, also one written tomorrow."""

import pytest
from dramatiq import Actor

from jobs import main
from jobs.couriers import COURIERS

ACTORS = sorted(main.broker.actors.values(), key=lambda actor: actor.actor_name)


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.actor_name)
def test_an_actor_keeps_the_house_rules(actor: Actor[..., None]) -> None:
    assert actor.queue_name == actor.actor_name, "wake-ups go to a queue of the actor's own name"
    assert actor.options["time_limit"] <= 20 * 60_000, "nothing runs without an end"
    assert actor.options["max_retries"] == 0, "the schedule of repeats is in SQL, where it can be seen"
    assert actor.options["max_age"] <= 60_000, (
        "a wake-up nobody took is worth nothing: the sweeper sends another"
    )


@pytest.mark.parametrize("kind", ["reservation", "counterparty", "connection", "catalog"])
def test_each_kind_of_message_has_its_courier(kind: str) -> None:
    assert kind in COURIERS
