"""An archive from 1C: looked through before anything is taken out, and read by our own count."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, BinaryIO

from domain.exchange.receiving import clean
from domain.kernel.errors import Refused
from domain.kernel.text import _

MOST_MEMBERS = 20_000
LARGEST_TOTAL = 2 * 1024**3
HIGHEST_RATIO = 200
"""Repetitive XML shrinks fifty times; a bomb of blanks a thousand."""
BLOCK = 1024**2
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)


class Archive:
    """Raises Refused for anything 1C would not send."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except DAMAGED as broken:
            raise Refused(_("The archive is damaged")) from broken
        # As it stands in the archive: the library drops what follows a zero in the name.
        self._members = {
            clean(member.orig_filename): member for member in self._zip.infolist() if not member.is_dir()
        }
        self._demand_sane()

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> Iterator[bytes]:
        member = self._members[name]
        try:
            with self._zip.open(member) as stream:
                yield from _counted(stream, member.file_size)
        except DAMAGED as broken:
            raise Refused(_("The archive is damaged")) from broken

    def _demand_sane(self) -> None:
        members = self._zip.infolist()
        unpacked, packed = (
            sum(member.file_size for member in members),
            sum(member.compress_size for member in members),
        )
        files = [member for member in members if not member.is_dir()]
        if (
            len(members) > MOST_MEMBERS
            or unpacked > LARGEST_TOTAL
            or unpacked > HIGHEST_RATIO * max(packed, BLOCK)
        ):
            raise Refused(_("The archive unpacks into too much"))
        if len(files) != len(self._members) or _overlap(members):
            raise Refused(_("Files in the archive hide one another"))
        if any(member.flag_bits & 1 for member in members):
            raise Refused(_("The archive is locked with a password"))
        if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
            raise Refused(_("The archive holds a link instead of a file"))


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    """Members that share bytes: how a small archive becomes a large one past the ratio (CVE-2024-0450)."""
    placed = sorted((member.header_offset, member.header_offset + member.compress_size) for member in members)
    return any(end > start for (_start, end), (start, _end) in pairwise(placed))


def _counted(stream: IO[bytes], declared: int) -> Iterator[bytes]:
    taken = 0
    while block := stream.read(BLOCK):
        taken += len(block)
        if taken > declared:
            raise Refused(_("The archive unpacks into too much"))
        yield block
