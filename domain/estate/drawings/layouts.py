"""Layouts of a project: added by hand or gathered from the stock, and the units that have them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.chessboard import Board, Cell
from domain.estate.drawings.models import Layout
from domain.estate.drawings.reading import TODAY, Source, buildings_where
from domain.estate.models import Building, Floor, Project, Section, Unit, UnitKind, UnitStatus
from domain.events import names
from domain.kernel import formats
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Refused, Stale
from domain.kernel.text import _

LONGEST_CODE, LONGEST_NAME, MOST_ROOMS = 40, 200, 20
LARGEST_AREA = Decimal(100_000)


def add(
    session: Session,
    project: Project,
    *,
    kind: UnitKind,
    code: str,
    name: str = "",
    rooms: int,
    area_total: Decimal | None,
    by: User | None,
) -> Layout:
    """A new layout. Raises Invalid at the field."""
    layout = Layout(project_id=project.id, kind=kind, **checked(code, name, rooms, area_total))
    _keep(session, layout)
    events.record(session, names.LAYOUT_ADDED, layout, by=by, title=layout.code)
    return layout


def edit(
    session: Session,
    layout: Layout,
    *,
    version: int,
    code: str,
    name: str,
    rooms: int,
    area_total: Decimal | None,
    by: User,
) -> None:
    """Save the form. Over somebody else's save it raises Stale with both values of each differing field."""
    session.refresh(layout, with_for_update=LOCK)
    wanted = checked(code, name, rooms, area_total)
    changes = {
        field: (getattr(layout, field), value)
        for field, value in wanted.items()
        if getattr(layout, field) != value
    }
    if layout.version != version:
        raise Stale(
            _("Somebody saved this layout before you"),
            tuple(_both(field, *pair) for field, pair in changes.items()),
            theirs={field: str(now_is) or "—" for field, (now_is, _mine) in changes.items()},
        )
    if not changes:
        return
    layout.version += 1
    for field, (_before, value) in changes.items():
        setattr(layout, field, value)
    _keep(session, layout)
    topics = [f"building-{number}" for number in buildings_where(session, Unit.layout_id == layout.id)]
    events.record(session, names.LAYOUT_EDITED, layout, by=by, topics=topics, changes=changes)


def checked(code: str, name: str, rooms: int, area_total: Decimal | None) -> dict[str, Any]:
    """The fields as they are kept; raises Invalid with a sentence at each wrong one."""
    wrong: dict[str, str] = {}
    if not code.strip():
        wrong["code"] = _("What is the layout called? A short code is enough")
    if len(code) > LONGEST_CODE:
        wrong["code"] = _("The code is longer than %(most)s characters", most=LONGEST_CODE)
    if len(name) > LONGEST_NAME:
        wrong["name"] = _("The name is longer than %(most)s characters", most=LONGEST_NAME)
    if not 0 <= rooms <= MOST_ROOMS:
        wrong["rooms"] = _("Rooms are from 0 (a studio) to %(most)s", most=MOST_ROOMS)
    if area_total is None or not 0 < area_total < LARGEST_AREA:
        wrong["area_total"] = _("Write the area in square metres: 54.3")
    if wrong:
        raise Invalid(wrong)
    return {"code": code.strip(), "name": name.strip(), "rooms": rooms, "area_total": area_total}


def _keep(session: Session, layout: Layout) -> None:
    try:
        with session.begin_nested():
            session.add(layout)
            session.flush()
    except IntegrityError:
        raise Invalid({"code": _("The project has a layout with this code already")}) from None


def gather(session: Session, project: Project, *, by: User | None) -> int:
    """Make a layout of every kind, rooms and area that units without one have, and give it to them.

    Returns how many units got one.
    """
    session.refresh(project, with_for_update=LOCK)
    free = select(Unit).where(_of_project(project.id), col(Unit.layout_id).is_(None))
    groups: dict[tuple[UnitKind, int, Decimal], list[Unit]] = {}
    alike = col(Unit.kind).in_([UnitKind.FLAT, UnitKind.COMMERCIAL])
    for unit in session.exec(free.where(alike).order_by(col(Unit.id))):
        groups.setdefault((unit.kind, unit.rooms, unit.area_total), []).append(unit)
    known = {
        (layout.kind, layout.rooms, layout.area_total): layout
        for layout in session.exec(
            select(Layout).where(Layout.project_id == project.id).order_by(col(Layout.id).desc())
        )
    }
    taken = {(layout.kind, layout.code) for layout in known.values()}
    for kind, rooms, area_total in sorted(groups, key=lambda look: (look[0].value, *look[1:])):
        layout = known.get((kind, rooms, area_total))
        if layout is None:
            code = _free_code(kind, rooms, area_total, taken)
            taken.add((kind, code))
            layout = add(session, project, kind=kind, code=code, rooms=rooms, area_total=area_total, by=by)
        give(session, layout, groups[kind, rooms, area_total], by=by)
    return sum(map(len, groups.values()))


def give(session: Session, layout: Layout, units: Iterable[Unit], *, by: User | None) -> None:
    """Say that these units have this layout."""
    places = _buildings(session, layout.project_id)
    for unit in units:
        if unit.floor_id not in places or unit.kind is not layout.kind:
            raise Refused(_("Unit %(number)s is of another project or kind", number=unit.number))
        before, unit.layout_id = unit.layout_id, layout.id
        if before != unit.layout_id:
            events.record(
                session, names.UNIT_EDITED, unit, by=by, topics=[f"building-{places[unit.floor_id]}"],
                changes={"layout_id": (before, unit.layout_id)},
            )  # fmt: skip
    session.flush()


def alike(layout: Layout) -> sa.Select[Any]:
    """Units of its project, kind, rooms and area that have no layout yet."""
    return (
        pick(Unit)
        .where(_of_project(layout.project_id), col(Unit.layout_id).is_(None))
        .where(col(Unit.kind) == layout.kind, col(Unit.rooms) == layout.rooms)
        .where(col(Unit.area_total) == layout.area_total)
        .order_by(col(Unit.id))
    )


@dataclass(frozen=True)
class Line:
    """A layout in the register: what it is, whether it is drawn, how many units have it."""

    id: int
    kind: UnitKind
    code: str
    name: str
    rooms: int
    area: Decimal
    plan_id: int | None
    units: int


def layouts(session: Session, project_id: int) -> list[Line]:
    counted = (
        pick(sa.func.count()).select_from(Unit).where(col(Unit.layout_id) == Layout.id).scalar_subquery()
    )
    rows = (
        _with_plans()
        .add_columns(counted)
        .where(col(Layout.project_id) == project_id)
        .order_by(
            col(Layout.kind) != UnitKind.FLAT, col(Layout.kind), col(Layout.rooms), col(Layout.area_total)
        )
    )
    return [Line(*row) for row in session.execute(rows)]


@dataclass(frozen=True)
class Card:
    """A layout as a client is shown it: what is left of it in the building, and for how much."""

    id: int
    code: str
    name: str
    rooms: int
    area: Decimal
    plan_id: int | None
    total: int
    free: int
    price_from: Decimal | None
    price_to: Decimal | None


def cards(session: Session, board: Board, source: Source = TODAY) -> list[Card]:
    """The layouts of the units that fit, the ones with something left first."""
    by_layout: dict[int, list[Cell]] = {}
    for cell in board.fitting:
        if cell.layout_id:
            by_layout.setdefault(cell.layout_id, []).append(cell)
    found = session.execute(layout_rows(board.building_id, source)) if by_layout else ()
    told = [_card(row, by_layout[row.id]) for row in found if row.id in by_layout]
    return sorted(told, key=lambda card: (not card.free, card.rooms, card.area, card.code))


def layout_rows(building_id: int, source: Source = TODAY) -> sa.Select[Any]:
    """The statement for the layouts of the building's project, with their plans."""
    project = pick(Building.project_id).where(col(Building.id) == building_id).scalar_subquery()
    return _with_plans(source).where(source.layout.project_id == project)


def names_of(session: Session, ids: Iterable[int], source: Source = TODAY) -> Mapping[int, str]:
    layout = source.layout
    rows = pick(layout.id, layout.code).where(layout.id.in_(list(ids)))
    return {line.id: line.code for line in session.execute(rows)}


def _with_plans(source: Source = TODAY) -> sa.Select[Any]:
    layout, plan, _outline = source
    return (
        pick(
            layout.id, layout.kind, layout.code, layout.name, layout.rooms, layout.area_total,
            plan.id.label("plan_id"),
        )
        .select_from(layout)
        .outerjoin(plan, (plan.layout_id == layout.id) & plan.removed_at.is_(None))
    )  # fmt: skip


def _card(row: Any, cells: list[Cell]) -> Card:
    free = [cell for cell in cells if cell.status is UnitStatus.FREE]
    prices = [cell.price for cell in free if cell.price is not None]
    return Card(
        row.id, row.code, row.name, row.rooms, row.area_total, row.plan_id, len(cells), len(free),
        min(prices, default=None), max(prices, default=None),
    )  # fmt: skip


def _free_code(kind: UnitKind, rooms: int, area_total: Decimal, taken: set[tuple[UnitKind, str]]) -> str:
    letter = _("%(rooms)sr", rooms=rooms).upper() if rooms else _("St")
    if kind is not UnitKind.FLAT:
        letter = _("Com").strip(".").capitalize()
    stem = f"{letter}-{formats.area_bare(area_total)}"
    code, number = stem, 1
    while (kind, code) in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def _of_project(project_id: int) -> sa.ColumnElement[bool]:
    floors = (
        pick(col(Floor.id))
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(col(Building.project_id) == project_id)
    )
    return col(Unit.floor_id).in_(floors)


def _buildings(session: Session, project_id: int) -> dict[int, int]:
    """Of every floor of the project."""
    rows = (
        pick(col(Floor.id), Section.building_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(col(Building.project_id) == project_id)
    )
    return {line.id: line.building_id for line in session.execute(rows)}


def _both(field: str, theirs: object, yours: object) -> str:
    titles = {"code": _("Code"), "name": _("Name"), "rooms": _("Rooms"), "area_total": _("Area")}
    return _(
        "%(field)s: now “%(theirs)s”, yours “%(yours)s”",
        field=titles[field],
        theirs=theirs or "—",
        yours=yours or "—",
    )
