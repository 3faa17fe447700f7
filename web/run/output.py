"""What a program says: all of it to a rotating file, warnings as short lines on the console."""

import json
import logging
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_BYTES = 10_000_000
FILES_KEPT = 5
LOUD = ("warning", "error", "critical")


class Output:
    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.file = RotatingFileHandler(
            folder / f"{name}.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True
        )
        self.recent: deque[str] = deque(maxlen=5)
        self.reader: threading.Thread | None = None

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Read the process's output to its end, beside everything else."""
        self.reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for raw in process.stdout:
                if line := raw.decode("utf-8", "replace").rstrip():
                    self._take(line)

    def _take(self, line: str) -> None:
        self.file.handle(logging.makeLogRecord({"msg": line}))
        self.recent.append(line)
        level, event = _parsed(line)
        if level in LOUD:
            self.say(event)

    def say(self, text: str) -> None:
        tell(f"{datetime.now().astimezone():%H:%M:%S} {self.name}: {text}")

    def drain(self) -> None:
        """Wait for what an ended process said last."""
        if self.reader is not None:
            self.reader.join(timeout=1)

    def close(self) -> None:
        self.drain()
        self.file.close()

    def last_words(self) -> str:
        self.drain()
        return _parsed(self.recent[-1])[1] if self.recent else "nothing"


def tell(line: str) -> None:
    """On the console, unless that is gone: who reads the programs and guards the servers goes on."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _parsed(line: str) -> tuple[str, str]:
    """Level and event of a structured line; a plain line is its own event."""
    try:
        fields = json.loads(line)
        event = ": ".join(str(fields[name]) for name in ("event", "exception") if name in fields)
        return str(fields["level"]), event
    except (ValueError, TypeError, KeyError):
        return "", line
