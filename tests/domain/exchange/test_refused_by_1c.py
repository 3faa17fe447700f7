"""What an answer of 1C means, in each of the forms it may come in."""

import base64
import json

import pytest

from domain.exchange import refusals
from domain.exchange.failures import (
    AlreadyExists,
    Crashed,
    Denied,
    Failure,
    Maintenance,
    NotFound,
    Rejected,
    Unreachable,
    WrongPassword,
)

XML = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
    "<m:code>{code}</m:code><m:message>{words}</m:message></m:error>"
)
HTML = (
    "<html><head><title>1C:Enterprise 8 application error</title><style>p {{}}</style></head>"
    "<body><h2>Ошибка</h2><p>{words}</p></body></html>"
)


def in_json(code: int, words: str) -> bytes:
    return json.dumps(
        {"odata.error": {"code": str(code), "message": {"lang": "ru", "value": words}}}
    ).encode()


def in_exception(words: str) -> bytes:
    return json.dumps({"exception": {"descr": words, "inner": {}}}).encode()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (500, -1, Rejected),
        (400, 4, Rejected),
        (405, 19, Rejected),
        (400, 15, AlreadyExists),
        (404, 9, NotFound),
        (404, 8, NotFound),
        (401, 20, Denied),
        (403, 20, Denied),
        (503, 0, Unreachable),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_code_of_1c_decides(status: int, code: int, kind: type[Failure], form: str) -> None:
    words = "Не удалось провести «Бронь»"
    body = in_json(code, words) if form == "json" else XML.format(code=code, words=words).encode()

    failure = refusals.read(status, f"application/{form};charset=utf-8", body)

    assert type(failure) is kind
    assert words in failure.sentence


@pytest.mark.parametrize(
    ("status", "content_type", "body", "kind"),
    [
        (401, "text/html", b"", WrongPassword),
        (
            403,
            "text/html",
            "<p>Начало сеанса запрещено. Ведутся технические работы</p>".encode(),
            Maintenance,
        ),
        (403, "application/json", in_json(3, "Начало сеанса запрещено"), Maintenance),
        (403, "application/json", in_json(3, "Недостаточно прав"), Denied),
        (500, "text/html", HTML.format(words="Деление на 0").encode(), Crashed),
        (500, "application/json", in_exception("Ошибка блокировки данных"), Crashed),
        (500, "application/xml", b"<broken", Crashed),
        (502, "text/html", b"<h1>Bad Gateway</h1>", Unreachable),
        (504, "", b"", Unreachable),
        (429, "", b"", Unreachable),
        (404, "text/html", b"<h1>404.15</h1>", NotFound),
        (411, "text/html", b"<h1>Length Required</h1>", Rejected),
        (400, "application/json", b"{" * 100_000, Rejected),
    ],
)
def test_without_a_code_the_status_decides(
    status: int, content_type: str, body: bytes, kind: type[Failure]
) -> None:
    assert type(refusals.read(status, content_type, body)) is kind


def test_a_page_is_told_without_its_tags() -> None:
    sentence = refusals.read(
        500, "text/html", HTML.format(words="Деление &laquo;на 0&raquo;").encode()
    ).sentence

    assert "Деление «на 0»" in sentence
    assert "<" not in sentence
    assert "application error" not in sentence


def test_words_in_base64_are_read() -> None:
    told = base64.b64encode("Превышено время ожидания".encode()).decode()

    assert "Превышено время ожидания" in refusals.read(500, "application/json", in_exception(told)).sentence


def test_a_very_long_story_is_cut() -> None:
    assert len(refusals.read(500, "application/json", in_json(-1, "ой " * 9000)).sentence) < 700


def test_an_entity_of_xml_is_not_resolved() -> None:
    declared, error = XML.format(code=9, words="Нет: &x;").split("?>")
    body = f'{declared}?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{error}'.encode()

    failure = refusals.read(404, "application/xml", body)

    assert type(failure) is NotFound
    assert "root:" not in failure.sentence
