"""What a file from a person really is, whatever it is called; anything else is refused in one sentence.

Nothing here believes a declared size: archives are counted while they are unpacked, pictures are measured
before they are decoded. What is let in is never shown inside our pages, only handed out to be saved.
"""

import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from domain.kernel.errors import Refused
from domain.kernel.text import _

LARGEST = 25 * 1024**2
LONGEST_NAME = 150
MOST_PIXELS = 50_000_000
"""A phone's best camera makes twice less in what it sends."""
MOST_PARTS, LARGEST_UNPACKED, MOST_RATIO = 5_000, 200 * 1024**2, 100
"""Of an office document: parts, bytes of all of them, how many times a part may grow."""
BLOCK = 64 * 1024
END_OF_PDF = 2048
"""Bytes from the end in which `%%EOF` is looked for: programs write after it."""


@dataclass(frozen=True)
class Kind:
    media_type: str
    suffixes: tuple[str, ...]
    word: Callable[[], str]


PDF = Kind("application/pdf", (".pdf",), lambda: _("a PDF"))
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), lambda: _("a JPEG picture"))
PNG = Kind("image/png", (".png",), lambda: _("a PNG picture"))
WEBP = Kind("image/webp", (".webp",), lambda: _("a WebP picture"))
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
WORD = Kind(f"{_OPEN_XML}.wordprocessingml.document", (".docx",), lambda: _("a Word document"))
EXCEL = Kind(f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",), lambda: _("an Excel workbook"))
KINDS = (PDF, JPEG, PNG, WEBP, WORD, EXCEL)
ACCEPTED = tuple(suffix for kind in KINDS for suffix in kind.suffixes)
"""Endings of names, for the browser's own picker."""


def examine(content: BinaryIO, name: str) -> Kind:
    """The kind of the file, which is whole and agrees with its name; the position in it is left anywhere.

    Raises Refused with a sentence a person can act on.
    """
    size = content.seek(0, 2)
    if size == 0:
        raise Refused(_("The file “%(name)s” is empty", name=name))
    if size > LARGEST:
        raise Refused(_("The file “%(name)s” is larger than %(most)s MB", name=name, most=LARGEST // 1024**2))
    kind = _kind(content, name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in kind.suffixes:
        raise Refused(
            _(
                "The file “%(name)s” is in fact %(kind)s: give it a name that ends in %(suffix)s",
                name=name,
                kind=kind.word(),
                suffix=kind.suffixes[0],
            )
        )
    return kind


def plain_name(given: str) -> str:
    """The name as it may be shown and kept: no folders, no invisible or turning letters, not too long."""
    last = PureWindowsPath(given.replace("\0", "")).name
    seen = "".join(
        letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter)[0] != "C"
    )
    path = PurePosixPath(" ".join(seen.split()).strip(". ") or _("file"))
    return path.stem[: LONGEST_NAME - len(path.suffix)].strip() + path.suffix[:LONGEST_NAME]


def _kind(content: BinaryIO, name: str) -> Kind:
    content.seek(0)
    head = content.read(16)
    if head.startswith(b"%PDF-"):
        return _pdf(content, name)
    if head.startswith(b"PK\x03\x04"):
        return _document(content, name)
    for kind, is_one in (
        (JPEG, head.startswith(b"\xff\xd8\xff")),
        (PNG, head.startswith(b"\x89PNG\r\n\x1a\n")),
        (WEBP, head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    ):
        if is_one:
            return _picture(content, name, kind)
    raise Refused(
        _("The file “%(name)s” is not a PDF, a picture (JPEG, PNG, WebP), a Word or an Excel file", name=name)
    )


def _pdf(content: BinaryIO, name: str) -> Kind:
    content.seek(max(0, content.seek(0, 2) - END_OF_PDF))
    if b"%%EOF" not in content.read():
        raise _broken(name)
    return PDF


def _picture(content: BinaryIO, name: str, kind: Kind) -> Kind:
    from PIL import Image

    content.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a bomb: it is measured here
            with Image.open(content, formats=[kind.media_type.partition("/")[2].upper()]) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise Refused(
                        _(
                            "The picture “%(name)s” is too large: %(width)s × %(height)s pixels",
                            name=name,
                            width=width,
                            height=height,
                        )
                    )
                picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _broken(name) from error
    return kind


def _document(content: BinaryIO, name: str) -> Kind:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or len(names) < len(parts) or any(map(_leads_out, parts)):
                raise _broken(name)
            _unpack(archive, parts, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
    ) as error:
        raise _broken(name) from error
    if any(part.lower().endswith(("vbaproject.bin", ".exe", ".js", ".ole", ".bat")) for part in names):
        raise Refused(_("The file “%(name)s” has a program inside: save it without macros", name=name))
    for kind, own in ((WORD, "word/document.xml"), (EXCEL, "xl/workbook.xml")):
        if {own, "[Content_Types].xml"} <= names:
            return kind
    raise Refused(_("The file “%(name)s” is an archive: attach what is in it, one by one", name=name))


def _leads_out(part: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(part.filename.replace("\\", "/"))
    is_link = part.external_attr >> 16 & 0o170000 == 0o120000
    return path.is_absolute() or ".." in path.parts or ":" in part.filename or is_link


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], name: str) -> None:
    """Count what really comes out, never what the archive says would."""
    left = LARGEST_UNPACKED
    for part in parts:
        most = min(left, max(part.compress_size, 1024) * MOST_RATIO)
        seen = 0
        with archive.open(part) as stream:
            while block := stream.read(BLOCK):
                seen += len(block)
                if seen > most:
                    raise Refused(_("The file “%(name)s” grows too much when it is unpacked", name=name))
        left -= seen


def _broken(name: str) -> Refused:
    return Refused(_("The file “%(name)s” is damaged: open it on your device and save it again", name=name))
