"""Static files: what is built, how it is addressed, and how it is served."""

import contextlib
import gzip
import re
import zlib
from typing import Any

import brotli
import pytest
import zstandard

from web import assets, bundle

KILOBYTE = 1000


def fetch(path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {"type": "http", "method": method, "path": path, "headers": asked}
    with contextlib.suppress(StopIteration):  # it waits for nothing, so one step is all of it
        assets.static_files(scope, lambda: None, send).send(None)  # type: ignore[arg-type]
    start, body = sent
    return start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, body["body"]


def test_a_file_is_kept_for_a_year_under_an_address_that_names_its_tree():
    status, headers, body = fetch(assets.asset("css/app.css"))

    assert status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert int(headers["content-length"]) == len(body)


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "zstd", lambda body: zstandard.ZstdDecompressor().decompress(body)),
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=1.0, br;q=0, zstd; q=0", "gzip", gzip.decompress),
    ],
)
def test_the_best_encoding_the_browser_offers_is_served(accepted, encoding, unpack):
    plain = fetch(assets.asset("js/app.js"))
    packed = fetch(assets.asset("js/app.js"), accept_encoding=accepted)

    assert packed[1]["content-encoding"] == encoding
    assert unpack(packed[2]) == plain[2]
    assert packed[1]["vary"] == "Accept-Encoding"
    assert packed[1]["etag"] != plain[1]["etag"]


def test_what_is_packed_already_is_not_packed_again():
    _, headers, body = fetch(assets.asset("fonts/golos-cyr.woff2"), accept_encoding="gzip, br, zstd")

    assert "content-encoding" not in headers
    assert body.startswith(b"wOF2")


def test_a_browser_that_has_it_is_told_so_in_one_line():
    etag = fetch(assets.asset("icons.svg"))[1]["etag"]

    status, headers, body = fetch(assets.asset("icons.svg"), if_none_match=etag)

    assert (status, body) == (304, b"")
    assert headers["etag"] == etag


def test_head_says_the_length_and_sends_nothing():
    status, headers, body = fetch(assets.asset("icons.svg"), method="HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0


def test_a_page_open_since_before_a_deploy_gets_todays_file_but_does_not_keep_it():
    status, headers, _ = fetch("/static/000000000000/css/app.css")

    assert status == 200
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name",
    [
        "../package.json",
        "../../pyproject.toml",
        "%2e%2e/package.json",
        "/etc/passwd",
        "css/../css/app.css",
        "css/app.css.br",
        "tree",
        "sources",
        "",
        "css",
        "js/nothing.js",
    ],
)
def test_only_what_was_built_is_served(name):
    assert fetch(f"/static/{assets.tree()}/{name}")[0] == 404


def test_nothing_is_taken():
    assert fetch(assets.asset("css/app.css"), method="POST")[0] == 404


def test_building_again_changes_nothing(tmp_path):
    first = bundle.build(tmp_path / "dist")
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").rglob("*")}

    assert bundle.build(tmp_path / "dist") == first == assets.tree()
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "dist").rglob("*")} == written


def test_a_changed_source_makes_another_tree(tmp_path, monkeypatch):
    first = bundle.build(tmp_path / "dist")
    monkeypatch.setattr(bundle, "icons", lambda: ["phone"])
    monkeypatch.setattr(bundle, "fingerprint", lambda: "another")

    assert bundle.build(tmp_path / "dist") != first
    assert 'id="bell"' not in (tmp_path / "dist/icons.svg").read_text()


def test_the_weights_are_within_the_budget():
    """Style 16 kB, three faces 40 kB, sprite 8 kB, the script of every page 30 kB, all scripts 45 kB
    without the widget of other people's sites."""
    size = {path: path.stat().st_size for path in assets.DIST.rglob("*")}
    dist = assets.DIST

    assert size[dist / "css/app.css.gz"] <= 16 * KILOBYTE
    assert sum(size[path] for path in (dist / "fonts").iterdir()) <= 40 * KILOBYTE
    assert size[dist / "icons.svg.gz"] <= 8 * KILOBYTE
    assert size[dist / "js/app.js.gz"] <= 30 * KILOBYTE
    ours = (path for path in dist.rglob("*.js.gz") if path.name != "widget.js.gz")
    assert sum(size[path] for path in ours) <= 45 * KILOBYTE


def test_one_script_holds_htmx_and_every_behaviour():
    script = (assets.DIST / "js/app.js").read_text("utf-8")

    assert script.index("var htmx=") == 0
    for path in (assets.STATIC / "js/behaviors").glob("*.js"):
        assert f"/{path.name}" in script, path.name
    assert {path.name for path in (assets.DIST / "js").rglob("*.js")} == {"app.js", "widget.js"}


def test_the_widget_needs_nothing_unsafe_where_it_stands():
    """Neither our own pages nor those of others: no markup made of text, no code made of text, no frames."""
    script = (assets.DIST / "js/widget.js").read_text("utf-8")

    assert "adoptedStyleSheets" in script
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
        "iframe",
    ):
        assert word not in script, word


def test_every_file_a_style_sheet_asks_for_is_served():
    sheet = assets.DIST / "css/app.css"
    for named in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
        assert (sheet.parent / named).resolve().is_file(), named


def test_the_terms_of_what_others_made_are_served_beside_it():
    _, _, body = fetch(assets.asset("vendor/licences.txt"))

    for owner in ("golos-text", "htmx.org", "lucide-static", "sortablejs"):
        assert owner in body.decode()


def test_gzip_is_the_same_on_every_machine():
    """A time stamp inside would give the same sources another tree."""
    packed = (assets.DIST / "css/app.css.gz").read_bytes()

    assert packed[4:8] == b"\0\0\0\0"
    assert zlib.decompress(packed, 31) == (assets.DIST / "css/app.css").read_bytes()
