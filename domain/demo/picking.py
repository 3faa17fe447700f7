"""What people of the demo have picked out: stars, a selection for a client, a kept filter."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.access import User
from domain.deals import Deal, Stage, StageKind
from domain.estate import Availability, Building, Floor, Section, Unit, UnitKind
from domain.estate.selecting import choices, favourites, selections

NOTES = ("Окна во двор, тихая сторона", "Выше и светлее, но дороже", "")


def pick_out(session: Session, people: dict[str, User], *, now: datetime) -> None:
    """Anna keeps an eye on six flats, puts three together for the client of her first open deal."""
    anna = people["anna"]
    on_sale = (
        select(Unit, Building)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(Unit.kind == UnitKind.FLAT, Unit.availability == Availability.ON_SALE, Unit.rooms == 2)
    )
    found = session.exec(on_sale.order_by(col(Unit.id)).limit(6)).all()
    for unit, _building in found:
        favourites.star(session, unit, by=anna, now=now)
    deals = select(Deal).join(Stage, col(Stage.id) == Deal.stage_id).where(Stage.kind == StageKind.OPEN)
    deal = session.exec(deals.where(Deal.responsible_id == anna.id).order_by(col(Deal.id))).first()
    selection = selections.make(
        session,
        name="Двушки для семьи",
        unit_ids=[unit.id for unit, _building in found[:3]],
        deal_id=deal.id if deal else None,
        by=anna,
        now=now,
    )
    for choice, note in zip(choices.inside(session, selection), NOTES, strict=False):
        choices.note(session, selection, choice, text=note, shown="", by=anna)
    for _unit, building in found[:1]:
        selections.make(
            session,
            name="Студии до 6 млн",
            kept=(building, "rooms=0&price_to=6&status=free"),
            by=anna,
            now=now,
        )
