"""Outlines of units on the plans of floors: corners in parts of the picture, so that no size matters."""

import itertools
import re
from collections.abc import Sequence

from sqlmodel import Session, select

from domain import events
from domain.access.models import User
from domain.estate.drawings.models import Outline, Plan
from domain.estate.drawings.reading import building_of_floor, units_of_floor
from domain.estate.models import Unit
from domain.events import names
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Missing, Stale
from domain.kernel.text import _

FEWEST, MOST = 3, 60
SMALLEST = 0.0002
"""Part of the picture: a unit of a few pixels is a slip of the hand."""
Corner = tuple[float, float]


def draw(session: Session, plan: Plan, unit: Unit, *, points: str, shown: str, by: User) -> Outline:
    """Put the unit's outline on its floor's plan; no corners take it away.

    `points` and `shown`, what the person saw, are as `written` says them. Raises Invalid, or Stale when
    somebody has drawn it meanwhile.
    """
    session.refresh(plan, with_for_update=LOCK)
    if plan.floor_id is None or unit.id not in {there.id for there in units_of_floor(session, plan.floor_id)}:
        raise Missing(_("There is no such unit on this floor"))
    outline = session.exec(
        select(Outline).where(Outline.plan_id == plan.id, Outline.unit_id == unit.id)
    ).first()
    before = written(outline.points) if outline else ""
    corners = read(points)
    after = written(corners)
    if before not in (shown, after):
        raise Stale(
            _("Somebody has drawn this outline before you"),
            (_("It is drawn otherwise now"),),
            theirs={"points": before or "—"},
        )
    if outline is None:
        outline = Outline(plan_id=plan.id, unit_id=unit.id)
        session.add(outline)
    outline.points = [list(corner) for corner in corners]
    session.flush()
    if before != after:
        events.record(
            session,
            names.OUTLINE_DRAWN,
            outline,
            by=by,
            topics=[f"building-{building_of_floor(session, plan.floor_id)}"],
            unit=unit.id,
            changes={"points": (before, after)},
        )
    return outline


def read(text: str) -> list[Corner]:
    """Corners from `12.5,30 40,30 40,62.5`, in per cent of the picture; nothing is no outline."""
    parts = [part for part in re.split(r"[\s;]+", text.strip()) if part]
    if not parts:
        return []
    if len(parts) > MOST:
        raise _wrong(_("At most %(most)s corners", most=MOST))
    corners = [_corner(part) for part in parts]
    if len(set(corners)) < FEWEST:
        raise _wrong(_("An outline has at least three corners"))
    if _crosses(corners):
        raise _wrong(_("The sides of the outline cross each other"))
    if abs(_area(corners)) < SMALLEST:
        raise _wrong(_("The outline is too small to be a unit"))
    return corners


def written(corners: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{_percent(x)},{_percent(y)}" for x, y in corners)


def _percent(part: float) -> str:
    return f"{part * 100:.2f}".rstrip("0").rstrip(".")


def _corner(part: str) -> Corner:
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?),(\d{1,3}(?:\.\d{1,6})?)", part)
    if not found:
        raise _wrong(_("Write a corner as two numbers with a comma between them: 12.5,30"))
    x, y = (round(float(number) / 100, 4) for number in found.groups())
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise _wrong(_("Corners lie between 0 and 100"))
    return x, y


def _area(corners: Sequence[Corner]) -> float:
    around = zip(corners, [*corners[1:], corners[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around) / 2


def _crosses(corners: Sequence[Corner]) -> bool:
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    return any(
        _cross(*one, *other)
        for (at, one), (to, other) in itertools.combinations(enumerate(sides), 2)
        if to - at not in (1, len(sides) - 1)
    )


def _cross(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: Corner, b: Corner, c: Corner) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])


def _wrong(sentence: str) -> Invalid:
    return Invalid({"points": sentence})
