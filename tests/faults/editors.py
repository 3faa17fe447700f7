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
from domain.agencies import directory
from domain.agencies.models import Agency
from domain.deals import funnels
from domain.deals.models import Deal
from domain.estate import BookingKind, Building, Project, Unit, UnitKind, drawings
from domain.estate.drawings import (
    CharacteristicType,
    Outline,
    arranging,
    characteristics,
    layouts,
    outlines,
    plans,
)
from domain.estate.pricing import Criteria, lists, master, promotions
from domain.estate.pricing.models import Effect, Master, ProjectPricing, Rule
from domain.estate.selecting import choices, selections
from domain.estate.selecting.models import Choice
from domain.estate.terms import Allowance, Terms, Whose
from domain.estate.terms import editing as terms_editing
from domain.events import Event
from domain.files.pictures import SVG, Picture
from domain.kernel import clock, formats
from domain.offers import programmes, templates
from domain.parties.models import Company
from domain.publishing import arranging as publishing
from domain.publishing.models import Listing, Publication


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
    """Who may save it."""
    change: str = ""
    """What history calls the field, where it is not the name of the input."""
    kind: str = ""
    """The form among several of the page, by the number in its address."""

    @property
    def subject(self) -> str:
        """As events name it."""
        return self.table.replace("_", "")

    def in_form(self, text: str, name: str) -> str:
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
        assert field, f"{self.route}: its form has no field {name}"
        found = re.search(r'value="([^"]*)"', field[0])
        return unescape(found[1]) if found else ""

    def fields(self, text: str) -> dict[str, str]:
        """What a browser would send back of a form it was given."""
        form = self.form_in(text)
        names = re.findall(r'<input(?![^>]*type="checkbox")[^>]*name="(\w+)"', form)  # none is ticked
        return {name: self.in_form(form, name) for name in names if name != "_csrf_token"}

    def form_in(self, text: str) -> str:
        return next(
            part
            for part in re.findall(r"<form.*?</form>", text, re.DOTALL)
            if f'name="{self.guard}"' in part and f'action="{self.kind}' in part
        )

    def history(self, session: Session, record_id: int) -> list[tuple[str, str]]:
        """Before and after of the field, save by save, as the form would show them."""
        of = select(Event).where(
            Event.name == self.event, Event.subject_kind == self.subject, Event.subject_id == record_id
        )
        session.rollback()
        told = [event.payload["changes"] for event in session.exec(of.order_by(sa.text("id")))]
        field = self.change or self.field
        changes = [each[field] for each in told if field in each]
        return [(self.shown(before), self.shown(after)) for before, after in changes]

    def shown(self, kept: Any) -> str:
        if self.table == "task":
            return local(datetime.fromisoformat(kept))
        if self.table in {"project_pricing", "terms"}:
            return "" if kept is None else f"{Decimal(kept).normalize():f}"
        return "" if kept is None else str(kept)

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


def _fresh_wanted(verb: Callable[..., None]) -> Callable[..., None]:
    """The same for verbs that take the fields in one piece."""

    def blind(session: Session, record: Any, wanted: Any, *, version: int, by: User) -> None:
        session.refresh(record, with_for_update=True)
        verb(session, record, wanted, version=record.version, by=by)

    return blind


def _fresh_kept(verb: Callable[..., None], kind: type[Any]) -> Callable[..., None]:
    """The same for what is kept beside the record, under its number."""

    def blind(session: Session, record: Any, *, version: int, **rest: Any) -> None:
        row = session.get_one(kind, record.id, with_for_update=True, populate_existing=True)
        verb(session, record, version=row.version, **rest)

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


def _overwriting(session: Session, selection: Any, choice: Any, *, shown: str, **rest: Any) -> None:
    session.refresh(choice, with_for_update=True)
    _note(session, selection, choice, shown=choice.note, **rest)


_note = choices.note


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
        table="payment_template", route="/payment-templates/{template_id:int}",
        form="/payment-templates/{payment_template}/edit", save="/payment-templates/{payment_template}",
        field="name", value=lambda n: f"Рассрочка {n}", guard="version", event="payment_template.edited",
        verb=(templates, "edit"), blinded=_fresh_wanted(templates.edit),
        login="boris",
    ),
    Editor(
        table="mortgage_programme", route="/mortgage-programmes/{programme_id:int}",
        form="/mortgage-programmes/{mortgage_programme}/edit",
        save="/mortgage-programmes/{mortgage_programme}", field="name", value=lambda n: f"Программа {n}",
        guard="version", event="mortgage_programme.edited", verb=(programmes, "edit"),
        blinded=_fresh_wanted(programmes.edit), login="boris",
    ),
    Editor(
        table="task", route="/deals/{deal_id:int}/tasks/{task_id:int}/moment",
        form="/deals/{deal}/tasks/{task}/moment", save="/deals/{deal}/tasks/{task}/moment", field="due_at",
        value=lambda n: local(FIRST_MOMENT + timedelta(minutes=n)), guard="shown", event="task.moved",
        verb=(activities, "postpone"), blinded=_unseeing,
    ),
    Editor(
        table="agency", route="/agencies/{agency_id:int}", form="/agencies/{agency}/edit",
        save="/agencies/{agency}", field="name", value=lambda n: f"Агентство {n}", guard="version",
        event="agency.edited", verb=(directory, "edit"), blinded=_fresh(directory.edit),
        login="boris",
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
    Editor(
        table="terms", route="/estate/terms/{terms_id:int}", form="/estate/terms",
        save="/estate/terms/{terms}", field="price", value=lambda n: f"{n}", guard="version",
        event="terms.edited", verb=(terms_editing, "edit"), blinded=_fresh(terms_editing.edit), login="boris",
        kind="/estate/terms/",
    ),
    Editor(
        table="allowance", route="/estate/limits/{limit_id:int}", form="/estate/terms",
        save="/estate/limits/{allowance}", field="most", value=lambda n: f"{n}", guard="version",
        event="allowance.set", verb=(terms_editing, "change"), blinded=_fresh(terms_editing.change),
        login="boris", kind="/estate/limits/",
    ),
    Editor(
        table="funnel", route="/funnels/{funnel_id:int}", form="/funnels", save="/funnels/{funnel}",
        field="name", value=lambda n: f"Воронка {n}", guard="version", event="funnel.edited",
        verb=(funnels, "edit"), blinded=_fresh(funnels.edit), login="boris", kind="/funnels/",
    ),
    Editor(
        table="selection", route="/selections/{selection_id:int}", form="/selections/{selection}/edit",
        save="/selections/{selection}", field="name", value=lambda n: f"Подборка {n}", guard="version",
        event="selection.edited", verb=(selections, "edit"), blinded=_fresh(selections.edit),
    ),
    Editor(
        table="choice", route="/selections/{selection_id:int}/choices/{choice_id:int}/note",
        form="/selections/{selection}", save="/selections/{selection}/choices/{choice}/note", field="note",
        value=lambda n: f"Пометка {n}", guard="shown", event="choice.noted", verb=(choices, "note"),
        blinded=_overwriting,
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
    Editor(
        table="publication", route="/publication/{project_id:int}", form="/publication/{publication}",
        save="/publication/{publication}", field="developer", value=lambda n: f"Застройщик {n}",
        guard="version", event="publication.edited", verb=(publishing, "edit_publication"),
        blinded=_fresh_kept(publishing.edit_publication, Publication), login="boris",
    ),
    Editor(
        table="listing", route="/publication/buildings/{building_id:int}",
        form="/publication/buildings/{listing}", save="/publication/buildings/{listing}", field="address",
        value=lambda n: f"ул. Речная, {n}", guard="version", event="listing.edited",
        verb=(publishing, "edit_listing"), blinded=_fresh_kept(publishing.edit_listing, Listing),
        login="boris",
    ),
]  # fmt: skip

DEEDS = {
    "/estate/imports/{import_id:int}/application": "begins once; what changed since is left alone",
    "/estate/imports/{import_id:int}/undoing": "begins once; what changed since is left alone, row by row",
    "/estate/{project_id:int}/exports": "makes a workbook",
    "/estate/{project_id:int}/changes/exports": "makes a workbook",
    "/units/{unit_id:int}/booking": "makes a booking; who is second is told (R1)",
    "/bookings/{booking_id:int}/extensions": "adds days to the end that stands, under the unit's lock",
    "/bookings/{booking_id:int}/cancellation": "closes once",
    "/bookings/{booking_id:int}/requests": "makes a request; one waits at a time",
    "/bookings/{booking_id:int}/renewal": "makes a booking; who is second is told (R1)",
    "/bookings/{booking_id:int}/settlement": "says once that nothing more is to be done",
    "/approvals/{approval_id:int}/withdrawal": "closes once",
    "/estate/limits/{limit_id:int}/removal": "removes once",
    "/units/{unit_id:int}/line": "makes a place in the line; a second one is refused",
    "/waiting/{waiting_id:int}/departure": "closes once",
    "/waiting/{waiting_id:int}/place": "an order, under the lock of the unit; the reason stands in history",
    "/bookings/{booking_id:int}/acceptance": "answers once",
    "/bookings/{booking_id:int}/refusal": "answers once",
    "/bookings/{booking_id:int}/swap": "closes once; carries the price that was shown",
    "/bookings/{booking_id:int}/swap/undo": "only one's own last swap",
    "/bookings/{booking_id:int}/transfer": "to a deal that was chosen, under the lock of the unit",
    "/bookings/{booking_id:int}/transfer/undo": "only one's own last transfer",
    "/bookings/{booking_id:int}/contract": "signs once; the number is never changed",
    "/bookings/{booking_id:int}/sale": "sells once",
    "/bookings/{booking_id:int}/termination": "ends once",
    "/bookings/{booking_id:int}/contract/undo": "the last step of the same day, once",
    "/deals/{deal_id:int}/moves": "carries the version of the card; no words are typed",
    "/deals/{deal_id:int}/moves/undo": "only one's own last move, while nobody touched the deal since",
    "/deals/{deal_id:int}/tasks": "makes a step",
    "/deals/{deal_id:int}/tasks/{task_id:int}/completion": "closes once",
    "/deals/{deal_id:int}/tasks/{task_id:int}/reopening": "opens once",
    "/deals/{deal_id:int}/comments": "adds a comment",
    "/deals/{deal_id:int}/files": "adds a file",
    "/deals/{deal_id:int}/files/{file_id:int}/removal": "takes away once",
    "/deals/{deal_id:int}/files/{file_id:int}/return": "takes back once",
    "/agencies/{agency_id:int}/agents": "adds a person",
    "/agencies/{agency_id:int}/parting": "closes once",
    "/agencies/{agency_id:int}/reopening": "opens once",
    "/agencies/requests/{request_id:int}/confirmation": "decides once, under the request's lock",
    "/agencies/requests/{request_id:int}/refusal": "decides once, under the request's lock",
    "/agent/stock/{unit_id:int}/requests": "makes a request",
    "/agent/clients/{fixation_id:int}/release": "ends once",
    "/agent/requests/{request_id:int}/withdrawal": "decides once",
    "/plans/{plan_id:int}/removal": "takes away once",
    "/plans/{plan_id:int}/return": "takes back once",
    "/layouts/{layout_id:int}/units": "gives the layout to units that have none",
    "/layouts/{layout_id:int}/plan": "puts a picture, which is not typed",
    "/floors/{floor_id:int}/plan": "puts a picture, which is not typed",
    "/floors/{floor_id:int}/copies": "only floors that have no plan",
    "/units/{unit_id:int}/plan": "puts a picture, which is not typed",
    "/units/{unit_id:int}/presence": "one's own line of who looks now",
    "/units/{unit_id:int}/presence/end": "takes one's own line away",
    "/units/{unit_id:int}/favourite": "one's own star",
    "/units/{unit_id:int}/favourite/removal": "one's own star",
    "/selections/{selection_id:int}/removal": "takes away once",
    "/selections/{selection_id:int}/return": "takes back once",
    "/selections/{selection_id:int}/choices": "adds units",
    "/selections/{selection_id:int}/choices/{choice_id:int}/moves": "changes places with a neighbour",
    "/selections/{selection_id:int}/choices/{choice_id:int}/removal": "takes away once",
    "/selections/{selection_id:int}/choices/{choice_id:int}/return": "takes back once",
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
    "/offers/{offer_id:int}/versions": "adds a version; the one that was seen must be the latest",
    "/offers/{offer_id:int}/links": "adds a link",
    "/offers/{offer_id:int}/links/{link_id:int}/revocation": "closes once",
    "/payment-templates/{template_id:int}/retirement": "takes away once",
    "/payment-templates/{template_id:int}/return": "takes back once",
    "/mortgage-programmes/{programme_id:int}/retirement": "takes away once",
    "/mortgage-programmes/{programme_id:int}/return": "takes back once",
    "/leads/{lead_id:int}/taking": "one wins, the others are told who",
    "/leads/{lead_id:int}/deal": "makes one deal of it under its lock",
    "/leads/{lead_id:int}/junk": "closes once, with a reason",
    "/publication/sites/{site_id:int}/removal": "takes away once",
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
    agency = Agency(name="Агентство", manager_id=anna.id)
    session.add(agency)
    session.commit()
    return {
        "agency": agency.id,
        "deal": deal.id,
        "company": company.id,
        "task": step.id,
        **_arranged(session),
        **_ruled(session),
        **_selected(session, anna),
        **_priced(session),
        **_paid(session, anna),
        **_published(session),
    }


def _published(session: Session) -> dict[str, int]:
    """What of a project and of its building outsiders see, kept under their numbers."""
    building = session.exec(select(Building)).one()
    session.add_all([Publication(id=building.project_id), Listing(id=building.id)])
    session.commit()
    return {"publication": building.project_id, "listing": building.id}


def _selected(session: Session, anna: User) -> dict[str, int]:
    """A selection of Anna's with one unit."""
    unit = session.exec(select(Unit)).first()
    selection = selections.make(session, name="Для клиента", unit_ids=[unit.id], by=anna, now=clock.now())
    kept = session.exec(select(Choice).where(Choice.selection_id == selection.id)).first()
    session.commit()
    return {"selection": selection.id, "choice": kept.id}


def _ruled(session: Session) -> dict[str, int]:
    """The rules of bookings: terms of a kind, how many a manager may hold, how deals follow."""
    verbal = session.exec(select(Terms).where(Terms.kind == BookingKind.VERBAL)).one()
    common = session.exec(select(Allowance).where(Allowance.whose == Whose.MANAGER)).one()
    return {"terms": verbal.id, "allowance": common.id, "funnel": deals.list_funnels(session)[0].id}


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


def _paid(session: Session, anna: User) -> dict[str, int]:
    """A plan of payments and a mortgage programme."""
    template = templates.add(session, templates.Wanted("Рассрочка"), by=anna)
    today = clock.now().date()
    programme = programmes.add(session, programmes.Wanted("Банк", "Новая", Decimal(6), today, today), by=anna)
    session.commit()
    return {"payment_template": template.id, "mortgage_programme": programme.id}


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
