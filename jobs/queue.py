"""Waking an actor by its name, so that callers never import it."""

import logging

from dramatiq import Message
from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def enqueue(actor_name: str, *args: int | str) -> bool:
    """Wake the actor; every actor listens to a queue of its own name. False: the wake-up was not sent.

    With Valkey away this only makes things slower: the sweeper finds the row within seconds.
    """
    from jobs.broker import broker  # noqa: PLC0415  connecting is the wish of those who send

    message: Message[None] = Message(actor_name, actor_name, args, kwargs={}, options={})
    try:
        broker.enqueue(message)
    except (RedisError, BrokerError) as failure:
        log.warning("wake-up not sent", extra={"actor": actor_name, "failure": type(failure).__name__})
        return False
    return True
