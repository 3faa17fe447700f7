"""Drawings in SVG: read once, refused when anything in them could run or call out, and written again from
the shapes alone.

An SVG is a document that may hold programs, other documents and addresses. Only elements and attributes that
draw are kept; what editors leave about themselves is dropped; what is dangerous is told, never quietly cut.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from lxml import etree

from domain.kernel.errors import Refused
from domain.kernel.text import _

SUFFIX = ".svg"
LARGEST = 2 * 1024**2
MOST_ELEMENTS, MOST_DEPTH, MOST_CHAINED, MOST_DRAWN = 20_000, 60, 300, 100_000
"""Drawn: with every `use` counted as often as what it refers to is drawn again."""
LARGEST_SIDE = 100_000

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
DRAWS = frozenset(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc"
    " linearGradient radialGradient stop clipPath mask pattern marker".split()
)
DANGEROUS = frozenset(
    "script foreignObject iframe object embed image feImage audio video canvas a set animate animateMotion"
    " animateTransform animateColor discard handler listener style".split()
)
"""What runs, moves, links, or brings something from elsewhere; sheets of styles can do the last."""
ATTRIBUTES = frozenset(
    "id x y x1 y1 x2 y2 cx cy r rx ry fx fy d points width height viewBox preserveAspectRatio transform"
    " fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin"
    " stroke-dasharray stroke-dashoffset stroke-miterlimit opacity color display visibility clip-path"
    " clip-rule mask marker-start marker-mid marker-end markerWidth markerHeight markerUnits refX refY"
    " orient offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod patternUnits"
    " patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits font-family"
    " font-size font-weight font-style text-anchor dominant-baseline letter-spacing dx dy rotate textLength"
    " lengthAdjust vector-effect href".split()
)
STYLED = frozenset(
    name
    for name in ATTRIBUTES
    if name.startswith(("fill", "stroke", "stop-", "font-", "marker-", "clip-", "text-anchor"))
    or name in {"opacity", "color", "display", "visibility", "mask", "dominant-baseline", "letter-spacing"}
)
"""What a `style` may say; it is written as attributes, so that no policy has to allow styles."""
OUTWARD = re.compile(r"url\(\s*['\"]?\s*(?!#)|javascript:|expression\(|@import|\\", re.IGNORECASE)
LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*(px|pt|mm|cm|in)?\s*", re.IGNORECASE)
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


@dataclass(frozen=True)
class Drawing:
    content: bytes
    width: int
    height: int


def looks_like_one(content: BinaryIO) -> bool:
    content.seek(0)
    return b"<svg" in content.read(4096).lower()


def read(content: BinaryIO, name: str) -> Drawing:
    """The drawing written again. Raises Refused with one sentence."""
    size = content.seek(0, 2)
    if size == 0:
        raise Refused(_("The file “%(name)s” is empty", name=name))
    if size > LARGEST:
        raise Refused(_("The file “%(name)s” is larger than %(most)s MB", name=name, most=LARGEST // 1024**2))
    if PurePosixPath(name).suffix.lower() != SUFFIX:
        raise Refused(
            _("The file “%(name)s” is in fact an SVG drawing: give it a name that ends in .svg", name=name)
        )
    content.seek(0)
    root = _parsed(content.read(), name)
    _demand_harmless(root, name)
    kept = _kept(root, name)
    _demand_bearable(kept, name)
    width, height = _size(kept, name)
    if "viewBox" not in kept.attrib:
        kept.set("viewBox", f"0 0 {width} {height}")
    kept.set("width", str(width))
    kept.set("height", str(height))
    return Drawing(etree.tostring(kept, encoding="utf-8", xml_declaration=True), width, height)


def _parsed(text: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(
            _("The file “%(name)s” is damaged: open it on your device and save it again", name=name)
        ) from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _entity in dtd.iterentities()):
        raise _dangerous(name)
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise Refused(_("The file “%(name)s” is not a picture: a plan is PNG, JPEG, WebP or SVG", name=name))
    return root


def _kept(element: etree._Element, name: str, depth: int = 0) -> etree._Element:
    """The element as it is written again, with what is inside it."""
    if depth > MOST_DEPTH:
        raise _too_much(name)
    kept = etree.Element(element.tag, nsmap={None: NAMESPACE})
    for key, value in element.attrib.items():
        for attribute in _attributes(str(key), str(value), name):
            kept.set(*attribute)
    kept.text, kept.tail = element.text, element.tail
    kept.extend(_kept(inner, name, depth + 1) for inner in element if _draws(inner))
    return kept


def _draws(element: etree._Element) -> bool:
    space, _brace, local = str(element.tag).rpartition("}")
    return space == f"{{{NAMESPACE}" and local in DRAWS


def _demand_harmless(root: etree._Element, name: str) -> None:
    """Also in what will be dropped: whoever put it there should know."""
    for count, element in enumerate(root.iter()):
        if count > MOST_ELEMENTS:
            raise _too_much(name)
        if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] in DANGEROUS:
            raise _dangerous(name)  # a tag that is no word is a reference to an entity


def _attributes(key: str, value: str, name: str) -> Iterable[tuple[str, str]]:
    """What is written of it; nothing of what does not draw."""
    local = key.rpartition("}")[2]
    if local.lower().startswith("on") or OUTWARD.search(value):
        raise _dangerous(name)
    if key in ("href", XLINK):
        if not value.startswith("#"):
            raise _dangerous(name)
        return [("href", value)]
    if key == "style":
        return _declarations(value)
    return [(key, value)] if key in ATTRIBUTES else []


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _colon, value = declaration.partition(":")
        if name.strip() in STYLED and value.strip():
            yield name.strip(), value.replace("!important", "").strip()


def _demand_bearable(root: etree._Element, name: str) -> None:
    """Also when a `use` draws what holds other `use`s, which doubles with each."""
    named = {str(element.get("id")): element for element in root.iter() if element.get("id")}
    weights: dict[etree._Element, int] = {}
    open_: set[etree._Element] = set()

    def weight(element: etree._Element) -> int:
        if element in weights:
            return weights[element]
        if element in open_ or len(open_) > MOST_CHAINED:
            raise _too_much(name)  # it draws itself, or by a chain without an end
        open_.add(element)
        found = 1 + sum(map(weight, element))
        referred = named.get(str(element.get("href", "")).removeprefix("#"))
        if referred is not None and found <= MOST_DRAWN:
            found += weight(referred)
        open_.discard(element)
        weights[element] = found
        return found

    if weight(root) > MOST_DRAWN:
        raise _too_much(name)


def _size(root: etree._Element, name: str) -> tuple[int, int]:
    box = re.split(r"[\s,]+", str(root.get("viewBox", "")).strip())
    wanted = box[2:] if len(box) == 4 else [str(root.get("width", "")), str(root.get("height", ""))]
    width, height = map(_length, wanted)
    if width is None or height is None or not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise Refused(
            _("The drawing “%(name)s” does not say its size: save it with a width and a height", name=name)
        )
    return max(1, round(width)), max(1, round(height))


def _length(text: str) -> float | None:
    found = LENGTH.fullmatch(text)
    return float(found[1]) * PIXELS[(found[2] or "").lower()] if found else None


def _dangerous(name: str) -> Refused:
    return Refused(
        _(
            "The drawing “%(name)s” has a program, a link, a style sheet or a foreign picture inside:"
            " export it as plain shapes or send it as PNG",
            name=name,
        )
    )


def _too_much(name: str) -> Refused:
    return Refused(_("The drawing “%(name)s” is too complicated: send it as PNG", name=name))
