"""What kills other sites: never a 500 here, always a sentence (RELIABILITY 3.2 lists where it came from)."""

import re
from typing import Any

import pytest

from tests.sites import Opener

FORM, PARTS, JSON = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"


def part(body: bytes, *, kind: bytes = b"", end: bytes = b"\r\n--b--") -> bytes:
    """One text part of a multipart form."""
    return b'--b\r\nContent-Disposition: form-data; name="name"\r\n' + kind + b"\r\n" + body + end


def to_companies(content: bytes, kind: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/companies", {"content": content, "headers": {"Content-Type": kind}}


def fields(path: str, **data: str) -> tuple[str, str, dict[str, Any]]:
    return "POST", path, {"data": data}


def address(path: str) -> tuple[str, str, dict[str, Any]]:
    return "GET", path, {}


KILLERS = {
    "NUL in the address": address("/deals/1%00"),
    "a huge number in the address": address(f"/deals/{10**30}"),
    "a negative number in the address": address("/units/-1"),
    "broken UTF-8 in the query": address("/search?q=%ff%fe"),
    "NUL in the query": address("/search?q=a%00b"),
    "a filter of nonsense": address("/people?after=999999999999999999999999&q=%25%27%22"),
    "a form of bytes": to_companies(b"\xff\xfe\x00", FORM),
    "a lone surrogate": to_companies(b"name=%ed%a0%80", FORM),
    "an unknown charset": to_companies(part(b"a", kind=b"Content-Type: text/plain; charset=foo\r\n"), PARTS),
    "multipart in broken UTF-8": to_companies(part(b"\xff\xfe"), PARTS),
    "multipart without an end": to_companies(part(b"abc", end=b""), PARTS),
    "JSON without a bottom": to_companies(b"[" * 100_000, JSON),
    "NUL in a field": fields("/companies", name="a\0b"),
    "an endless field": fields("/companies", name="я" * 100_000),
    "days of a million digits": fields("/units/1/booking", deal_id="9" * 5000, days="9" * 5000),
    "a foreign deal": fields("/units/1/booking", deal_id="1", days="1"),
    "a file where a word belongs": ("POST", "/companies", {"files": {"name": ("x.exe", b"MZ\0\0")}}),
}


@pytest.mark.parametrize("name", KILLERS)
def test_bad_input_is_never_a_500_and_always_a_sentence(open_client: Opener, name: str):
    method, path, how = KILLERS[name]

    answer = open_client("stas").request(method, path, **how)

    assert answer.status_code < 500, answer.text[:300]
    assert "Traceback" not in answer.text
    if answer.status_code >= 400:
        assert re.search("[а-яё]{4,} [а-яё]", answer.text, re.IGNORECASE)


def test_a_body_without_measure_is_refused(open_client):
    too_much = b"name=" + b"a" * (33 * 1024 * 1024)

    answer = open_client("anna").post("/companies", content=too_much, headers={"Content-Type": FORM})

    assert answer.status_code == 413 and "слишком велик" in answer.text


def test_the_same_refusal_is_told_to_programs_as_data(open_client):
    answer = open_client("anna").get("/companies/999", headers={"Accept": JSON})

    assert (answer.status_code, answer.json()["sentence"]) == (404, "Такой компании нет, или она не ваша")
