"""Waking an actor by its name, so that callers never import it."""

import logging
import time

from dramatiq import Message
from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

DEAF_SECONDS = 5.0
"""After a wake-up that was not taken no other is tried for so long: a person must not wait for a broker."""
CROWD = 100

_deaf_until = 0.0


def enqueue(actor_name: str, *args: int | str) -> bool:
    """Wake the actor; every actor listens to a queue of its own name. False: the wake-up was not sent.

    With Valkey away this only makes things slower: the sweeper finds the row within seconds.
    """
    global _deaf_until  # noqa: PLW0603  one ear a process
    from jobs.broker import broker  # noqa: PLC0415  connecting is the wish of those who send

    if time.monotonic() < _deaf_until:
        return False
    message: Message[None] = Message(actor_name, actor_name, args, kwargs={}, options={})
    try:
        broker.enqueue(message)
    except (RedisError, BrokerError) as failure:
        _deaf_until = time.monotonic() + DEAF_SECONDS
        log.warning("wake-up not sent", extra={"actor": actor_name, "failure": type(failure).__name__})
        return False
    return True


def is_crowded(actor_name: str) -> bool:
    """So many wake-ups wait for this actor that another one would change nothing."""
    from jobs.broker import broker  # noqa: PLC0415

    try:
        return bool(broker.client.llen(f"{broker.namespace}:{actor_name}") > CROWD)
    except RedisError:
        return False
