"""Marked places where a test may kill this process, to prove that nothing depends on living through them."""

import os
import signal

VARIABLE = "KARKAS_DIE_AT"


def mark(place: str) -> None:
    if os.environ.get(VARIABLE) == place:
        os.kill(os.getpid(), signal.SIGKILL)
