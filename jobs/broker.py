"""The broker: Valkey carries wake-ups only; what must not be lost is in PostgreSQL."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import (
    AgeLimit,
    Callbacks,
    CurrentMessage,
    Middleware,
    Pipelines,
    Retries,
    ShutdownNotifications,
    TimeLimit,
)

from domain.kernel.settings import settings
from domain.kernel.text import speak


class InstallationLanguage(Middleware):
    """What a job writes down for people is in the language of the installation."""

    def before_process_message(self, _broker: dramatiq.Broker, _message: object) -> None:
        speak(settings().locale)


broker = RedisBroker(  # type: ignore[no-untyped-call]
    url=settings().redis_url,
    middleware=[
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Pipelines(),
        Retries(max_retries=0),
        CurrentMessage(),
        InstallationLanguage(),
    ],
    dead_message_ttl=3_600_000,
    heartbeat_timeout=15_000,
    maintenance_chance=200_000,
    socket_timeout=5,
    socket_connect_timeout=2,
    health_check_interval=15,
)
"""Retries are zero on purpose: the schedule of repeats is in SQL, where it can be seen."""

dramatiq.set_broker(broker)
