"""A log line is one JSON object that gives nobody away."""

import json
import logging
import sys
from typing import Any

import pytest

from jobs.logs import JsonLines, request_id


def line(
    message: str, *values: object, level: int = logging.INFO, problem: Any = None, **extra: object
) -> dict[str, Any]:
    record = logging.getLogger("karkas.tests").makeRecord(
        "karkas.tests", level, __file__, 1, message, values, problem, extra=extra
    )
    text = JsonLines("web-1").format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def test_it_says_when_how_grave_where_and_for_which_request():
    token = request_id.set("4f2a")
    told = line("unit booked", level=logging.WARNING, unit_id=42)
    request_id.reset(token)

    assert told["time"].endswith("+00:00")
    assert told["level"] == "warning"
    assert (told["process"], told["event"], told["request"], told["unit_id"]) == (
        "web-1",
        "unit booked",
        "4f2a",
        42,
    )


def test_a_forged_line_stays_inside_its_own():
    told = line("bad name “%s”", 'x\r\n{"level": "critical"}\u2028', file="a\nb")

    assert told["level"] == "info"
    assert "\n" not in told["event"]
    assert told["file"] == "a b"


@pytest.mark.parametrize(
    "secret", ["ivanov@example.ru", "+7 921 123-45-67", "+79211234567", "4003 123456", "7707083893"]
)
def test_addresses_and_long_numbers_are_masked(secret):
    told = line("could not call %s", secret, person=f"Иванов {secret}")

    assert secret not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("useful", ["8000", "2026-11-21", "/deals/1234567", "4f2a9c1b77d0", "12:30:01"])
def test_what_helps_to_find_the_cause_is_kept(useful):
    assert useful in line("at %s", useful)["event"]


def test_an_exception_keeps_its_place_and_first_line_but_not_the_row_the_database_quotes():
    try:
        raise ValueError("duplicate key\nDETAIL: Key (phone)=(secret) already exists.")
    except ValueError:
        told = line("not saved", level=logging.ERROR, problem=sys.exc_info())

    assert told["exception"] == "ValueError: duplicate key"
    assert "test_logs.py" in told["frames"][-1]
    assert "secret" not in json.dumps(told)


def test_text_that_is_not_even_unicode_is_written_down():
    assert line("name %s", "\udcff")["event"] == "name ?"
