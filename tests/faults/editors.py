"""Every form by which a person changes a record that is there already: who else may be at it.

`EDITORS` is walked by the gate of lost updates. A POST to an address of one record stands either here or
in `DEEDS`, which change nothing somebody else may have typed: a new one in neither turns the gate red.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from domain import activities, deals, parties
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Project
from domain.estate.pricing import Criteria, lists, master, promotions
from domain.estate.pricing.models import Effect, Master, ProjectPricing, Rule
from domain.events import Event
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
    """Who edits."""

    @property
    def kind(self) -> str:
        """As events name it."""
        return self.table.replace("_", "")

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
        names = re.findall(r'<input[^>]*name="(\w+)"', form)
        return {name: self.in_form(form, name) for name in names if name != "_csrf_token"}

    def history(self, session: Session, record_id: int) -> list[tuple[str, str]]:
        """Before and after of the field, save by save, as the form would show them."""
        of = select(Event).where(
            Event.name == self.event, Event.subject_kind == self.kind, Event.subject_id == record_id
        )
        session.rollback()
        told = [event.payload["changes"] for event in session.exec(of.order_by(sa.text("id")))]
        changes = [each[self.field] for each in told if self.field in each]
        return [(self.shown(before), self.shown(after)) for before, after in changes]

    def shown(self, kept: str) -> str:
        if self.table == "project_pricing":
            return f"{Decimal(kept).normalize():f}" if kept else ""
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

    def blind(session: Session, record: Any, *given: Any, version: int, **rest: Any) -> None:
        session.refresh(record, with_for_update=True)
        verb(session, record, *given, version=record.version, **rest)

    return blind


def _unseeing(session: Session, task: Any, *, shown: datetime, **rest: Any) -> None:
    _postpone(session, task, **rest)


_postpone = activities.postpone


def _blind_rules(session: Session, project: Any, *, version: int, **rest: Any) -> None:
    session.exec(select(ProjectPricing).with_for_update()).all()
    _keep_rules(session, project, version=master.rules(session, project.id).version, **rest)


_keep_rules = master.keep_rules

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
        table="price_list", route="/prices/lists/{list_id:int}", form="/prices/lists/{price_list}/edit",
        save="/prices/lists/{price_list}", field="title", value=lambda n: f"Прайс {n}", guard="version",
        event="price_list.edited", verb=(lists, "edit"), blinded=_fresh(lists.edit), login="boris",
    ),
    Editor(
        table="promotion", route="/promotions/{promotion_id:int}", form="/promotions/{promotion}/edit",
        save="/promotions/{promotion}", field="name", value=lambda n: f"Акция {n}", guard="version",
        event="promotion.edited", verb=(promotions, "edit_promotion"),
        blinded=_fresh(promotions.edit_promotion), login="boris",
    ),
    Editor(
        table="project_pricing", route="/prices/settings/{project_id:int}",
        form="/prices/settings?project={project}", save="/prices/settings/{project}", field="floor_metre",
        value=lambda n: str(100_000 + n), guard="version", event="pricing.arranged",
        verb=(master, "keep_rules"), blinded=_blind_rules, login="boris",
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
    "/bookings/{booking_id:int}/discounts": "one discount a booking, under the unit's lock",
    "/discounts/{discount_id:int}/approval": "decided once, under the unit's lock",
    "/discounts/{discount_id:int}/refusal": "decided once, under the unit's lock",
    "/discounts/{discount_id:int}/withdrawal": "taken back once, under the unit's lock",
    "/prices/coefficients/{coefficient_id:int}/removal": "removed once",
    "/prices/coefficients/{coefficient_id:int}/return": "put back once",
    "/prices/lists/{list_id:int}/application": "begins once: a draft is applied or waits for its date",
    "/prices/lists/{list_id:int}/recall": "only what waits for its date",
    "/prices/lists/{list_id:int}/undo": "only what is applied, once",
    "/promotions/{promotion_id:int}/end": "ends once",
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
    return {"deal": deal.id, "company": company.id, "task": step.id, **_priced(session)}


def _priced(session: Session) -> dict[str, int]:
    """A draft of a price list, a promotion and the settings of a project; Boris edits them."""
    boris = session.exec(select(User).where(User.login == "boris")).one()
    river = session.exec(select(Project)).one()
    now = clock.now()
    master.keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    kept = session.exec(select(ProjectPricing)).one()
    wanted = lists.Wanted(Rule.PERCENT, Decimal(1), Decimal(1), Criteria())
    document = lists.draft(session, river, wanted, by=boris, now=now)
    sale = promotions.Wanted(
        "Осень", "−1 %", Criteria(), Effect.PERCENT, Decimal(1), now, now + timedelta(days=9)
    )
    promotion = promotions.add_promotion(session, river, sale, by=boris, now=now)
    session.commit()
    return {
        "project": river.id, "project_pricing": kept.id, "price_list": document.id, "promotion": promotion.id,
    }  # fmt: skip
