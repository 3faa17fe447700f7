"""What `static/dist/` is made of: our style sheets as one, our scripts as one, what npm fetched.

Made once at set-up, by `python -m web.bundle build`; nothing here runs while the site serves.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import brotli
import zopfli.gzip
import zstandard
from fontTools import subset
from fontTools.merge import Merger
from fontTools.merge import Options as MergeOptions
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from web.assets import DIST, PACKED, STATIC, TYPES

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

HTMX = MODULES / "htmx.org/dist/htmx.min.js"
VENDOR = {"sortable.js": MODULES / "sortablejs/Sortable.min.js"}
"""What some pages alone ask for."""

AS_ONE = ("--bundle", "--format=iife", "--minify", "--target=es2022", "--charset=utf8", "--log-level=warning")
"""For esbuild; a behaviour asked for by its name is inside as well."""

WIDGET = (*AS_ONE, "--loader:.css=text")
"""For pages of other sites: its styles are a text inside the script."""

FONT = MODULES / "@fontsource-variable/golos-text/files"
FACES = {
    "golos-cyr.woff2": ("cyrillic", "0401,0410-044F,0451,2116"),
    "golos-lat.woff2": ("latin", "0020-007E,00A0-00FF,2009-2026,2190-2193,2212"),
    "golos-rub.woff2": ("latin-ext", "20BD"),
}
"""The letters of each file are the `unicode-range` of its face in tokens.css; ₽ is in neither large set."""
SIGNS = MODULES / "@fontsource/noto-emoji/files/noto-emoji-emoji-400-normal.woff2"
"""What people put between words; in one colour, for print."""
WEIGHTS = (400, 600)
PRINTED = ("cyrillic", "latin", "latin-ext", "cyrillic-ext")
"""Sets of letters joined into the faces documents are typeset with."""
FEATURES = ("kern", "tnum", "ccmp", "locl", "mark")

BUILD_SECONDS = 60
SQUEEZED = {".css", ".js", ".svg"}
SQUEEZE = {
    ".zst": zstandard.ZstdCompressor(19).compress,
    ".br": brotli.compress,
    ".gz": zopfli.gzip.compress,
}


def main(arguments: list[str]) -> int:
    if arguments != ["build"]:
        sys.stderr.write("usage: python -m web.bundle build\n")
        return 2
    sys.stdout.write(f"static/dist is ready, tree {build()}\n")
    return 0


def build(folder: Path = DIST) -> str:
    """Lay the folder out anew when a source changed; returns the hash of the tree.

    It is made beside and put in place whole, so that a site starting meanwhile finds the old or the new.
    """
    sources = fingerprint()
    stamp = folder / "sources"
    if not (stamp.is_file() and stamp.read_text() == sources):
        fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
        lay_out(fresh)
        (fresh / "sources").write_text(sources)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return (folder / "tree").read_text()


def lay_out(folder: Path) -> None:
    digest = hashlib.sha256()
    for name, body in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        digest.update(f"{name} {len(body)} ".encode() + body)
        for suffix in PACKED.values() if path.suffix in SQUEEZED else ():
            path.with_name(path.name + suffix).write_bytes(SQUEEZE[suffix](body))
    (folder / "tree").write_text(digest.hexdigest()[:12])


def files() -> Iterator[tuple[str, bytes]]:
    yield "css/app.css", style()
    yield "js/app.js", _without_map(HTMX.read_bytes()) + script("app.js", AS_ONE)
    yield "js/widget.js", script("widget/widget.js", WIDGET)
    yield "client.js", (STATIC / "js/client.js").read_bytes()
    for name, path in VENDOR.items():
        yield f"vendor/{name}", _without_map(path.read_bytes())
    yield "vendor/licences.txt", licences().encode()
    yield "icons.svg", sprite().encode()
    for name, (letters_of, letters) in FACES.items():
        yield f"fonts/{name}", face(FONT / f"golos-text-{letters_of}-wght-normal.woff2", letters)
    for weight in WEIGHTS:
        yield f"typeset/golos-{weight}.ttf", printed_face(weight)
    yield "typeset/emoji.ttf", unpacked(SIGNS)
    for path in sorted((STATIC / "images").glob("*")):
        yield f"images/{path.name}", path.read_bytes()


def sheets() -> list[Path]:
    return [path for layer in LAYERS for path in sorted((STATIC / "css").glob(f"{layer}.css"))]


def style() -> bytes:
    """The sheets in order as one, without what only people read."""
    whole = "\n".join(path.read_text("utf-8") for path in sheets())
    return _esbuild("--minify-whitespace", "--loader=css", given=whole.encode())


def script(name: str, how: Sequence[str]) -> bytes:
    """Our modules as one script: a first visit asks for it once, whatever stands on the page."""
    return _esbuild(str(STATIC / "js" / name), *how)


def _esbuild(*how: str, given: bytes = b"") -> bytes:
    """By the binary itself: Node.js is there only while npm fetches."""
    (esbuild,) = MODULES.glob("@esbuild/*/bin/esbuild")
    made = subprocess.run(
        [esbuild, *how], input=given, stdout=subprocess.PIPE, check=True, timeout=BUILD_SECONDS
    )
    return made.stdout


def icons() -> list[str]:
    return (STATIC / "icons.txt").read_text("ascii").split()


def sprite() -> str:
    """The icons named in `static/icons.txt` as symbols of one file."""
    symbols = []
    for name in icons():
        drawn = (MODULES / f"lucide-static/icons/{name}.svg").read_text("utf-8")
        inside = re.sub(r"<!--.*?-->|<svg[^>]*>|</svg>", "", drawn, flags=re.DOTALL)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{" ".join(inside.split())}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def face(path: Path, letters: str) -> bytes:
    """The typeface with only the letters and weights our screens use."""
    options = subset.Options(
        layout_features=list(FEATURES), hinting=False, drop_tables=["VVAR", "vhea", "vmtx"]
    )
    wanted = subset.Subsetter(options)
    wanted.populate(unicodes=subset.parse_unicodes(letters))
    body = io.BytesIO()
    with subset.load_font(str(path), options) as font:
        wanted.subset(font)
        instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
        font.flavor, font.recalcTimestamp = "woff2", False
        font.save(body)
    return body.getvalue()


def printed_face(weight: int) -> bytes:
    """A face for documents, all its letters in one file: a typesetter looks into one alone."""
    with tempfile.TemporaryDirectory() as folder:
        parts, born = [], 0
        for letters in PRINTED:
            with TTFont(FONT / f"golos-text-{letters}-wght-normal.woff2", recalcTimestamp=False) as font:
                instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
                font.flavor, born = None, font["head"].created
                parts.append(str(Path(folder) / f"{letters}.ttf"))
                font.save(parts[-1])
        face = Merger(MergeOptions(drop_tables=["vhea", "vmtx"])).merge(parts)
        face["OS/2"].usWeightClass = weight
        face.recalcTimestamp = False
        face["head"].created = face["head"].modified = born  # the same bytes at every building
        body = io.BytesIO()
        face.save(body)
    return body.getvalue()


def unpacked(path: Path) -> bytes:
    body = io.BytesIO()
    with TTFont(path, recalcTimestamp=False) as font:
        font.flavor = None
        font.save(body)
    return body.getvalue()


def licences() -> str:
    """The terms of what others made, kept beside it."""
    owners = json.loads((STATIC / "package.json").read_text("utf-8"))["dependencies"]
    texts = [f"{owner}\n\n{(MODULES / owner / 'LICENSE').read_text('utf-8')}" for owner in owners]
    return "\n\n----\n\n".join(texts)


def fingerprint() -> str:
    sources = [Path(__file__), STATIC / "icons.txt", STATIC / "package-lock.json", *sheets()]
    sources += [
        *(STATIC / "js").rglob("*.js"),
        *(STATIC / "js").rglob("*.css"),
        *(STATIC / "images").glob("*"),
    ]
    digest = hashlib.sha256(repr(TYPES).encode())
    for path in sorted(sources):
        digest.update(path.relative_to(STATIC.parent).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _without_map(script: bytes) -> bytes:
    """Without the pointer to a source map we do not serve."""
    return re.sub(rb"\n?//# sourceMappingURL=.*\s*$", b"\n", script)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
