"""Layouts, plans, outlines and characteristics of the demo stock, drawn by `walls` and kept by the verbs."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO

from sqlmodel import Session, col, select

from domain.access import User
from domain.demo import walls
from domain.estate import Building, Floor, Section, Unit, UnitKind, drawings
from domain.estate.drawings import CharacteristicType, Layout, arranging, characteristics, layouts, outlines
from domain.estate.models import Project

T = CharacteristicType
CHARACTERISTICS = (
    (UnitKind.FLAT, "view", T.CHOICE, "Вид из окон", "", "во двор\nна реку\nна бульвар"),
    (UnitKind.FLAT, "ceiling", T.NUMBER, "Высота потолков", "м", ""),
    (UnitKind.FLAT, "balcony", T.FLAG, "Балкон", "", ""),
    (UnitKind.PARKING, "by_lift", T.FLAG, "Рядом с лифтом", "", ""),
    (UnitKind.PARKING, "charger", T.CHOICE, "Зарядка", "", "нет\nподвод кабеля\nустановлена"),
    (UnitKind.STORAGE, "height", T.NUMBER, "Высота", "м", ""),
    (UnitKind.COMMERCIAL, "power", T.NUMBER, "Мощность", "кВт", ""),
    (UnitKind.COMMERCIAL, "own_door", T.FLAG, "Отдельный вход", "", ""),
)
DRAWN = "Дом 2, литер Б"
"""The building whose floors have plans."""
TALL = {(1, 3), (3, 3)}
"""Entrance and rooms of the flats of its top floor that have a second storey."""


def draw(session: Session, admin: User, *, now: datetime) -> None:
    for kind, code, of, title, measure, options in CHARACTERISTICS:
        characteristics.add(
            session, kind=kind, code=code, type=of, title=title, measure=measure, options=options, by=admin
        )
    for project in session.exec(select(Project).order_by(col(Project.id))).all():
        layouts.gather(session, project, by=admin)
    _plan_layouts(session, admin, now=now)
    building = session.exec(select(Building).where(Building.name == DRAWN)).one()
    for section in session.exec(select(Section).where(Section.building_id == building.id)).all():
        _plan_floors(session, section, admin, now=now)
        _describe(session, section, admin)


def _plan_layouts(session: Session, admin: User, *, now: datetime) -> None:
    flats = select(Layout).where(Layout.kind == UnitKind.FLAT).order_by(col(Layout.id))
    for layout in session.exec(flats).all():
        like = session.exec(select(Unit).where(Unit.layout_id == layout.id).limit(1)).one()
        picture = walls.plan_of_flat(_flat(like))
        drawings.put(session, layout, f"{layout.code}.svg", BytesIO(picture), by=admin, now=now)


def _plan_floors(session: Session, section: Section, admin: User, *, now: datetime) -> None:
    floors = (
        select(Floor).where(Floor.section_id == section.id, col(Floor.number) > 1).order_by(col(Floor.number))
    )
    first, *others = session.exec(floors).all()
    units = session.exec(select(Unit).where(Unit.floor_id == first.id).order_by(col(Unit.position))).all()
    picture, corners = walls.plan_of_floor([_flat(unit) for unit in units])
    plan = drawings.put(session, first, "этаж.svg", BytesIO(picture), by=admin, now=now)
    for unit, outline in zip(units, corners, strict=True):
        drawings.draw(session, plan, unit, points=outlines.written(outline), shown="", by=admin)
    drawings.spread(session, first, [floor.number for floor in others], by=admin, now=now)


def _describe(session: Session, section: Section, admin: User) -> None:
    """The top floors, where views differ, and the shops below them."""
    rows = (
        select(Unit, Floor.number)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .where(Floor.section_id == section.id, (col(Floor.number) > 12) | (Unit.kind == UnitKind.COMMERCIAL))
        .order_by(col(Unit.id))
    )
    for unit, floor in session.exec(rows).all():
        given = {"characteristic_power": "15", "characteristic_own_door": "1"}
        if unit.kind is UnitKind.FLAT:
            view = ("во двор", "на реку", "на бульвар")[(section.number + unit.rooms) % 3]
            given = {"characteristic_view": view, "characteristic_ceiling": "3,1" if floor > 14 else "2,8"}
        tall = floor == 16 and (section.number, unit.rooms) in TALL
        arranging.arrange(
            session, unit, storeys=2 if tall else 1, layout_id=unit.layout_id, given=given,
            seen=arranging.shown(unit), by=admin,
        )  # fmt: skip


def _flat(unit: Unit) -> walls.Flat:
    return walls.flat(
        unit.rooms, unit.area_total, unit.area_living or Decimal(0), unit.area_kitchen or Decimal(0)
    )
