"""The drawn part of a unit's panel: its plan, its place on the floor, its layout and characteristics."""

from dataclasses import dataclass

from sqlmodel import Session

from domain.access import Permission, User, may
from domain.estate import Unit
from domain.estate.drawings import place_of, plan_of
from domain.estate.drawings.characteristics import described
from domain.estate.drawings.models import Layout
from domain.estate.drawings.reading import OnFloor


@dataclass(frozen=True)
class Pictured:
    plan_id: int | None
    place: OnFloor | None
    points: str
    """The unit's outline on its floor, as SVG writes it."""


@dataclass(frozen=True)
class Drawn(Pictured):
    layout: str | None
    described: list[tuple[str, str]]
    may_arrange: bool


def pictured(session: Session, unit: Unit) -> Pictured:
    plan, place = plan_of(session, unit), place_of(session, unit)
    corners = place.outlines.get(unit.id, []) if place else []
    return Pictured(
        plan_id=plan.id if plan else None,
        place=place if corners else None,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in corners),
    )


def drawn(session: Session, user: User, unit: Unit) -> Drawn:
    layout = session.get(Layout, unit.layout_id) if unit.layout_id else None
    return Drawn(
        **vars(pictured(session, unit)),
        layout=(layout.name or layout.code) if layout else None,
        described=described(session, unit),
        may_arrange=may(user, Permission.ESTATE_ARRANGE),
    )
