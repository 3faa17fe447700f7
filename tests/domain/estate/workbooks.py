"""Workbooks made for tests: good ones by columns, and ones that lie."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import xlsxwriter

CONTENT_TYPES = (
    b"<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
)


def book(*rows: Mapping[str, Any], heads: list[str] | None = None) -> bytes:
    """The heads of all rows in the order they are met; None leaves a cell empty."""
    columns = heads or list(dict.fromkeys(head for row in rows for head in row))
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    sheet = made.add_worksheet("Лист")
    sheet.write_row(0, 0, columns)
    for number, row in enumerate(rows, start=1):
        for place, head in enumerate(columns):
            if row.get(head) is not None:
                sheet.write(number, place, row[head])
    made.close()
    return target.getvalue()


def with_sheet(xml: bytes, **parts: bytes) -> bytes:
    """A good workbook whose first sheet is this XML instead."""
    good, changed = io.BytesIO(book({"Код": 1, "Номер": "1"})), io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            target.writestr(part.filename, xml if is_sheet else source.read(part))
        for name, content in parts.items():
            target.writestr(name.replace("__", "/"), content)
    return changed.getvalue()


def sheet(cells: bytes, dimension: bytes = b"A1:B2") -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        b"<?xml version='1.0' encoding='UTF-8'?><worksheet xmlns='" + main + b"'><dimension ref='" + dimension
        + b"'/><sheetData>" + cells + b"</sheetData></worksheet>"
    )  # fmt: skip


def cell(place: bytes, text: bytes = b"x") -> bytes:
    return b"<c r='" + place + b"' t='inlineStr'><is><t>" + text + b"</t></is></c>"


HEADS = b"<row r='1'>" + cell(b"A1", "Код".encode()) + cell(b"B1", "Номер".encode()) + b"</row>"


def hostile() -> Iterator[tuple[str, bytes]]:
    """Each is to be refused in one sentence, in little time and memory."""
    good = book({"Код": 1, "Номер": "1"})
    yield "пустой.xlsx", b""
    yield "слова.xlsx", "просто слова".encode()
    yield "таблица.xlsx", b"a;b;c\n1;2;3\n"
    yield "обрезан.xlsx", good[:-40]
    yield "хвост.xlsx", good[40:]
    yield "документ.xlsx", b"%PDF-1.7\n%%EOF\n"
    yield "книга.xls", good
    yield "макрос.xlsx", with_sheet(sheet(HEADS), **{"xl__vbaProject.bin": b"macro"})
    yield "бомба.xlsx", with_sheet(sheet(HEADS + b" " * (210 * 1024**2)))
    yield "далеко.xlsx", with_sheet(sheet(HEADS + b"<row r='1048576'>" + cell(b"XFD1048576") + b"</row>"))
    yield "далеко2.xlsx", with_sheet(sheet(HEADS + b'<row r="2"><c  s="1"\n r = "ZZZ2"><v>1</v></c></row>'))
    yield (
        "за краем.xlsx",
        with_sheet(sheet(HEADS + b"<row r='99999999999'>" + cell(b"A99999999999") + b"</row>")),
    )
    yield "шире листа.xlsx", with_sheet(sheet(b"<row>" + b"<c><v>1</v></c>" * 100_000 + b"</row>"))
    yield "строк без края.xlsx", with_sheet(sheet(HEADS + b"<row/>" * 100_000))
    yield "чужие буквы.xlsx", with_sheet(sheet(HEADS).decode().encode("utf-16"))
    yield "не разметка.xlsx", with_sheet(b"<worksheet><sheetData><row r='1'><c r='A1'")
    yield (
        "сущности.xlsx",
        with_sheet(
            b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + sheet(b"<row r='1'>" + cell(b"A1", b"&b;") + b"</row>")
        ),
    )
    yield "без заголовков.xlsx", book({"Что": 1, "Где": 2}, {"Что": 3, "Где": 4})
    yield (
        "дважды.xlsx",
        with_sheet(
            sheet(
                b"<row r='1'>"
                + b"".join(cell(p, "Номер".encode()) for p in (b"A1", b"B1"))
                + cell(b"C1", "Код".encode())
                + b"</row><row r='2'>"
                + cell(b"A2")
                + b"</row>"
            )
        ),
    )
    yield "одни заголовки.xlsx", book(heads=["Код", "Номер"])
    yield "пустой лист.xlsx", with_sheet(sheet(b""))
