"""The drawings of an offer: those of the moment it was made, kept by their content."""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

from domain.estate import Unit, drawings
from domain.kernel.errors import Missing
from domain.kernel.text import _
from domain.offers.content import Content, Drawing, Offered

FEWEST = 3
"""Corners of an outline."""


def with_drawings(session: Session, content: Content) -> Content:
    """Each unit with its plan, and where it is on its floor, as they are drawn now."""
    return replace(content, units=tuple(_drawn(session, unit) for unit in content.units))


def _drawn(session: Session, offered: Offered) -> Offered:
    unit = session.get_one(Unit, offered.unit_id)
    plan, floor = drawings.plan_of(session, unit), drawings.place_of(session, unit)
    corners = floor.outlines.get(unit.id, []) if floor else []
    around = tuple((x / floor.width, y / floor.height) for x, y in corners) if floor else ()
    return replace(
        offered,
        plan=_of(plan) if plan else None,
        on_floor=_of(session.get_one(drawings.Plan, floor.plan_id), around)
        if floor and len(around) >= FEWEST
        else None,
    )


def _of(plan: drawings.Plan, corners: tuple[tuple[float, ...], ...] = ()) -> Drawing:
    return Drawing(plan.sha256, plan.thumbnail_sha256, plan.media_type, plan.width, plan.height, corners)


def find(contents: Iterable[Content], sha256: str) -> Drawing:
    """The small picture of this content, when one of these shows it. Raises Missing."""
    shown = (drawing for content in contents for unit in content.units for drawing in unit.drawings)
    found = next((drawing for drawing in shown if drawing.small_sha256 == sha256), None)
    if found is None:
        raise Missing(_("There is no such plan"))
    return found
