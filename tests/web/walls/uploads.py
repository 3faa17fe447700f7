"""Files that lie, made here: what a careless or an evil hand may attach."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TYPES, WORD, EXCEL = "[Content_Types].xml", "word/document.xml", "xl/workbook.xml"
BOMB = 300 * 1024**2
"""Bytes a bomb grows to."""


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "white").save(kept, kind)
    return kept.getvalue()


def archive(*parts: tuple[str | zipfile.ZipInfo, bytes], stored: bool = False) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in parts:
            made.writestr(name, content)
    return kept.getvalue()


def document(*more: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return archive((TYPES, b"<Types/>"), (WORD, b"<w:document/>"), *more)


def png_saying(width: int, height: int) -> bytes:
    """A picture whose head promises that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IEND\xaeB`\x82"
    )  # fmt: skip


def bomb(part: str = WORD) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(TYPES, b"<Types/>")
        with made.open(part, "w", force_zip64=True) as stream:
            for _block in range(BOMB // 1024**2):
                stream.write(bytes(1024**2))
    return kept.getvalue()


def lying_about_sizes() -> bytes:
    """A bomb whose directory says it is small."""
    whole = bytearray(bomb())
    directory = whole.rfind(b"PK\x01\x02")
    struct.pack_into("<I", whole, directory + 24, 100)
    return bytes(whole)


def overlapping() -> bytes:
    """Two entries of the directory that point at the same bytes."""
    whole = bytearray(document(("word/media/a.bin", bytes(1000)), ("word/media/b.bin", bytes(1000))))
    first = whole.find(b"PK\x01\x02")
    entries = []
    while (at := whole.find(b"PK\x01\x02", first if not entries else entries[-1] + 4)) >= 0:
        entries.append(at)
    whole[entries[-1] + 42 : entries[-1] + 46] = whole[entries[-2] + 42 : entries[-2] + 46]
    return bytes(whole)


def encrypted() -> bytes:
    whole = bytearray(document())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := whole.find(mark, at + 1)) >= 0:
            whole[at + place] |= 1
    return bytes(whole)


def link() -> zipfile.ZipInfo:
    part = zipfile.ZipInfo("word/link.xml")
    part.external_attr = 0o120777 << 16
    return part


def doubled_names() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return document((WORD, b"<w:document>2</w:document>"))


def hostile() -> Iterator[tuple[str, bytes]]:
    """The name given by the sender and the bytes; every one of them is to be refused."""
    for group in (strangers, archives, documents, pictures):
        yield from group()


def strangers() -> Iterator[tuple[str, bytes]]:
    yield "пустой.pdf", b""
    yield "не пдф.pdf", b"just words"
    yield "обрезан.pdf", PDF[:-7]
    yield "картинка.pdf", picture()
    yield "документ.png", PDF
    yield "страница.html", b"<!doctype html><script>alert(1)</script>"
    yield "страница.pdf", b"<!doctype html><script>alert(1)</script>"
    yield "рисунок.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "рисунок.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "программа.exe", b"MZ" + bytes(200)
    yield "программа.pdf", b"MZ" + bytes(200)
    yield "договор.pdf.exe", PDF
    yield "elf.docx", b"\x7fELF" + bytes(200)
    yield "скрипт.js", b"alert(1)"
    yield "скрипт.sh", b"#!/bin/sh\nrm -rf /"
    yield "скрипт.bat", b"@echo off"
    yield "ярлык.lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(100)
    yield "проверка.txt", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    yield "проверка.pdf", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def archives() -> Iterator[tuple[str, bytes]]:
    yield "архив.zip", archive(("a.txt", b"a"))
    yield "архив.docx", archive(("a.txt", b"a"))
    yield "архив.rar", b"Rar!\x1a\x07\x01\0" + bytes(50)
    yield "архив.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50)
    yield "архив.gz", b"\x1f\x8b\x08" + bytes(50)
    yield "том.tar", b"a.txt" + bytes(507)
    yield "старый.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "старый.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "макрос.docm", document(("word/vbaProject.bin", b"macro"))
    yield "макрос.docx", document(("word/vbaProject.bin", b"macro"))
    yield "макрос.xlsx", archive((TYPES, b""), (EXCEL, b""), ("xl/VBAPROJECT.BIN", b"macro"))
    yield "внутри программа.docx", document(("word/embeddings/setup.exe", b"MZ"))
    yield "внутри скрипт.docx", document(("word/run.js", b"alert(1)"))


def documents() -> Iterator[tuple[str, bytes]]:
    yield "книга.docx", archive((TYPES, b""), (EXCEL, b""))
    yield "документ.xlsx", document()
    yield "без типов.docx", archive((WORD, b"<w:document/>"))
    yield "бомба.docx", bomb()
    yield "бомба.xlsx", bomb(EXCEL)
    yield "бомба лжёт.docx", lying_about_sizes()
    yield "внахлёст.docx", overlapping()
    yield "тысячи частей.docx", document(*((f"word/{number}", b"") for number in range(6000)))
    yield "двойные имена.docx", doubled_names()
    yield "наружу.docx", document(("../../etc/passwd", b"root"))
    yield "наружу2.docx", document(("..\\..\\boot.ini", b"root"))
    yield "от корня.docx", document(("/etc/passwd", b"root"))
    yield "диск.docx", document(("C:\\boot.ini", b"root"))
    yield "ссылка.docx", document((link(), b"/etc/passwd"))
    yield "под паролем.docx", encrypted()
    yield "обрезан.docx", document()[:-30]
    yield (
        "испорчен.docx",
        archive((TYPES, b""), (WORD, b"<w:document/>"), stored=True).replace(b"<w:", b"<x:"),
    )
    yield "начало чужое.docx", b"GIF89a" + document()
    yield "только хвост.docx", document()[40:]


def pictures() -> Iterator[tuple[str, bytes]]:
    yield "потоп.png", png_saying(30_000, 30_000)
    yield "лента.png", png_saying(2_000_000_000, 1)
    yield "обрезана.png", picture()[:-20]
    yield "обрезана.jpg", picture("JPEG")[:20]
    yield "испорчена.png", picture().replace(b"IDAT", b"IDAX")
    yield "нулевая.png", png_saying(0, 0)
    yield "анимация.gif", b"GIF89a" + bytes(30)
    yield "точки.bmp", b"BM" + bytes(60)
    yield "скан.tiff", b"II*\0" + bytes(60)
    yield "фото.heic", b"\0\0\0\x18ftypheic" + bytes(60)
    yield "звук.mp3", b"ID3" + bytes(60)
    yield "кино.mp4", b"\0\0\0\x18ftypmp42" + bytes(60)
    yield "веб.webp", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(4)
    yield "волна.webp", b"RIFF\x10\0\0\0WAVEfmt " + bytes(20)
    yield "таблица.csv", b"=cmd|'/c calc'!A1;1"
    yield "разметка.xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    yield "велик.pdf", b"%PDF-1.7\n" + bytes(26 * 1024**2) + b"%%EOF"


def misnamed() -> Iterator[tuple[str, str]]:
    """Names of good files that are to be neutralised, and what is kept of them."""
    yield "../../../etc/договор.pdf", "договор.pdf"
    yield "C:\\Users\\anna\\договор.pdf", "договор.pdf"
    yield "/etc/договор.pdf", "договор.pdf"
    yield "до\u202eговор.pdf", "договор.pdf"
    yield "до\u200bговор.pdf", "договор.pdf"
    yield "договор\u2028\u2066.pdf", "договор.pdf"
    yield "  договор .pdf ", "договор.pdf"
    yield "я" * 300 + ".pdf", "я" * 146 + ".pdf"
    yield "<script>alert(1)<\\script>.pdf", "script>.pdf"
    yield "...договор.pdf", "договор.pdf"
