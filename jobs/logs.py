"""Structured logs: a JSON object a line, on stderr; who keeps them is decided outside.

A line says what happened, never what was in it: no bodies, no personal data. As a net below
that rule, addresses and long numbers are masked and only the first line of an exception's own
text is kept (the database adds the offending row below it).
"""

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request or job on whose behalf this code runs."""

QUIET = ("httpx", "httpcore", "apscheduler", "dramatiq", "alembic", "uvicorn.access")
FRAMES = 12
STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
LONG_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ ()-]?\d){9,}(?![\w-])")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def setup(process: str, level: int = logging.INFO) -> None:
    """Send every logger of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self.process,
            "logger": record.name,
            "event": safe(record.getMessage()),
        }
        if request := request_id.get():
            line["request"] = safe(request)
        line |= {name: plain(value) for name, value in record.__dict__.items() if name not in STANDARD}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = described(record.exc_info[1])
            line["frames"] = frames(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def safe(text: str) -> str:
    """One line without control characters, addresses and long numbers."""
    text = LONG_NUMBER.sub("<number>", EMAIL.sub("<email>", text))
    return CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))


def plain(value: object) -> bool | int | float | str | None:
    return value if isinstance(value, bool | int | float | None) else safe(str(value))


def described(problem: BaseException) -> str:
    first = next(iter(str(problem).splitlines()), "")
    return safe(f"{type(problem).__name__}: {first}")


def frames(trace: TracebackType | None) -> list[str]:
    """Where it happened, innermost last; code places only, no values."""
    places = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{place.filename}:{place.lineno} {place.name}" for place in places]
