"""Plans of the demo flats, drawn from their areas: rooms along the windows, hall and bath behind them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

SCALE = 40
"""Units of the drawing in a metre."""
MARGIN = 1.0
CORRIDOR = 1.9
BACK_DEPTH = {1: 1.9, 2: 1.45, 3: 1.7}
"""Metres from the corridor to the rooms, by how many rooms there are."""
STUDIO_WIDTH = 3.5
SHARES = {1: (1.0,), 2: (0.44, 0.56), 3: (0.27, 0.31, 0.42)}
"""How the living area is divided."""
BATH = 4.1
INK, PALE, GLASS = "#3b414d", "#6b7280", "#3f69cd"
Corner = tuple[float, float]


@dataclass(frozen=True)
class Room:
    name: str
    x: float
    y: float
    width: float
    depth: float

    @property
    def area(self) -> float:
        return self.width * self.depth


@dataclass(frozen=True)
class Flat:
    """The rectangle of a flat in metres: windows at y = 0, the corridor at the other end."""

    width: float
    depth: float
    rooms: list[Room]


def flat(rooms: int, total: Decimal, living: Decimal, kitchen: Decimal) -> Flat:
    if rooms == 0:
        return _studio(float(total), float(living), float(kitchen))
    front, back = float(living + kitchen), float(total - living - kitchen)
    depth_back = BACK_DEPTH[min(rooms, 3)]
    width = back / depth_back
    depth = front / width
    placed, x = [], 0.0
    names = {1: ["комната"], 2: ["спальня", "гостиная"], 3: ["детская", "спальня", "гостиная"]}[min(rooms, 3)]
    areas = [(name, float(living) * share) for name, share in zip(names, SHARES[min(rooms, 3)], strict=True)]
    for name, area in [*areas, ("кухня", float(kitchen))]:
        placed.append(Room(name, x, 0, area / depth, depth))
        x += area / depth
    bath = min(BATH, back / 2) / depth_back
    placed.append(Room("прихожая", 0, depth, width - bath, depth_back))
    placed.append(Room("санузел", width - bath, depth, bath, depth_back))
    return Flat(width, depth + depth_back, placed)


def _studio(total: float, living: float, kitchen: float) -> Flat:
    """One window: the kitchen stands between the room and the hall."""
    width, back = STUDIO_WIDTH, total - living - kitchen
    front, middle, behind = living / width, kitchen / width, back / width
    return Flat(
        width,
        front + middle + behind,
        [
            Room("комната", 0, 0, width, front),
            Room("кухня", 0, front, width, middle),
            Room("холл", 0, front + middle, width / 2, behind),
            Room("санузел", width / 2, front + middle, width / 2, behind),
        ],
    )


class Sheet:
    """An SVG being drawn in metres."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, *, thick: float, colour: str = INK) -> None:
        ends = f'x1="{_at(x1)}" y1="{_at(y1)}" x2="{_at(x2)}" y2="{_at(y2)}"'
        self.parts.append(f'<line {ends} stroke="{colour}" stroke-width="{thick}"/>')

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none"
    ) -> None:
        sides = f'x="{_at(x)}" y="{_at(y)}" width="{_at(width)}" height="{_at(height)}"'
        self.parts.append(f'<rect {sides} fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>')

    def say(
        self, x: float, y: float, text: str, *, size: float, colour: str = INK, bold: bool = False
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{_at(x)}" y="{_at(y)}" font-size="{size}" fill="{colour}" text-anchor="middle"'
            f' font-family="Golos Text, Arial, sans-serif"{weight}>{escape(text)}</text>'
        )

    def whole(self) -> bytes:
        width, height = round(self.width * SCALE), round(self.height * SCALE)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}">{"".join(self.parts)}</svg>'
        ).encode()


def _at(metres: float) -> str:
    return f"{metres * SCALE:.1f}"


def plan_of_flat(drawn: Flat) -> bytes:
    """With the areas of its rooms and how wide they are."""
    sheet = Sheet(drawn.width + 2 * MARGIN, drawn.depth + 2 * MARGIN)
    _draw(sheet, drawn, MARGIN, MARGIN, down=True, named=True)
    for room in drawn.rooms:
        if room.y == 0:
            sheet.line(MARGIN + room.x, 0.55, MARGIN + room.x + room.width, 0.55, thick=1, colour=PALE)
            sheet.line(MARGIN + room.x, 0.45, MARGIN + room.x, 0.65, thick=1, colour=PALE)
            sheet.say(MARGIN + room.x + room.width / 2, 0.42, _told(room.width), size=12, colour=PALE)
    sheet.line(MARGIN + drawn.width, 0.45, MARGIN + drawn.width, 0.65, thick=1, colour=PALE)
    return sheet.whole()


def plan_of_floor(flats: Sequence[Flat]) -> tuple[bytes, list[list[Corner]]]:
    """Half of the flats on each side of a corridor; with the outline of each in parts of the picture."""
    half = (len(flats) + 1) // 2
    upper, lower = flats[:half], flats[half:]
    top = max(one.depth for one in upper)
    width = max(sum(one.width for one in side) for side in (upper, lower))
    height = top + CORRIDOR + max((one.depth for one in lower), default=0)
    sheet = Sheet(width + 2 * MARGIN, height + 2 * MARGIN)
    sheet.box(MARGIN, MARGIN + top, width, CORRIDOR, fill="#eef0f3")
    outlines = [
        *_side(sheet, upper, MARGIN + top, down=True),
        *_side(sheet, lower, MARGIN + top + CORRIDOR, down=False),
    ]
    sheet.line(MARGIN, MARGIN + top, MARGIN, MARGIN + top + CORRIDOR, thick=6)
    sheet.line(MARGIN + width, MARGIN + top, MARGIN + width, MARGIN + top + CORRIDOR, thick=6)
    sheet.say(MARGIN + width / 2, MARGIN + top + CORRIDOR / 2 + 0.12, "лифты, лестница", size=13, colour=PALE)
    parts = [[(x / sheet.width, y / sheet.height) for x, y in outline] for outline in outlines]
    return sheet.whole(), parts


def _side(sheet: Sheet, flats: Iterable[Flat], corridor: float, *, down: bool) -> list[list[Corner]]:
    outlines, x = [], MARGIN
    for one in flats:
        y = corridor - one.depth if down else corridor
        _draw(sheet, one, x, y, down=down, named=False)
        outlines.append([(x, y), (x + one.width, y), (x + one.width, y + one.depth), (x, y + one.depth)])
        x += one.width
    return outlines


def _draw(sheet: Sheet, drawn: Flat, left: float, top: float, *, down: bool, named: bool) -> None:
    """`down`: the corridor lies below; else the same flat is turned over."""

    def y_of(y: float) -> float:
        return top + (y if down else drawn.depth - y)

    for room in drawn.rooms:
        y = min(y_of(room.y), y_of(room.y + room.depth))
        sheet.box(left + room.x, y, room.width, room.depth, fill="#ffffff", stroke=INK)
        if named:
            middle = left + room.x + room.width / 2, y + room.depth / 2
            sheet.say(*middle, _told(room.area), size=15, bold=True)
            sheet.say(middle[0], middle[1] + 0.36, room.name, size=11, colour=PALE)
    far = (left + drawn.width, top + drawn.depth)
    for ends in (
        (left, top, far[0], top),
        (left, far[1], *far),
        (left, top, left, far[1]),
        (far[0], top, *far),
    ):
        sheet.line(*ends, thick=6)
    for room in drawn.rooms:
        if room.y == 0:
            window = (left + room.x + room.width * 0.25, left + room.x + room.width * 0.75)
            sheet.line(window[0], y_of(0), window[1], y_of(0), thick=4, colour=GLASS)
            _door(sheet, drawn, room, left, y_of)
    entrance = left + drawn.rooms[-2].width / 2
    sheet.line(
        entrance - 0.45, y_of(drawn.depth), entrance + 0.45, y_of(drawn.depth), thick=7, colour="#ffffff"
    )


def _door(sheet: Sheet, drawn: Flat, room: Room, left: float, y_of: Callable[[float], float]) -> None:
    """Into the hall, or into the room before it where the bath is in the way."""
    hall = drawn.rooms[-2]
    door = min(room.x + room.width / 2, hall.width - 0.5)
    if door - 0.4 > room.x or room.x == 0:
        at = left + door
        sheet.line(at - 0.4, y_of(room.depth), at + 0.4, y_of(room.depth), thick=4, colour="#ffffff")
    else:
        wall = left + room.x
        sheet.line(wall, y_of(room.depth - 0.4), wall, y_of(room.depth - 1.2), thick=4, colour="#ffffff")


def _told(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
