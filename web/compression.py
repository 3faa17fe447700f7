"""One-shot compression of pages: zstd, else brotli, else gzip. Streams are left alone.

Browsers offer zstd and brotli over https (and on localhost) only; a plain-http intranet gets gzip.
"""

import gzip
from collections.abc import Callable

import brotli
import zstandard

SMALLEST = 600
"""Below this the headers cost more than is saved."""
TEXTUAL = (b"text/", b"application/json", b"application/javascript", b"image/svg", b"application/manifest")

CODECS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("zstd", lambda body: zstandard.ZstdCompressor(level=3).compress(body)),
    ("br", lambda body: brotli.compress(body, quality=4)),
    ("gzip", lambda body: gzip.compress(body, compresslevel=4, mtime=0)),
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
