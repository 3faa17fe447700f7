"""Pictures that are shown inside our pages: drawn anew from what was sent, so that only the drawing is left.

Photos and scans come out of Pillow in the kind they came in; drawings in SVG are taken apart and written
again by `vectors`. Whatever else is sent is refused in one sentence.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from domain.files.examining import JPEG, PNG, WEBP, examine, plain_name
from domain.kernel.errors import Refused
from domain.kernel.text import _

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 10 * 1024**2
MOST_PIXELS = 24_000_000
"""Decoded it takes four bytes a pixel."""
LONGEST_SIDE, LONGEST_THUMBNAIL = 2400, 640
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".svg")
"""Endings of names, for the browser's own picker."""
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Picture:
    content: bytes
    thumbnail: bytes
    media_type: str
    width: int
    height: int


def redrawn(content: BinaryIO, called: str) -> Picture:
    """The picture as we keep it. Raises Refused with a sentence a person can act on."""
    from domain.files import vectors

    name = plain_name(called)
    size = content.seek(0, 2)
    if size > LARGEST:
        raise Refused(_("The file “%(name)s” is larger than %(most)s MB", name=name, most=LARGEST // 1024**2))
    if PurePosixPath(name).suffix.lower() == vectors.SUFFIX or vectors.looks_like_one(content):
        drawing = vectors.read(content, name)
        return Picture(drawing.content, drawing.content, SVG, drawing.width, drawing.height)
    kind = examine(content, name)
    if kind not in (PNG, JPEG, WEBP):
        raise Refused(_("The file “%(name)s” is not a picture: a plan is PNG, JPEG, WebP or SVG", name=name))
    return _raster(content, name, kind.media_type)


def _raster(content: BinaryIO, name: str, media_type: str) -> Picture:
    from PIL import Image, ImageOps

    kind = media_type.partition("/")[2].upper()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a bomb: it is measured here
            content.seek(0)
            with Image.open(content, formats=[kind]) as opened:
                _demand_bearable(opened, name)
                opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded small at once
                upright = ImageOps.exif_transpose(opened)
                picture = upright.convert(
                    "RGBA" if upright.has_transparency_data and kind != "JPEG" else "RGB"
                )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(
            _("The file “%(name)s” is damaged: open it on your device and save it again", name=name)
        ) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = picture.copy()
    small.thumbnail((LONGEST_THUMBNAIL, LONGEST_THUMBNAIL))
    return Picture(_written(picture, kind), _written(small, kind), media_type, *picture.size)


def _demand_bearable(picture: "Image.Image", name: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS or min(width, height) < 1:
        raise Refused(
            _(
                "The picture “%(name)s” is too large: %(width)s × %(height)s pixels",
                name=name,
                width=width,
                height=height,
            )
        )


def _written(picture: "Image.Image", kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind, quality=85)
    return out.getvalue()
