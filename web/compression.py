"""One-shot compression of pages: zstd, else brotli, else gzip. Streams are left alone.

Browsers offer zstd and brotli over https (and on localhost) only; a plain-http intranet gets gzip.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import brotli
import zstandard
from zlib_ng import zlib_ng

SMALLEST = 600
"""Below this the headers cost more than is saved."""
TEXTUAL = (b"text/", b"application/json", b"application/javascript", b"image/svg", b"application/manifest")
LEVEL = 3
"""As small as zlib's own 4, in less than half of the time."""
LEVEL_OF_BLOCKS = 6
"""Packed once for many pages; beyond it nothing gets smaller."""
GZIP = 16
"""Asks zlib for a gzip instead of its own wrapping."""
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
"""RFC 1952, 2.3: deflate, no name and no moment, a system that is not told."""

END = b"\x03\x00"
"""RFC 1951, 3.2.3: a last block with nothing in it."""

CODECS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("zstd", lambda body: zstandard.ZstdCompressor(level=3).compress(body)),
    ("br", lambda body: brotli.compress(body, quality=4)),
    ("gzip", lambda body: zlib_ng.compress(body, LEVEL, zlib_ng.MAX_WBITS | GZIP)),
)


def choose(accepted: str) -> tuple[str, Callable[[bytes], bytes]] | None:
    """The best codec the browser offers."""
    wanted = offered(accepted)
    return next((codec for codec in CODECS if codec[0] in wanted), None)


def offered(accepted: str) -> set[str]:
    """The codecs an Accept-Encoding names; `q=0` means that it does not."""
    return {
        part.partition(";")[0].strip()
        for part in accepted.lower().split(",")
        if not part.replace(" ", "").endswith(";q=0")
    }


def worth_it(content_type: bytes, body: bytes) -> bool:
    return len(body) >= SMALLEST and content_type.startswith(TEXTUAL) and b"event-stream" not in content_type


class Packed(NamedTuple):
    """A part of pages in a tenth of its bytes: deflate blocks that may stand after any others, since they
    point at nothing before them and end on a byte."""

    blocks: bytes
    size: int
    check: int

    @property
    def body(self) -> bytes:
        return zlib_ng.decompress(self.blocks + END, -zlib_ng.MAX_WBITS, self.size)


NOTHING = Packed(b"", 0, 0)


def pack(body: bytes) -> Packed:
    squeeze = _deflate(LEVEL_OF_BLOCKS)
    blocks = b"".join([squeeze.compress(body), squeeze.flush(zlib_ng.Z_FULL_FLUSH)])
    return Packed(blocks, len(body), zlib_ng.crc32(body))


def gzip_of(around: Sequence[bytes], packed: Sequence[Packed]) -> bytes:
    """One gzip of the pieces `around` with a packed part between each two."""
    squeeze, check, size, told = _deflate(LEVEL), 0, 0, [GZIP_HEAD]
    for piece, part in zip(around, [*packed, NOTHING], strict=True):
        told += [squeeze.compress(piece), squeeze.flush(zlib_ng.Z_FULL_FLUSH), part.blocks]
        check = zlib_ng.crc32_combine(zlib_ng.crc32(piece, check), part.check, part.size)
        size += len(piece) + part.size
    tail = struct.pack("<LL", check, size & 0xFFFFFFFF)
    return b"".join([*told, squeeze.flush(), tail])


def _deflate(level: int) -> Any:
    return zlib_ng.compressobj(level, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS)
