"""The bytes of a file on their way to the parser: encoding allowed, size bounded, the end remembered."""

import re
from typing import BinaryIO

from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]*)["']""")
ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "windows-1251": "windows-1251", "cp1251": "windows-1251"}

LARGEST_FILE = 1024**3
LARGEST_RECORD = 8 * 1024**2
ROOT = "КоммерческаяИнформация"


class Source:
    """A file object for iterparse. `settle()` after each record bounds what one record may take."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._first = stream.read(1024)
        if not self._first:
            raise Unreadable(None, _("The file is empty"))
        self._total = self._since_record = 0
        self._tail = b""
        self.begun = False
        self.line = 0
        """Of the last record read: where to look when the parser cannot say."""
        self.encoding = encoding_of(self._first)

    def read(self, size: int = -1) -> bytes:
        chunk, self._first = self._first or self._stream.read(size), b""
        self._total += len(chunk)
        self._since_record += len(chunk)
        if self._total > LARGEST_FILE:
            raise Unreadable(None, _("The file is larger than a gigabyte"))
        if self._since_record > LARGEST_RECORD:
            raise Unreadable(None, _("The file has a part of more than 8 MB that nothing in it explains"))
        self._tail = (self._tail + chunk)[-256:]
        return chunk

    def settle(self, line: int) -> None:
        self.begun, self.line = True, line
        self._since_record = 0

    def is_cut_off(self) -> bool:
        """The root is never closed. Asked only after the parser has stumbled."""
        return not self._stream.read(1) and not re.search(
            rf"{ROOT}\s*>\s*$", self._tail.decode(self.encoding, "ignore")
        )


def encoding_of(first: bytes) -> str:
    if first.startswith(UTF16_MARKS):
        raise _unknown("UTF-16")
    if first.startswith(UTF8_BOM):
        return "utf-8"
    declared = DECLARED.match(first)
    if declared is None:
        return "utf-8"
    name = declared[1].decode("ascii")
    try:
        return ENCODINGS[name.lower()]
    except KeyError:
        raise _unknown(name) from None


def _unknown(name: str) -> Unreadable:
    return Unreadable(
        1, _("encoding %(name)s is not accepted, only UTF-8 and windows-1251", name=name or "«»")
    )
