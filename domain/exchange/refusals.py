"""What 1C means by an answer we did not ask for: three forms of an error, and pages of others."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from html import unescape

from lxml import etree

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
from domain.kernel.text import _

TYPE_UNKNOWN, NOT_FOUND, KEY_EXISTS, NO_RIGHTS = 8, 9, 15, 20
LATER = (408, 429, 502, 503, 504)
LONGEST = 600
CLOSED = re.compile(r"начало сеанса|технически|обслуживани|session start|maintenance", re.IGNORECASE)
METADATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"


@dataclass(frozen=True)
class Told:
    """The error as 1C worded it; no code: the platform itself failed, or it was not 1C that answered."""

    words: str
    code: int | None = None


def read(status: int, content_type: str, body: bytes) -> Failure:
    """The failure behind a status that is not 2xx."""
    told = understand(content_type, body)
    words = told.words or str(status)
    waits, refused = _waits(status, told, words), _refused(status, told, words)
    return waits or refused or Rejected(_("1C refuses: %(words)s", words=words))


def _waits(status: int, told: Told, words: str) -> Failure | None:
    """Nobody is let in, or not now."""
    if status in LATER:
        return Unreachable(_("1C is overloaded or restarting: %(words)s", words=words))
    if status == 401 and told.code != NO_RIGHTS:
        return WrongPassword(_("1C does not accept the login or the password of the connection"))
    if status == 403 and (told.code is None or CLOSED.search(words)):
        return Maintenance(_("1C is closed for maintenance: %(words)s", words=words))
    return None


def _refused(status: int, told: Told, words: str) -> Failure | None:
    if told.code == NO_RIGHTS or status in (401, 403):
        return Denied(_("The user of the connection has no right to this in 1C: %(words)s", words=words))
    if told.code == KEY_EXISTS:
        return AlreadyExists(_("1C already has it: %(words)s", words=words))
    if told.code in (NOT_FOUND, TYPE_UNKNOWN) or status == 404:
        return NotFound(_("1C does not have it: %(words)s", words=words))
    if status >= 500 and told.code is None:
        return Crashed(_("1C failed while working on it: %(words)s", words=words))
    return None


def stranger(content_type: str) -> Failure:
    """Success, but not in the form we asked for: a page of a proxy or of a login form."""
    kind = content_type.partition(";")[0] or "?"
    return Maintenance(
        _("Somebody else answers instead of 1C: a login page or a proxy (%(kind)s)", kind=kind)
    )


def understand(content_type: str, body: bytes) -> Told:
    text = body.decode("utf-8-sig", "replace").strip()
    if "json" in content_type or text.startswith("{"):
        return _from_json(text)
    if "xml" in content_type and "html" not in content_type:
        return _from_xml(body)
    return Told(_worded(_without_tags(text)))


def _from_json(text: str) -> Told:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Told(_worded(text))
    match said:
        case {"odata.error": {"code": code, "message": {"value": str(words)}}}:
            return Told(_worded(words), _code(code))
        case {"exception": {"descr": str(words)}}:
            return Told(_worded(words))
    return Told("")


def _from_xml(body: bytes) -> Told:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Told("")
    return Told(_worded(root.findtext(f"{METADATA}message") or ""), _code(root.findtext(f"{METADATA}code")))


def _code(written: object) -> int | None:
    try:
        return int(str(written))
    except ValueError:
        return None


def _without_tags(text: str) -> str:
    body = re.sub(r"(?is)<(head|script|style)\b.*?</\1>", " ", text)
    return unescape(re.sub(r"<[^>]*>", " ", body))


def _worded(words: str) -> str:
    words = " ".join(_decoded(words.strip()).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _decoded(words: str) -> str:
    """Some bases send the text of an exception in base64."""
    if len(words) < 16 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", words):
        return words
    try:
        return base64.b64decode(words, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return words
