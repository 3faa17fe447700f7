"""How 1C refuses: its table of internal codes, and the three bodies a refusal may come in (FACTS 1.7)."""

import json
from enum import IntEnum
from html import escape

from lxml import etree

from jobs.onec_demo.wire import Answer

METADATA_NS = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"


class Code(IntEnum):
    BUSINESS = -1
    UNSUPPORTED = 0
    UNPARSED = 1
    BAD_REQUEST = 2
    REPRESENTATION = 3
    BAD_VALUE = 4
    REQUIRED_MISSING = 5
    BAD_URL = 6
    KEY_PART = 7
    TYPE_UNKNOWN = 8
    NOT_FOUND = 9
    PROPERTY_UNKNOWN = 10
    METHOD_UNKNOWN = 11
    BAD_ARGUMENT = 12
    TABULAR_ROW = 13
    QUERY_OPTIONS = 14
    KEY_EXISTS = 15
    CANNOT_ASSIGN = 16
    LOAD_MODE = 17
    DUPLICATE_NAMES = 18
    METHOD_NOT_ALLOWED = 19
    ACCESS_DENIED = 20
    FUNCTION = 21


STATUS = {
    Code.BUSINESS: 500,
    Code.UNSUPPORTED: 501,
    Code.REPRESENTATION: 406,
    Code.TYPE_UNKNOWN: 404,
    Code.NOT_FOUND: 404,
    Code.METHOD_UNKNOWN: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.ACCESS_DENIED: 401,
}


class ODataError(Exception):
    def __init__(self, code: Code, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS.get(code, 400)


class BadRequest(ODataError):
    pass


class TypeUnknown(ODataError):
    def __init__(self, name: str) -> None:
        super().__init__(Code.TYPE_UNKNOWN, f'Тип сущности "{name}" не найден.')


class PropertyUnknown(ODataError):
    def __init__(self, name: str, shape: str) -> None:
        super().__init__(Code.PROPERTY_UNKNOWN, f'Свойство "{name}" типа "{shape}" не найдено.')


class EntityMissing(ODataError):
    def __init__(self, title: str) -> None:
        super().__init__(Code.NOT_FOUND, f'Экземпляр сущности "{title}" не найден по переданному ключу.')


class NotAllowed(ODataError):
    def __init__(self, method: str) -> None:
        super().__init__(Code.METHOD_NOT_ALLOWED, f'Метод "{method}" не разрешён для этого ресурса.')


class BusinessError(ODataError):
    """An exception of the configuration's own code (ПередЗаписью, ОбработкаПроведения): text for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(Code.BUSINESS, message)


def answer(error: ODataError, *, as_json: bool, as_exception: bool) -> Answer:
    if as_exception and error.status == 500:
        return platform_exception(error.message, as_json=as_json)
    body = _json(error) if as_json else _xml(error)
    content_type = "application/json;charset=utf-8" if as_json else "application/xml;charset=utf-8"
    return Answer(error.status, body, content_type)


def platform_exception(message: str, *, as_json: bool, status: int = 500) -> Answer:
    if as_json:
        body = {
            "exception": {
                "descr": message,
                "inner": {"descr": "Ошибка при вызове метода контекста (Записать)"},
            }
        }
        return Answer(status, json.dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8")
    page = (
        "<!DOCTYPE html><html><head><title>1C:Enterprise 8 application error</title></head>"
        "<body><h2>1C:Enterprise 8 application error:</h2>"
        f"<pre>{escape(message)}\nby reason:\n</pre></body></html>"
    )
    return Answer(status, page.encode(), "text/html;charset=utf-8")


def _json(error: ODataError) -> bytes:
    told = {"code": str(int(error.code)), "message": {"lang": "ru", "value": error.message}}
    return json.dumps({"odata.error": told}, ensure_ascii=False).encode()


def _xml(error: ODataError) -> bytes:
    root = etree.Element(f"{{{METADATA_NS}}}error", nsmap={"m": METADATA_NS})
    etree.SubElement(root, f"{{{METADATA_NS}}}code").text = str(int(error.code))
    etree.SubElement(root, f"{{{METADATA_NS}}}message").text = _printable(error.message)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() or each in "\n\t" else "?" for each in text)
