"""What the forms of plans have in common: one file, and what people type about floors and areas."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, cast

from litestar.datastructures import UploadFile

from domain.kernel.errors import Invalid
from domain.kernel.text import _

MOST_FLOORS = 300


@dataclass
class Sent:
    file: Any = ""
    """What a browser sends when nothing was chosen is no file but an empty word."""

    def chosen(self) -> tuple[str, BinaryIO]:
        """The name and the bytes; raises Invalid when nothing was chosen."""
        if not isinstance(self.file, UploadFile):
            raise Invalid({"file": _("Choose a file first")})
        return self.file.filename, cast(BinaryIO, self.file.file)


def words(text: str) -> str:
    """Without the one character a database can't keep."""
    return text.replace("\0", "").strip()


def version(text: str) -> int:
    """What the form was drawn from; raises Invalid."""
    found = record_number(text)
    if found is None:
        raise Invalid({"version": _("This value can't be read")})
    return found


def whole(text: str) -> int:
    """What is no small number is refused by the verb in its own words."""
    bare = text.strip()
    return int(bare) if re.fullmatch(r"-?[0-9]{1,6}", bare) else -1


def record_number(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if re.fullmatch(r"[0-9]{1,18}", bare) else None


def area(text: str) -> Decimal | None:
    """`54,3`; what can't be read is refused by the verb."""
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        return None
    return number.quantize(Decimal("0.01")) if number.is_finite() and abs(number) < 1_000_000 else None


def floors(text: str) -> list[int]:
    """`3-16, 18` as numbers; raises Invalid."""
    numbers: list[int] = []
    for part in re.split(r"[,;\s]+", text.strip()):
        found = re.fullmatch(r"(-?[0-9]{1,3})(?:[-–]([0-9]{1,3}))?", part)
        if not found:
            raise Invalid({"floors": _("Write floors as 3-16 or 2, 4, 6")})
        first, last = int(found[1]), int(found[2] or found[1])
        numbers.extend(range(first, last + 1))
    return numbers[:MOST_FLOORS]
