"""Static files: gathered and squeezed once at set-up, served for ever.

`python -m web.assets build` lays `static/dist/` out of our own CSS and JavaScript and the files npm
fetched. The whole tree has one hash in its address, so modules may import each other by relative
paths and every file may be cached for a year.
"""

import gzip
import hashlib
import io
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import brotli
import zstandard
from litestar.types import Receive, Scope, Send

STATIC = Path(__file__).parent.parent / "static"
DIST = STATIC / "dist"
MODULES = STATIC / "node_modules"

LAYERS = (
    "tokens",
    "reset",
    "base",
    "layout",
    "components/*",
    "modules/*",
    "utilities",
    "print",
)
"""The order of style sheets; `@layer` itself is declared in tokens.css."""

VENDOR = {
    "htmx.js": MODULES / "htmx.org/dist/htmx.min.js",
    "sortable.js": MODULES / "sortablejs/Sortable.min.js",
}

FONT = MODULES / "@fontsource-variable/golos-text/files"
FONTS = {
    "golos-cyr.woff2": ("cyrillic", "U+0401,U+0410-044F,U+0451,U+2116"),
    "golos-lat.woff2": ("latin", "U+0020-007E,U+00A0-00FF,U+2009-2026,U+2190-2193,U+2212"),
    "golos-rub.woff2": ("latin-ext", "U+20BD"),
}

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
}
ENCODINGS = {"zstd": ".zst", "br": ".br", "gzip": ".gz"}
YEAR = b"public, max-age=31536000, immutable"


# -- building ----------------------------------------------------------------------------------


def build() -> str:
    """Lay out `static/dist/` anew when a source changed; returns the hash of the tree."""
    sources = fingerprint()
    if (DIST / "sources").is_file() and (DIST / "sources").read_text() == sources:
        return tree()
    fresh = STATIC / "dist.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for name, body in files():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if path.suffix in {".css", ".js", ".svg", ".webmanifest"}:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 9, mtime=0))
            path.with_name(path.name + ".br").write_bytes(brotli.compress(body))
            path.with_name(path.name + ".zst").write_bytes(zstandard.ZstdCompressor(19).compress(body))
    (fresh / "sources").write_text(sources)
    (fresh / "tree").write_text(_digest(fresh))
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)
    tree.cache_clear()
    return tree()


def files() -> Iterator[tuple[str, bytes]]:
    yield "css/app.css", "\n".join(path.read_text() for path in sheets()).encode()
    for path in sorted((STATIC / "js").rglob("*.js")):
        yield path.relative_to(STATIC).as_posix(), path.read_bytes()
    for name, path in VENDOR.items():
        yield f"vendor/{name}", path.read_bytes()
    yield "icons.svg", sprite().encode()
    for name, (subset, letters) in FONTS.items():
        yield f"fonts/{name}", font(FONT / f"golos-text-{subset}-wght-normal.woff2", letters)
    for path in sorted((STATIC / "images").glob("*")):
        yield f"images/{path.name}", path.read_bytes()


def sheets() -> list[Path]:
    found: list[Path] = []
    for layer in LAYERS:
        found += sorted((STATIC / "css").glob(f"{layer}.css"))
    return found


def sprite() -> str:
    """The icons named in `static/icons.txt` as symbols of one file."""
    symbols = []
    for name in (STATIC / "icons.txt").read_text().split():
        drawn = (MODULES / f"lucide-static/icons/{name}.svg").read_text()
        inside = re.sub(r"<!--.*?-->|<svg[^>]*>|</svg>", "", drawn, flags=re.DOTALL)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{" ".join(inside.split())}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def font(path: Path, letters: str) -> bytes:
    """The face with only the letters our screens use: three small files instead of one large."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "tnum", "ccmp", "locl", "mark"])
    face = subset.load_font(str(path), options)
    wanted = subset.Subsetter(options)
    wanted.populate(unicodes=subset.parse_unicodes(letters.replace("U+", "")))
    wanted.subset(face)
    body = io.BytesIO()
    subset.save_font(face, body, options)
    return body.getvalue()


def fingerprint() -> str:
    sources = [Path(__file__), STATIC / "icons.txt", STATIC / "package-lock.json", *sheets()]
    sources += [*(STATIC / "js").rglob("*.js"), *(STATIC / "images").glob("*")]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in TYPES:
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


# -- serving -----------------------------------------------------------------------------------


@cache
def tree() -> str:
    return (DIST / "tree").read_text()


def asset(name: str) -> str:
    """The address of a file that never changes under it."""
    return f"/static/{tree()}/{name}"


@cache
def _known() -> frozenset[str]:
    """Only what was built is served: a path outside the tree is simply not known."""
    return frozenset(
        path.relative_to(DIST).as_posix()
        for path in DIST.rglob("*")
        if path.suffix in {*TYPES, *ENCODINGS.values()}
    )


async def static_files(scope: Scope, receive: Receive, send: Send) -> None:
    """`/static/<tree>/<name>`; an older tree in the address (a page open since before a deploy) gets today's file."""
    tried_tree, _, name = scope["path"].removeprefix("/static/").partition("/")
    if scope["method"] not in {"GET", "HEAD"} or name not in _known() or Path(name).suffix not in TYPES:
        await _reply(send, 404, [(b"content-type", b"text/plain")], b"")
        return
    headers = [(name.lower(), value) for name, value in scope["headers"]]
    asked = dict(headers)
    etag = f'"{tree()}"'.encode()
    common = [
        (b"cache-control", YEAR if tried_tree == tree() else b"no-cache"),
        (b"etag", etag),
        (b"vary", b"Accept-Encoding"),
    ]
    if asked.get(b"if-none-match") == etag:
        await _reply(send, 304, common, b"")
        return
    offered = asked.get(b"accept-encoding", b"").decode("ascii", "replace")
    encoding = next(
        (e for e, suffix in ENCODINGS.items() if e in offered and name + suffix in _known()), None
    )
    body = (DIST / (name + ENCODINGS[encoding] if encoding else name)).read_bytes()
    common.append((b"content-type", TYPES[Path(name).suffix].encode()))
    if encoding:
        common.append((b"content-encoding", encoding.encode()))
    await _reply(send, 200, common, b"" if scope["method"] == "HEAD" else body, length=len(body))


async def _reply(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, length: int | None = None
) -> None:
    sized = [*headers, (b"content-length", str(len(body) if length is None else length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": body, "more_body": False})


if __name__ == "__main__":
    if sys.argv[1:] != ["build"]:
        sys.exit("usage: python -m web.assets build")
    print(f"static/dist is ready, tree {build()}")
