"""Bodies a client sends: JSON or an Atom entry, read into plain names and values."""

import json
from typing import Any

from lxml import etree

from jobs.onec_demo.errors import METADATA_NS, BadRequest, Code
from jobs.onec_demo.wire import Request

DATA_NS = "http://schemas.microsoft.com/ado/2007/08/dataservices"


def read(request: Request) -> dict[str, Any]:
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind in ("application/json", ""):
        return from_json(request.body)
    if kind in ("application/atom+xml", "application/xml", "text/xml"):
        return from_atom(request.body)
    raise BadRequest(Code.REPRESENTATION, f'Тип содержимого "{kind[:60]}" не поддерживается.', 415)


def from_json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body.decode("utf-8-sig"), parse_float=_plain, parse_constant=_plain)
    except (ValueError, RecursionError):
        raise BadRequest(Code.UNPARSED, "Ошибка разбора тела запроса в формате JSON.") from None
    if not isinstance(read, dict):
        raise BadRequest(Code.UNPARSED, "В теле запроса ожидается объект JSON.")
    return read


def from_atom(body: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadRequest(Code.UNPARSED, "Ошибка разбора тела запроса в формате Atom.") from None
    if root.getroottree().docinfo.doctype:
        raise BadRequest(Code.UNPARSED, "Описание типа документа (DOCTYPE) в теле запроса не допускается.")
    properties = next(root.iter(f"{{{METADATA_NS}}}properties"), None)
    if properties is None:
        raise BadRequest(Code.UNPARSED, "В теле запроса нет элемента m:properties.")
    return {etree.QName(each).localname: _value(each) for each in properties}


def _value(element: "etree._Element") -> Any:
    if element.get(f"{{{METADATA_NS}}}null") == "true":
        return None
    if (element.get(f"{{{METADATA_NS}}}type") or "").startswith("Collection("):
        return [{etree.QName(each).localname: _value(each) for each in line} for line in element]
    return element.text or ""


def _plain(text: str) -> str:
    """Numbers stay as they were written, so that money is never a float and 1e5 is seen for what it is."""
    return text
