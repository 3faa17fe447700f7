"""Static files: addresses that never change under them, and serving them for ever.

`python -m web.bundle build` lays out `static/dist/` (see `web/bundle.py`). The whole tree has one hash in
its address, so files refer to each other by relative paths and each may be cached for a year.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from litestar.types import Receive, Scope, Send

from web.compression import offered

STATIC = Path(__file__).parent.parent / "static"
DIST = STATIC / "dist"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
PACKED = {"zstd": ".zst", "br": ".br", "gzip": ".gz"}
"""The best first; each was squeezed once, at set-up."""

Headers = list[tuple[bytes, bytes]]


@cache
def tree() -> str:
    """The hash of everything that is served; reading it is the first thing a page does."""
    try:
        return (DIST / "tree").read_text()
    except FileNotFoundError:
        raise SystemExit("The static files are not built: run make setup.") from None


def asset(name: str) -> str:
    """The address of a file that never changes under it."""
    return f"/static/{tree()}/{name}"


@cache
def inline(name: str) -> str:
    """A small picture as an address of itself: one request less."""
    return f"data:image/svg+xml,{quote((DIST / name).read_text('ascii'))}"


@dataclass(frozen=True)
class Served:
    body: bytes
    headers: Headers


@cache
def served(name: str, encoding: str | None) -> Served | None:
    """A built file in one encoding, kept in memory: all of them together weigh less than a photo.

    Only names that were built are known, so that no path leads out of the tree.
    """
    if name not in _names():
        return None
    body = (DIST / (name + PACKED[encoding] if encoding else name)).read_bytes()
    headers = [
        (b"content-type", TYPES[Path(name).suffix].encode()),
        (b"etag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'.encode()),
        (b"vary", b"Accept-Encoding"),
    ]
    if encoding:
        headers.append((b"content-encoding", encoding.encode()))
    return Served(body, headers)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """What was built, and the encodings each file was squeezed in."""
    files = [path for path in DIST.rglob("*") if path.suffix in TYPES]
    return {
        path.relative_to(DIST).as_posix(): tuple(
            encoding for encoding, suffix in PACKED.items() if path.with_name(path.name + suffix).is_file()
        )
        for path in files
    }


async def static_files(scope: Scope, _receive: Receive, send: Send) -> None:
    """`/static/<tree>/<name>`.

    A page open since before a deploy asks for an older tree: it gets today's file, not to be kept.
    """
    asked = {name.lower(): value for name, value in scope["headers"]}
    asked_tree, _, name = scope["path"].removeprefix("/static/").partition("/")
    file = served(name, _encoding(name, asked.get(b"accept-encoding", b"")))
    method = scope["method"]
    if file is None or method not in {"GET", "HEAD"}:
        await _reply(send, 404, [(b"content-type", b"text/plain")], b"")
        return
    kept = b"public, max-age=31536000, immutable" if asked_tree == tree() else b"no-cache"
    headers = [*file.headers, (b"cache-control", kept)]
    if asked.get(b"if-none-match", b"") == dict(headers)[b"etag"]:
        await _reply(send, 304, headers)
    else:
        length = (b"content-length", str(len(file.body)).encode())
        await _reply(send, 200, [*headers, length], b"" if method == "HEAD" else file.body)


def _encoding(name: str, accepted: bytes) -> str | None:
    wanted = offered(accepted.decode("ascii", "replace"))
    return next((encoding for encoding in _names().get(name, ()) if encoding in wanted), None)


async def _reply(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
