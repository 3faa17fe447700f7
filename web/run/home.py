"""KARKAS_HOME: the one folder where an installation keeps everything of its own."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.run.trouble import Trouble


def prepare(home: Path) -> None:
    """Make the folder and prove that it can be written."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
        with tempfile.TemporaryFile(dir=home):
            pass
        (home / "logs").mkdir(exist_ok=True, mode=0o700)
    except OSError as problem:
        raise Trouble(
            f"The folder {home} cannot be used: {problem.strerror}; choose another KARKAS_HOME."
        ) from None


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Refuse a second `karkas run` on the same folder; the lock goes away with the process."""
    with (home / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip()
            raise Trouble(f"Karkas is already running in {home} (process {pid}).") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
