"""The words of a $filter."""

import re
from dataclasses import dataclass
from enum import StrEnum

from jobs.onec_demo.errors import BadRequest, Code


class Token(StrEnum):
    GUID = "guid"
    DATETIME = "datetime"
    TEXT = "text"
    NUMBER = "number"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Word:
    token: Token
    text: str
    place: int


SPACE = re.compile(r"[ \t\r\n]*")
PATTERNS = (
    (Token.GUID, re.compile(r"guid'([^']*)'")),
    (Token.DATETIME, re.compile(r"datetime'([^']*)'")),
    (Token.TEXT, re.compile(r"'((?:[^']|'')*)'")),
    (Token.NUMBER, re.compile(r"(\d{1,25}(?:\.\d{1,25})?)[MLDFmldf]?(?!\w)")),
    (Token.NAME, re.compile(r"([^\W\d]\w*)")),
    (Token.SIGN, re.compile(r"([(),:/-])")),
)


def split(text: str) -> list[Word]:
    words, place = [], _skip(text, 0)
    while place < len(text):
        word, place = _next(text, place)
        words.append(word)
        place = _skip(text, place)
    return [*words, Word(Token.END, "", len(text))]


def unreadable(text: str, place: int) -> BadRequest:
    seen = text[place : place + 20] or "конец строки"
    return BadRequest(Code.UNPARSED, f"Ошибка разбора опции запроса $filter в позиции {place + 1}: {seen!r}.")


def _skip(text: str, place: int) -> int:
    spaces = SPACE.match(text, place)
    return spaces.end() if spaces else place


def _next(text: str, place: int) -> tuple[Word, int]:
    for token, pattern in PATTERNS:
        if found := pattern.match(text, place):
            return Word(token, found[1], place), found.end()
    raise unreadable(text, place)
