"""Every form by which a person changes a record that is there already: who else may be at it.

`EDITORS` is walked by the gate of lost updates. A POST to an address of one record stands either here or
in `DEEDS`, which change nothing somebody else may have typed: a new one in neither turns the gate red.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from domain import activities, deals, parties
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Unit, UnitKind, drawings
from domain.estate.drawings import (
    CharacteristicType,
    Outline,
    arranging,
    characteristics,
    layouts,
    outlines,
    plans,
)
from domain.events import Event
from domain.files.pictures import SVG, Picture
from domain.kernel import clock, formats
from domain.parties.models import Company


@dataclass(frozen=True)
class Editor:
    """One form and how it is saved."""

    table: str
    route: str
    form: str
    """Where the form is read, as a template of numbers."""
    save: str
    field: str
    value: Callable[[int], str]
    """The n-th thing anybody types: no two are the same."""
    guard: str
    """The hidden field that says what the person saw."""
    event: str
    verb: tuple[Any, str]
    """The verb that compares it, to be blinded in the control."""
    blinded: Callable[..., Any]
    login: str = "anna"
    change: str = ""
    """What history calls the field, where it is not the name of the input."""

    def in_form(self, text: str, name: str) -> str:
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
        assert field, f"{self.route}: its form has no field {name}"
        found = re.search(r'value="([^"]*)"', field[0])
        return unescape(found[1]) if found else ""

    def fields(self, text: str) -> dict[str, str]:
        """What a browser would send back of a form it was given."""
        form = next(
            part for part in re.findall(r"<form.*?</form>", text, re.DOTALL) if f'name="{self.guard}"' in part
        )
        names = re.findall(r'<input(?![^>]*type="checkbox")[^>]*name="(\w+)"', form)  # none is ticked
        return {name: self.in_form(form, name) for name in names if name != "_csrf_token"}

    def history(self, session: Session, record_id: int) -> list[tuple[str, str]]:
        """Before and after of the field, save by save, as the form would show them."""
        of = select(Event).where(
            Event.name == self.event, Event.subject_kind == self.table, Event.subject_id == record_id
        )
        session.rollback()
        changes = [
            event.payload["changes"][self.change or self.field]
            for event in session.exec(of.order_by(sa.text("id")))
        ]
        return [(self.shown(before), self.shown(after)) for before, after in changes]

    def shown(self, kept: str) -> str:
        if self.table != "task":
            return kept
        return local(datetime.fromisoformat(kept))

    def version(self, session: Session, record_id: int) -> int | None:
        """None for a record guarded by the value itself."""
        if self.guard != "version":
            return None
        session.rollback()
        return int(
            session.execute(
                sa.text(f"select version from {self.table} where id = :id"), {"id": record_id}
            ).scalar_one()
        )


def local(moment: datetime) -> str:
    return f"{formats.here(moment):%Y-%m-%dT%H:%M}"


FIRST_MOMENT = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)


def _fresh(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb as if the form had carried what is there now: nobody's save is ever too late."""

    def blind(session: Session, record: Any, *, version: int, **rest: Any) -> None:
        session.refresh(record, with_for_update=True)
        verb(session, record, version=record.version, **rest)

    return blind


def _unseeing(session: Session, task: Any, *, shown: datetime, **rest: Any) -> None:
    _postpone(session, task, **rest)


_postpone, _arrange, _draw = activities.postpone, drawings.arrange, drawings.draw


def _unlooking(session: Session, unit: Any, *, seen: str, **rest: Any) -> None:
    session.refresh(unit, with_for_update=True)
    _arrange(session, unit, seen=arranging.shown(unit), **rest)


def _redrawing(session: Session, plan: Any, unit: Any, *, shown: str, **rest: Any) -> Any:
    session.refresh(plan, with_for_update=True)
    now_is = session.exec(
        select(Outline).where(Outline.plan_id == plan.id, Outline.unit_id == unit.id)
    ).first()
    return _draw(session, plan, unit, shown=outlines.written(now_is.points) if now_is else "", **rest)


EDITORS = [
    Editor(
        table="deal", route="/deals/{deal_id:int}", form="/deals/{deal}/edit", save="/deals/{deal}",
        field="title", value=lambda n: f"Сделка {n}", guard="version", event="deal.edited",
        verb=(deals, "edit"), blinded=_fresh(deals.edit),
    ),
    Editor(
        table="company", route="/companies/{company_id:int}", form="/companies/{company}/edit",
        save="/companies/{company}", field="name", value=lambda n: f"Компания {n}", guard="version",
        event="company.edited", verb=(parties, "edit_company"), blinded=_fresh(parties.edit_company),
    ),
    Editor(
        table="task", route="/deals/{deal_id:int}/tasks/{task_id:int}/moment",
        form="/deals/{deal}/tasks/{task}/moment", save="/deals/{deal}/tasks/{task}/moment", field="due_at",
        value=lambda n: local(FIRST_MOMENT + timedelta(minutes=n)), guard="shown", event="task.moved",
        verb=(activities, "postpone"), blinded=_unseeing,
    ),
    Editor(
        table="layout", route="/layouts/{layout_id:int}", form="/layouts/{layout}", save="/layouts/{layout}",
        field="name", value=lambda n: f"Планировка {n}", guard="version", event="layout.edited",
        verb=(layouts, "edit"), blinded=_fresh(layouts.edit), login="admin",
    ),
    Editor(
        table="characteristic", route="/characteristics/{characteristic_id:int}",
        form="/characteristics/{characteristic}", save="/characteristics/{characteristic}", field="title",
        value=lambda n: f"Заметка {n}", guard="version", event="characteristic.edited",
        verb=(characteristics, "edit"), blinded=_fresh(characteristics.edit), login="admin",
    ),
    Editor(
        table="unit", route="/units/{unit_id:int}/arrangement", form="/units/{unit}/arrangement",
        save="/units/{unit}/arrangement", field="values", change="characteristic_note",
        value=lambda n: f"Окна {n}", guard="seen", event="unit.edited",
        verb=(drawings, "arrange"), blinded=_unlooking, login="admin",
    ),
    Editor(
        table="outline", route="/floors/{floor_id:int}/outlines/{unit_id:int}",
        form="/floors/{floor}/plan?unit={unit}", save="/floors/{floor}/outlines/{unit}", field="points",
        value=lambda n: f"10,10 {20 + n / 100:g},10 30,40", guard="shown", event="outline.drawn",
        verb=(drawings, "draw"), blinded=_redrawing, login="admin",
    ),
]  # fmt: skip

DEEDS = {
    "/units/{unit_id:int}/booking": "makes a booking; who is second is told (R1)",
    "/bookings/{booking_id:int}/extensions": "adds days to the end that stands, under the unit's lock",
    "/bookings/{booking_id:int}/cancellation": "closes once",
    "/deals/{deal_id:int}/moves": "carries the version of the card; no words are typed",
    "/deals/{deal_id:int}/moves/undo": "only one's own last move, while nobody touched the deal since",
    "/deals/{deal_id:int}/tasks": "makes a step",
    "/deals/{deal_id:int}/tasks/{task_id:int}/completion": "closes once",
    "/deals/{deal_id:int}/tasks/{task_id:int}/reopening": "opens once",
    "/deals/{deal_id:int}/comments": "adds a comment",
    "/deals/{deal_id:int}/files": "adds a file",
    "/deals/{deal_id:int}/files/{file_id:int}/removal": "takes away once",
    "/deals/{deal_id:int}/files/{file_id:int}/return": "takes back once",
    "/plans/{plan_id:int}/removal": "takes away once",
    "/plans/{plan_id:int}/return": "takes back once",
    "/layouts/{layout_id:int}/units": "gives the layout to units that have none",
    "/layouts/{layout_id:int}/plan": "puts a picture, which is not typed",
    "/floors/{floor_id:int}/plan": "puts a picture, which is not typed",
    "/floors/{floor_id:int}/copies": "only floors that have no plan",
    "/units/{unit_id:int}/plan": "puts a picture, which is not typed",
    "/exchange/messages/{message_id:int}/retries": "a state of the message, not its words",
    "/exchange/messages/{message_id:int}/dismissal": "a state of the message, not its words",
}
"""POSTs to a record that overwrite nothing a person typed, and why."""


def records(session: Session) -> dict[str, int]:
    """The numbers that stand in the addresses: one record of each kind, Anna's, committed."""
    anna = session.exec(select(User).where(User.login == "anna")).one()
    deal = session.exec(select(Deal)).one()
    now = clock.now()
    step = activities.plan(
        session, deal, title="Позвонить", due_at=FIRST_MOMENT - timedelta(minutes=1), by=anna, now=now
    )
    company = session.exec(select(Company)).first()
    session.commit()
    return {"deal": deal.id, "company": company.id, "task": step.id, **_arranged(session)}


def _arranged(session: Session) -> dict[str, int]:
    """A layout, a characteristic, a unit outlined on the plan of its floor."""
    admin = session.exec(select(User).where(User.login == "admin")).one()
    unit = session.exec(select(Unit).where(Unit.number == "1")).one()
    project = unit.floor.section.building.project
    layout = layouts.add(
        session, project, kind=UnitKind.FLAT, code="С-36", rooms=0, area_total=unit.area_total, by=admin
    )
    known = characteristics.add(
        session, kind=UnitKind.FLAT, code="note", type=CharacteristicType.TEXT, title="Окна", by=admin
    )
    unit.characteristics = {"note": "Окна во двор"}
    picture = Picture(b"<svg/>", b"<svg/>", SVG, 40, 30)
    plan = plans.keep(session, unit.floor, picture, by=admin, now=clock.now())
    outline = Outline(plan_id=plan.id, unit_id=unit.id, points=[[0.1, 0.1], [0.5, 0.1], [0.3, 0.4]])
    session.add(outline)
    session.commit()
    return {
        "layout": layout.id,
        "characteristic": known.id,
        "unit": unit.id,
        "floor": unit.floor_id,
        "outline": outline.id,
    }
