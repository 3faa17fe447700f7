"""Pictures for our pages: only the drawing of what is sent is kept; what is none is refused in words."""

from io import BytesIO

import pytest
from PIL import Image

from domain.files import pictures, vectors
from domain.kernel.errors import Refused
from tests.web.walls import uploads

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' viewBox="0 0 200 100">{}</svg>'
)


def redrawn(content: bytes, name: str) -> pictures.Picture:
    return pictures.redrawn(BytesIO(content), name)


def drawn(inside: str) -> bytes:
    return SVG.format(inside).encode()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("WEBP", "a.webp")])
def test_a_picture_is_drawn_anew_in_its_kind_without_what_was_hidden_in_it(kind, name):
    out = BytesIO()
    Image.new("RGB", (3000, 1000), "white").save(out, kind)

    kept = redrawn(out.getvalue() + b"<script>alert(1)</script>", name)

    assert b"script" not in kept.content
    assert (kept.width, kept.height) == (2400, 800)
    assert Image.open(BytesIO(kept.content)).size == (2400, 800)
    assert max(Image.open(BytesIO(kept.thumbnail)).size) == 640
    assert kept.media_type == f"image/{kind.lower()}"


@pytest.mark.parametrize(("name", "content"), list(uploads.hostile()), ids=lambda part: str(part)[:40])
def test_what_is_refused_as_a_file_is_refused_as_a_plan(name, content):
    with pytest.raises(Refused) as no:
        redrawn(content, name)

    assert "«" in no.value.sentence


@pytest.mark.parametrize("name", ["plan.pdf", "план.docx"])
def test_a_good_document_is_no_plan(name):
    content = uploads.PDF if name.endswith("pdf") else uploads.document()

    with pytest.raises(Refused, match="PNG, JPEG, WebP или SVG"):
        redrawn(content, name)


def test_a_picture_that_lies_about_its_kind_is_told_what_it_is():
    with pytest.raises(Refused, match="на самом деле"):
        redrawn(uploads.picture("PNG"), "a.jpg")
    with pytest.raises(Refused, match="на самом деле"):
        redrawn(drawn("<path/>"), "a.png")


def test_a_drawing_is_written_again_from_its_shapes():
    kept = redrawn(
        drawn('<g style="fill: red; -x: y" data-a="1"><rect width="9" height="5"/><text>14,2</text></g>'),
        "a.svg",
    )

    assert (kept.width, kept.height, kept.media_type) == (200, 100, "image/svg+xml")
    assert b"<rect" in kept.content and b"14,2" in kept.content and b'fill="red"' in kept.content
    assert b"style" not in kept.content and b"data-a" not in kept.content and b"-x" not in kept.content
    assert redrawn(kept.content, "a.svg").content == kept.content


DANGEROUS = (
    "<script>alert(1)</script>", '<rect onclick="alert(1)"/>', '<g ONLOAD="alert(1)"/>', "<foreignObject/>",
    '<image href="http://example.org/a.png"/>', '<image xlink:href="data:image/png;base64,AA=="/>',
    '<use href="http://example.org/a.svg#b"/>', '<use xlink:href="//example.org#b"/>',
    '<a href="#x"><path/></a>',
    '<a xlink:href="javascript:alert(1)"><path/></a>', "<style>@import url(//example.org)</style>",
    '<rect fill="url(http://example.org/a)"/>', '<rect style="fill: URL( \'//example.org\')"/>',
    '<rect style="fill:\\75rl(//example.org)"/>',
    '<path><animate attributeName="href" to="javascript:1"/></path>',
    '<set attributeName="onclick" to="1"/>', '<x:y xmlns:x="urn:x"><script xmlns="http://www.w3.org/2000/svg"/></x:y>',
    '<script xmlns="http://www.w3.org/1999/xhtml">1</script>', '<iframe xmlns="http://www.w3.org/1999/xhtml"/>',
)  # fmt: skip


@pytest.mark.parametrize("inside", DANGEROUS)
def test_a_drawing_that_could_run_or_call_out_is_refused_and_not_quietly_cut(inside):
    with pytest.raises(Refused, match="программа, ссылка"):
        redrawn(drawn(f"<path/>{inside}"), "a.svg")


def doubling(levels: int) -> str:
    return '<g id="l0"><path/></g>' + "".join(
        f'<g id="l{level}">' + f'<use href="#l{level - 1}"/>' * 10 + "</g>" for level in range(1, levels)
    )


@pytest.mark.parametrize(
    "inside",
    [
        doubling(9), '<g id="a"><use href="#a"/></g>', "<g>" * 100 + "</g>" * 100,
        "<path/>" * (vectors.MOST_ELEMENTS + 1),
        "".join(f'<g id="c{n}"><use href="#c{n + 1}"/></g>' for n in range(5000)),
    ],
    ids=["doubling", "of itself", "deep", "long", "a chain"],
)  # fmt: skip
def test_a_drawing_that_explodes_is_refused(inside):
    with pytest.raises(Refused, match="слишком сложен"):
        redrawn(drawn(inside), "a.svg")


WRONG = {
    "entities": '<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + SVG.format("&c;"),
    "entity of a file": '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("&a;"),
    "cut": SVG.format("<g>")[:-6],
    "no size": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "endless": '<svg xmlns="http://www.w3.org/2000/svg" width="1e99" height="1"/>',
    "html": "<html><svg/></html>",
    "bare": "<svg/>",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(Refused):
        redrawn(text.encode(), "a.svg")


@pytest.mark.parametrize("content", [b"", b" " * 100, b"\0" * 100], ids=["empty", "blank", "zeros"])
def test_nothing_is_no_drawing(content):
    with pytest.raises(Refused):
        redrawn(content, "a.svg")


def test_a_plan_is_not_larger_than_it_may_be():
    with pytest.raises(Refused, match="10"):
        redrawn(b"\0" * (pictures.LARGEST + 1), "a.png")
