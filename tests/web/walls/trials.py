"""What is tried at every route: valid requests, so that the answer shows the permission and nothing else.

A route that takes a form and a new kind of record in an address have to be listed here; until then the
gates are red.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from domain.kernel import formats
from domain.publishing.models import FeedFormat
from tests.web.walls.belongings import HOUSE, IN_ANNAS_DEAL, KPP, NOBODY, World, moment
from tests.web.walls.routes import Route
from tests.world.published import POLICY, SITE, WORDS

TRIED = ("o", "c", "f")
"""Whose records are named in a request: one's own, a colleague's, of another region."""

PARAMETERS = {
    "deal_id": "deal",
    "task_id": "task",
    "booking_id": "booking",
    "message_id": "message",
    "company_id": "company",
    "person_id": "person",
    "unit_id": "unit held",
    "file_id": "attachment",
    "stage_id": "stage",
    "project_id": "project",
    "agency_id": "agency",
    "fixation_id": "fixation",
    "request_id": "booking_request",
    "plan_id": "plan",
    "layout_id": "layout",
    "floor_id": "floor",
    "characteristic_id": "characteristic",
    "export_id": "stock_export",
    "import_id": "stock_import",
    "approval_id": "approval",
    "limit_id": "allowance",
    "terms_id": "terms",
    "waiting_id": "waiting",
    "selection_id": "selection",
    "choice_id": "choice",
    "list_id": "price_list",
    "coefficient_id": "price_coefficient",
    "promotion_id": "promotion",
    "discount_id": "discount",
    "offer_id": "offer",
    "sha256": "picture",
    "link_id": "offer_link",
    "template_id": "payment_template",
    "programme_id": "mortgage_programme",
    "token": "token",
    "building_id": "building",
    "funnel_id": "funnel",
    "lead_id": "lead",
    "site_id": "site",
}
"""What a number in an address is of, see `World.rows`."""

Filled = Mapping[str, object]


@dataclass(frozen=True)
class Trial:
    """One request for each owner: `World` and the letter of the owner give what is in it."""

    label: str = ""
    query: Callable[[World, str], Filled] = lambda world, of: {}
    form: Callable[[World, str], Filled] = lambda world, of: {}
    upload: str = ""
    """The field in which a file is sent."""
    by_password: bool = False
    """HTTP Basic instead of a cookie."""
    origin: str = ""
    """The site whose page sends it."""
    at: Mapping[str, str] = field(default_factory=dict)
    """Other rows in the address than the first of their kind; `o:deal` is Anna's whoever's turn it is."""

    @property
    def headers(self) -> Mapping[str, str]:
        return {"origin": self.origin} if self.origin else {}

    def address(self, route: Route, world: World, of: str) -> str:
        given = {name: self._number(world, of, name) for name in route.parameters}
        query = "&".join(f"{name}={quote(str(value))}" for name, value in self.query(world, of).items())
        return route.at(**given) + (f"?{query}" if query else "")

    def _number(self, world: World, of: str, name: str) -> int:
        what = self.at.get(name, PARAMETERS[name])
        owner, _, named = what.rpartition(":")
        return world.id(named, owner or of)


@dataclass(frozen=True)
class Request:
    """A trial of one owner's records, ready to be sent by anybody."""

    route: Route
    trial: Trial
    of: str
    address: str
    form: Filled | None

    @property
    def key(self) -> tuple[str, str]:
        return str(self.route), self.trial.label


def requests(world: World, routes: Iterator[Route] | tuple[Route, ...]) -> list[Request]:
    """Every trial of every route; where owners make no difference there is one request."""
    made = []
    for route in routes:
        for trial in trials_of(route):
            different = set()
            for of in TRIED:
                address = trial.address(route, world, of)
                form = None if route.safe else dict(trial.form(world, of))
                if (told := (address, str(form))) not in different:
                    different.add(told)
                    made.append(Request(route, trial, of, address, form))
    return made


def trials_of(route: Route) -> list[Trial]:
    unknown = set(route.parameters) - set(PARAMETERS)
    assert not unknown, f"{route}: say in trials.PARAMETERS what {', '.join(unknown)} is a number of"
    assert route.safe or str(route) in TRIALS, f"{route}: give it a valid form in trials.TRIALS"
    return TRIALS.get(str(route), [Trial()])


def deal_of(world: World, of: str) -> Filled:
    return {"deal_id": world.id("deal", of), "days": 1}


def edited(world: World, of: str, **other: Any) -> Filled:
    same = {"version": 3, "title": "Иначе", "amount": "1", "responsible_id": world.person(of)}
    return same | other


def new_deal(world: World, of: str) -> dict[str, object]:
    return {"new": "1", "client": "Новый", "phone": world.text("person.phone", of), "days": 1}


def moved(world: World, of: str) -> Filled:
    return {"stage_id": world.id("stage", of), "version": 3}


def planned(world: World, of: str) -> Filled:
    return {"title": "Позвонить", "due_at": moment(timedelta(days=1))}


def price_list(world: World, of: str) -> Filled:
    return {
        "project": world.id("project", of), "title": "Декабрь", "rule": "percent", "value": "1", "step": "1",
        "version": 1,
    }  # fmt: skip


def promotion(world: World, of: str) -> Filled:
    return {
        "project": world.id("project", of), "name": "Вторая", "badge": "−1 %", "effect": "percent",
        "value": "1", "starts_at": moment(timedelta(days=400)), "version": 1, "floor_from": "1",
    }  # fmt: skip


def coefficient(world: World, of: str) -> Filled:
    return {
        "project": world.id("project", of), "kind": "view", "name": "Во двор", "factor": "0,99",
        "floor_to": "1",
    }  # fmt: skip


def discount(world: World, of: str) -> Filled:
    return {"effect": "amount", "value": "0,01", "reason": "Так"}


def topics(world: World, of: str) -> Filled:
    return {"topics": f"deal-{world.id('deal', of)},user-{world.person(of)}", "since": 1}


def of_all(world: World, of: str) -> Filled:
    numbers = {"building": "building", "funnel": "funnel", "showing": "building", "stage": "stage first",
               "unit": "unit first", "prices": "project first"}  # fmt: skip
    told = (f"{kind}-{world.id(what, 'o')}" for kind, what in numbers.items())
    return {
        "topics": ",".join(["exchange", "leads", *told]),
        "since": 1,
    }


def agency(world: World, of: str, **other: Any) -> Filled:
    same = {"name": "Иначе", "fixed_for": 10, "most_bookings": 3, "manager_id": world.person(of)}
    return same | other


def arranged(world: World, of: str) -> Filled:
    return {"storeys": "2", "layout_id": world.id("layout", of), "seen": "[1, null, {}]"}


def a_layout(world: World, of: str) -> dict[str, object]:
    return {"code": "1К-40", "rooms": 1, "area_total": "40"}


def on_a_past_day(world: World, of: str) -> Filled:
    return {"as_of": f"{formats.here(world.now - timedelta(days=2)):%Y-%m-%d}"}


def joined(world: World, of: str) -> Filled:
    return {"deal_id": world.id("deal", of)}


def last(world: World, of: str) -> Filled:
    return {"place": 4, "reason": "Так"}


CONTRACTED, OFFERED = {"booking_id": "booking contracted"}, {"booking_id": "booking offered"}


def noted(world: World, of: str) -> Filled:
    return {"note": "Окна во двор", "shown": "" if of == NOBODY else world.text("choice.note", of)}


def composed(world: World, of: str) -> Filled:
    """A whole offer of a free unit."""
    day = (world.now + timedelta(days=3)).date().isoformat()
    return {"units": world.id("unit", "o"), "deal_id": world.id("deal", of), "valid_until": day}


def next_version(world: World, of: str) -> Filled:
    return {**composed(world, of), "shown": 1}


def counted(world: World, of: str) -> Filled:
    return {**composed(world, of), "deed": "add"}


def counted_again(world: World, of: str) -> Filled:
    return {**composed(world, "o"), "offer_id": world.id("offer", of)}


def template(world: World, of: str) -> Filled:
    return {"name": "Рассрочка", "first_percent": "30", "payments": "6"}


def programme(world: World, of: str) -> Filled:
    today = world.now.date().isoformat()
    return {"bank": "Банк", "name": "Новая", "rate": "6", "valid_from": today, "rates_of": today}


def published_project(world: World, of: str) -> Filled:
    return {"version": 1, "published": "on", "developer": "ООО «Другое»"}


def with_token(world: World, of: str) -> Filled:
    return {"token": world.text("feed.token", HOUSE)}


def wanted_outside(world: World, of: str) -> Filled:
    return {"name": "Нина", "phone": "+79210000002", "unit_id": world.id("unit", of), "agreed": world.consent}


FOREIGN_STEP = {"deal_id": "o:deal"}
FOREIGN_CHOICE = {"selection_id": "o:selection"}
SHARED = {"selection_id": "selection shared"}
SHARED_CHOICE = SHARED | {"choice_id": "choice shared"}
CHOICE = "/selections/{selection_id:int}/choices/{choice_id:int}"
TRIALS: dict[str, list[Trial]] = {
    "GET /bookings": [
        Trial(),
        Trial("over", lambda world, of: {"state": "over"}),
        Trial("overdue", lambda world, of: {"state": "overdue"}),
        Trial("waiting", lambda world, of: {"state": "waiting"}),
    ],
    "GET /bookings/excel": [Trial(), Trial("over", lambda world, of: {"state": "over"})],
    "GET /approvals": [Trial(), Trial("decided", lambda world, of: {"state": "decided"})],
    "POST /approvals/decisions": [
        Trial("approve", form=lambda world, of: {"single": world.id("approval", of), "verdict": "approve"}),
        Trial(
            "decline",
            form=lambda world, of: {
                "ids": world.id("approval", of), "verdict": "decline", "comment": "Хватит",
            },
        ),
        Trial(
            "a head's own",
            form=lambda world, of: {"single": world.id("approval of a head", "c"), "verdict": "approve"},
        ),
    ],
    "POST /approvals/reopenings": [
        Trial(query=lambda world, of: {"ids": world.id("approval decided", of)}),
    ],
    "POST /approvals/{approval_id:int}/withdrawal": [Trial()],
    "POST /bookings/{booking_id:int}/requests": [
        Trial(
            form=lambda world, of: {"days": 7, "reason": "Ждёт банк"}, at={"booking_id": "booking extended"}
        ),
        Trial("over", form=lambda world, of: {"days": 7, "reason": "Так"}, at={"booking_id": "booking over"}),
    ],
    "POST /bookings/{booking_id:int}/renewal": [
        Trial("over", at={"booking_id": "booking expired"}),
        Trial("held"),
    ],
    "POST /bookings/{booking_id:int}/settlement": [
        Trial("over", at={"booking_id": "booking expired"}),
        Trial("held"),
    ],
    "POST /estate/limits": [
        Trial(form=lambda world, of: {"user_id": world.person(of), "most": 5}),
        Trial("a head", form=lambda world, of: {"user_id": world.people["rustam"], "most": 5}),
        Trial("without one", form=lambda world, of: {"user_id": world.people["stas"], "most": 5}),
    ],
    "POST /estate/limits/{limit_id:int}": [Trial(form=lambda world, of: {"version": 1, "most": 7})],
    "POST /estate/limits/{limit_id:int}/removal": [Trial()],
    "POST /funnels/{funnel_id:int}": [Trial(form=lambda world, of: {"version": 1, "name": "Продажи"})],
    "POST /estate/terms/{terms_id:int}": [
        Trial(
            form=lambda world, of: {
                "version": 1, "days": "1, 3", "default_days": 3, "total_days": 9, "own_extensions": 2,
                "price": "100",
            },
        ),
    ],
    "GET /companies": [Trial(), Trial("by name", lambda world, of: {"q": "zqz"})],
    "GET /people": [
        Trial(),
        Trial("by phone", lambda world, of: {"q": world.text("person.phone", of)}),
    ],
    "GET /deals": [
        Trial(),
        Trial("list", lambda world, of: {"view": "list"}),
        Trial("mine", lambda world, of: {"filter": "mine"}),
        Trial("by words", lambda world, of: {"q": "zqz"}),
    ],
    "GET /deals/stages/{stage_id:int}": [Trial(at={"stage_id": "stage first"})],
    "GET /deals/options": [Trial(), Trial("by words", lambda world, of: {"q": "zqz"})],
    "GET /deals/similar": [
        Trial("by name", lambda world, of: {"client": "zqz"}),
        Trial("by phone", lambda world, of: {"phone": world.text("person.phone", of)}),
    ],
    "GET /deals/{deal_id:int}/tasks/{task_id:int}/moment": [
        Trial(),
        Trial("of another deal", at=FOREIGN_STEP),
    ],
    "GET /estate/{project_id:int}/chessboard": [
        Trial(),
        Trial("beside", lambda world, of: {"unit": world.id("unit held", of)}),
        Trial("on a past day", on_a_past_day),
        Trial("beside, on a past day", lambda world, of: {
            **on_a_past_day(world, of), "unit": world.id("unit held", of),
        }),
    ],
    "GET /live": [Trial("of records", topics), Trial("of all", of_all)],
    "GET /onec/exchange": [
        Trial(query=lambda world, of: {"mode": "query", "type": "sale"}),
        Trial("by password", lambda world, of: {"mode": "query", "type": "sale"}, by_password=True),
    ],
    "GET /search": [
        Trial("by name", lambda world, of: {"q": "zqz"}),
        Trial("unit", lambda world, of: {"q": "9"}),
    ],
    "GET /units/{unit_id:int}": [
        Trial(),
        Trial("free", at={"unit_id": "unit"}),
        Trial("in an offer", at={"unit_id": "unit in an offer"}),
        Trial("asked about", at={"unit_id": "unit asked about"}),
        Trial("on a past day", on_a_past_day),
    ],
    "POST /estate/{project_id:int}/exports": [Trial()],
    "POST /estate/{project_id:int}/changes/exports": [Trial()],
    "POST /estate/imports": [Trial(upload="file")],
    "POST /estate/imports/{import_id:int}/application": [Trial()],
    "POST /estate/imports/{import_id:int}/undoing": [Trial(at={"import_id": "stock import done"})],
    "POST /baskets": [
        Trial(form=lambda world, of: {**deal_of(world, of), "units": world.id("unit", of)}),
        Trial("for a new deal", form=lambda world, of: new_deal(world, of) | {"units": world.id("unit", of)}),
    ],
    "POST /baskets/cancellations": [
        Trial(query=lambda world, of: {"bookings": world.id("booking", of)}),
        Trial("over", query=lambda world, of: {"bookings": world.id("booking over", of)}),
    ],
    "POST /bookings/{booking_id:int}/cancellation": [
        Trial(),
        Trial("over", at={"booking_id": "booking over"}),
    ],
    "POST /bookings/{booking_id:int}/extensions": [
        Trial(form=lambda world, of: {"days": 1}),
        Trial("over", form=lambda world, of: {"days": 1}, at={"booking_id": "booking over"}),
    ],
    "POST /bookings/{booking_id:int}/discounts": [
        Trial("a booking with one", form=discount),
        Trial(form=discount, at={"booking_id": "booking plain"}),
        Trial("over", form=discount, at={"booking_id": "booking over"}),
    ],
    "GET /discounts": [Trial(), Trial("decided", lambda world, of: {"state": "decided"})],
    "POST /discounts/limits": [
        Trial(form=lambda world, of: {"manager": "2", "head": "5", "shown_manager": "1", "shown_head": "5"})
    ],
    "POST /discounts/{discount_id:int}/approval": [Trial(form=lambda world, of: {"comment": "Да"})],
    "POST /discounts/{discount_id:int}/refusal": [Trial(form=lambda world, of: {"comment": "Нет"})],
    "POST /discounts/{discount_id:int}/withdrawal": [Trial()],
    "POST /prices/coefficients": [Trial(form=coefficient)],
    "POST /prices/coefficients/{coefficient_id:int}/removal": [Trial()],
    "POST /prices/coefficients/{coefficient_id:int}/return": [
        Trial(at={"coefficient_id": "price_coefficient removed"})
    ],
    "POST /prices/lists": [Trial(form=price_list)],
    "POST /prices/lists/{list_id:int}": [Trial(form=price_list)],
    "POST /prices/lists/{list_id:int}/application": [
        Trial(), Trial("at a date", form=lambda world, of: {"effect_at": moment(timedelta(days=2))}),
    ],
    "POST /prices/lists/{list_id:int}/recall": [Trial(at={"list_id": "price_list scheduled"})],
    "POST /prices/lists/{list_id:int}/undo": [Trial(at={"list_id": "price_list applied"})],
    "POST /prices/settings/{project_id:int}": [
        Trial(form=lambda world, of: {"master": "lists", "floor_metre": "1", "version": 1})
    ],
    "POST /promotions": [Trial(form=promotion)],
    "POST /promotions/{promotion_id:int}": [Trial(form=promotion)],
    "POST /promotions/{promotion_id:int}/end": [Trial()],
    "POST /companies": [
        Trial(form=lambda world, of: {"name": "Новая"}),
        Trial(
            "known requisites",
            form=lambda world, of: {"name": "Она же", "inn": world.text("company.inn", of), "kpp": KPP},
        ),
    ],
    "POST /companies/{company_id:int}": [Trial(form=lambda world, of: {"name": "Иначе", "version": 1})],
    "POST /deals": [
        Trial(form=lambda world, of: {"client": "Новый", "phone": "+79210000001", "title": "Квартира"}),
        Trial(
            "known client",
            form=lambda world, of: {
                "client": "Он же", "phone": world.text("person.phone", of), "title": "Квартира",
            },
        ),
    ],
    "POST /deals/{deal_id:int}": [
        Trial(form=edited),
        Trial("to Maria", form=lambda world, of: edited(world, of, responsible_id=world.people["maria"])),
        Trial("to Timur", form=lambda world, of: edited(world, of, responsible_id=world.people["timur"])),
    ],
    "POST /deals/{deal_id:int}/comments": [Trial(form=lambda world, of: {"text": "Так"})],
    "GET /deals/{deal_id:int}/files/{file_id:int}": [Trial(), Trial("of another deal", at=FOREIGN_STEP)],
    "POST /deals/{deal_id:int}/files": [Trial(form=lambda world, of: {}, upload="files")],
    "POST /deals/{deal_id:int}/files/{file_id:int}/removal": [
        Trial(),
        Trial("of another deal", at=FOREIGN_STEP),
        Trial("of another in Anna's deal", at=FOREIGN_STEP | {"file_id": IN_ANNAS_DEAL}),
    ],
    "POST /deals/{deal_id:int}/files/{file_id:int}/return": [
        Trial(at={"file_id": "attachment off"}),
        Trial("of another deal", at=FOREIGN_STEP | {"file_id": "attachment off"}),
    ],
    "POST /deals/{deal_id:int}/moves": [
        Trial(form=moved),
        Trial("below", form=lambda world, of: {**moved(world, of), "after_id": world.id("deal", "f")}),
    ],
    "POST /deals/{deal_id:int}/moves/undo": [Trial()],
    "POST /deals/{deal_id:int}/tasks": [Trial(form=planned)],
    "POST /deals/{deal_id:int}/tasks/{task_id:int}/completion": [
        Trial(),
        Trial("of another deal", at=FOREIGN_STEP),
    ],
    "POST /deals/{deal_id:int}/tasks/{task_id:int}/moment": [
        Trial(form=planned), Trial("of another deal", form=planned, at=FOREIGN_STEP),
    ],
    "POST /deals/{deal_id:int}/tasks/{task_id:int}/reopening": [
        Trial(at={"task_id": "task done"}),
        Trial("of another deal", at={"deal_id": "o:deal", "task_id": "task done"}),
    ],
    "POST /exchange/messages/{message_id:int}/dismissal": [Trial()],
    "POST /exchange/messages/{message_id:int}/retries": [Trial()],
    "GET /offers": [
        Trial(),
        Trial("by name", lambda world, of: {"q": "zqz"}),
        Trial("by number", lambda world, of: {"q": world.id("offer", of)}),
    ],
    "GET /offers/new": [
        Trial(query=lambda world, of: {"units": world.id("unit", "o"), "deal": world.id("deal", of)}),
    ],
    "GET /offers/{offer_id:int}": [Trial(), Trial("a version", lambda world, of: {"version": 1})],
    "POST /offers": [
        Trial(form=composed),
        Trial("for a new deal", form=lambda world, of: composed(world, of) | new_deal(world, of)),
    ],
    "POST /offers/draft": [Trial(form=counted), Trial("of an offer", form=counted_again)],
    "POST /offers/{offer_id:int}/versions": [Trial(form=next_version)],
    "POST /offers/{offer_id:int}/links": [Trial()],
    "POST /offers/{offer_id:int}/links/{link_id:int}/revocation": [
        Trial(),
        Trial("of another offer", at={"offer_id": "o:offer"}),
    ],
    "POST /o/{token:str}/openings": [Trial()],
    "GET /mortgage-programmes": [Trial(), Trial("counted", lambda world, of: {"price": 8_000_000})],
    "POST /payment-templates": [Trial(form=template)],
    "POST /payment-templates/{template_id:int}": [
        Trial(form=lambda world, of: template(world, of) | {"version": 1}),
    ],
    "POST /payment-templates/{template_id:int}/retirement": [Trial()],
    "POST /payment-templates/{template_id:int}/return": [Trial(at={"template_id": "template retired"})],
    "POST /mortgage-programmes": [Trial(form=programme)],
    "POST /mortgage-programmes/{programme_id:int}": [
        Trial(form=lambda world, of: programme(world, of) | {"version": 1}),
    ],
    "POST /mortgage-programmes/{programme_id:int}/retirement": [Trial()],
    "POST /mortgage-programmes/{programme_id:int}/return": [Trial(at={"programme_id": "programme retired"})],
    "POST /my/language": [Trial(form=lambda world, of: {"language": "ru"})],
    "POST /my/sessions/others": [Trial()],
    "POST /my/theme": [Trial(form=lambda world, of: {"theme": "dark"})],
    "POST /notices/reading": [Trial()],
    "POST /onec/exchange": [Trial(query=lambda world, of: {"mode": "complete"})],
    "POST /sign-in": [Trial(form=lambda world, of: {"login": "anna", "password": "не тот"})],
    "POST /sign-out": [Trial()],
    "POST /units/{unit_id:int}/booking": [
        Trial("for a deal", form=deal_of, at={"unit_id": "unit"}),
        Trial("a unit held", form=lambda world, of: deal_of(world, "o")),
        Trial(
            "past the line",
            form=lambda world, of: {**deal_of(world, of), "reason": "Так"},
            at={"unit_id": "v:unit offered"},
        ),
        Trial(
            "for a new deal",
            form=new_deal,
            at={"unit_id": "unit"},
        ),
    ],
    "POST /agencies": [Trial(form=agency)],
    "POST /agencies/{agency_id:int}": [Trial(form=lambda world, of: agency(world, of, version=1))],
    "POST /agencies/{agency_id:int}/agents": [
        Trial(form=lambda world, of: {"login": "novaya", "name": "Новая", "password": "длинный пароль"})
    ],
    "POST /agencies/{agency_id:int}/parting": [Trial()],
    "POST /agencies/{agency_id:int}/reopening": [Trial(at={"agency_id": "agency closed"})],
    "POST /agencies/requests/{request_id:int}/confirmation": [Trial(form=lambda world, of: {"days": 1})],
    "POST /agencies/requests/{request_id:int}/refusal": [Trial(form=lambda world, of: {"answer": "Занято"})],
    "GET /agent/stock/{unit_id:int}": [Trial(at={"unit_id": "unit"}), Trial("held")],
    "POST /agent/stock/{unit_id:int}/requests": [
        Trial(form=lambda world, of: {"fixation_id": world.id("fixation", of)}, at={"unit_id": "unit"})
    ],
    "POST /agent/clients": [
        Trial(form=lambda world, of: {"name": "Новый", "phone": "+79210000002"}),
        Trial(
            "known phone",
            form=lambda world, of: {"name": "Он", "phone": world.text("fixation.phone", of)},
        ),
    ],
    "POST /agent/clients/checks": [
        Trial("known phone", form=lambda world, of: {"phone": world.text("fixation.phone", of)}),
        Trial("client of ours", form=lambda world, of: {"phone": world.text("person.phone", of)}),
    ],
    "POST /agent/clients/{fixation_id:int}/release": [Trial()],
    "POST /agent/requests/{request_id:int}/withdrawal": [Trial()],
    "GET /plans/{plan_id:int}": [Trial()],
    "POST /plans/{plan_id:int}/removal": [Trial()],
    "POST /plans/{plan_id:int}/return": [Trial(at={"plan_id": "plan off"})],
    "POST /layouts": [
        Trial(form=lambda world, of: a_layout(world, of) | {"project_id": world.id("project", of)}),
    ],
    "POST /layouts/gathering": [Trial(form=lambda world, of: {"project_id": world.id("project", of)})],
    "POST /layouts/{layout_id:int}": [Trial(form=lambda world, of: a_layout(world, of) | {"version": 1})],
    "POST /layouts/{layout_id:int}/units": [Trial()],
    "POST /layouts/{layout_id:int}/plan": [Trial(upload="file")],
    "POST /floors/{floor_id:int}/plan": [Trial(upload="file")],
    "POST /floors/{floor_id:int}/outlines/{unit_id:int}": [
        Trial(
            form=lambda world, of: {"points": "10,10 40,10 40,50", "shown": ""}, at={"unit_id": "unit drawn"},
        ),
    ],
    "POST /floors/{floor_id:int}/copies": [Trial(form=lambda world, of: {"floors": "2-3"})],
    "POST /units/{unit_id:int}/arrangement": [Trial(form=arranged, at={"unit_id": "unit"})],
    "POST /units/{unit_id:int}/plan": [Trial(upload="file", at={"unit_id": "unit"})],
    "GET /layouts/new": [Trial(query=lambda world, of: {"project": world.id("project", of)})],
    "POST /characteristics": [
        Trial(form=lambda world, of: {"kind": "flat", "code": "loggia", "type": "flag", "title": "Лоджия"}),
    ],
    "POST /characteristics/{characteristic_id:int}": [
        Trial(form=lambda world, of: {"title": "Иначе", "version": 1}),
    ],
    "POST /units/{unit_id:int}/line": [
        Trial(form=joined, at={"unit_id": "v:unit held"}),
        Trial("of what is held", form=lambda world, of: joined(world, "o")),
        Trial("for a new deal", form=new_deal, at={"unit_id": "v:unit held"}),
    ],
    "POST /waiting/{waiting_id:int}/departure": [Trial(), Trial("over", at={"waiting_id": "waiting over"})],
    "GET /waiting/{waiting_id:int}/place": [Trial(), Trial("over", at={"waiting_id": "waiting over"})],
    "POST /waiting/{waiting_id:int}/place": [
        Trial(form=last),
        Trial("over", form=last, at={"waiting_id": "waiting over"}),
    ],
    "POST /bookings/{booking_id:int}/acceptance": [
        Trial(form=lambda world, of: {"days": 1, "kind": "verbal"}, at=OFFERED),
        Trial("no offer", form=lambda world, of: {"days": 1, "kind": "verbal"}),
    ],
    "POST /bookings/{booking_id:int}/refusal": [Trial(at=OFFERED)],
    "GET /bookings/{booking_id:int}/swap": [
        Trial(), Trial("by number", lambda world, of: {"number": "9"}),
        Trial("over", at={"booking_id": "booking over"}),
    ],
    "POST /bookings/{booking_id:int}/swap": [
        Trial(form=lambda world, of: {"unit_id": world.id("unit", of), "shown": world.price}),
        Trial("at an old price", form=lambda world, of: {"unit_id": world.id("unit", of), "shown": 1}),
        Trial(
            "over", form=lambda world, of: {"unit_id": world.id("unit", of), "shown": 1},
            at={"booking_id": "booking over"},
        ),
    ],
    "POST /bookings/{booking_id:int}/swap/undo": [
        Trial(), Trial("swapped", at={"booking_id": "booking swapped"}),
    ],
    "GET /bookings/{booking_id:int}/transfer": [Trial(), Trial("over", at={"booking_id": "booking over"})],
    "POST /bookings/{booking_id:int}/transfer": [
        Trial("to Maria's", form=lambda world, of: {"deal_id": world.id("deal", "c"), "reason": "Так"}),
        Trial("to Timur's", form=lambda world, of: {"deal_id": world.id("deal", "f"), "reason": "Так"}),
    ],
    "POST /bookings/{booking_id:int}/transfer/undo": [
        Trial(), Trial("transferred", at={"booking_id": "booking transferred"}),
    ],
    "GET /bookings/{booking_id:int}/contract": [Trial(), Trial("over", at={"booking_id": "booking over"})],
    "POST /bookings/{booking_id:int}/contract": [
        Trial(form=lambda world, of: {"number": "Д-1"}),
        Trial("for all", form=lambda world, of: {"number": "Д-1", "all": "1"}),
    ],
    "POST /bookings/{booking_id:int}/sale": [Trial(at=CONTRACTED)],
    "GET /bookings/{booking_id:int}/termination": [Trial(at=CONTRACTED)],
    "POST /bookings/{booking_id:int}/termination": [
        Trial(form=lambda world, of: {"reason": "Так"}, at=CONTRACTED)
    ],
    "POST /bookings/{booking_id:int}/contract/undo": [Trial(at=CONTRACTED)],
    "POST /baskets/extensions": [
        Trial(
            form=lambda world, of: {"days": 1},
            query=lambda world, of: {"bookings": world.id("booking", of)},
        ),
        Trial(
            "over", form=lambda world, of: {"days": 1},
            query=lambda world, of: {"bookings": world.id("booking over", of)},
        ),
    ],
    "GET /units/comparison": [
        Trial(), Trial("a unit held", lambda world, of: {"units": world.id("unit held", of)}),
    ],
    "GET /units/{unit_id:int}/why": [Trial(), Trial("free", at={"unit_id": "unit"})],
    "POST /units/{unit_id:int}/presence": [Trial(form=lambda world, of: {"client": "1"})],
    "POST /units/{unit_id:int}/presence/end": [Trial()],
    "POST /units/{unit_id:int}/favourite": [Trial()],
    "POST /units/{unit_id:int}/favourite/removal": [Trial()],
    "GET /selections/new": [
        Trial(), Trial("a unit held", lambda world, of: {"units": world.id("unit held", of)}),
    ],
    "POST /selections": [
        Trial(form=lambda world, of: {"name": "Для клиента", "units": world.id("unit", of)}),
        Trial("for a deal", form=lambda world, of: {"name": "Для клиента", "deal_id": world.id("deal", of)}),
        Trial(
            "a kept filter",
            form=lambda world, of: {
                "name": "Студии", "building": world.id("building", of), "asked": "rooms=0",
            },
        ),
    ],
    "POST /selections/{selection_id:int}": [
        Trial(form=lambda world, of: {"name": "Иначе", "version": 1}),
        Trial("shared", form=lambda world, of: {"name": "Иначе", "version": 1, "shared": "1"}),
        Trial(
            "for a deal",
            form=lambda world, of: {"name": "Иначе", "version": 1, "deal_id": world.id("deal", of)},
            at=FOREIGN_CHOICE,
        ),
        Trial("a shared one", form=lambda world, of: {"name": "Иначе", "version": 1}, at=SHARED),
    ],
    "GET /selections/{selection_id:int}": [
        Trial(), Trial("for another's deal", at={"selection_id": "selection for another's deal"}),
    ],
    "GET /selections/{selection_id:int}/edit": [
        Trial(), Trial("a shared one", at=SHARED),
        Trial("for another's deal", at={"selection_id": "selection for another's deal"}),
    ],
    "POST /selections/{selection_id:int}/removal": [Trial(), Trial("a shared one", at=SHARED)],
    "POST /selections/{selection_id:int}/return": [
        Trial(at={"selection_id": "selection removed"}),
        Trial("a shared one", at={"selection_id": "selection shared removed"}),
    ],
    "POST /selections/{selection_id:int}/choices": [
        Trial(form=lambda world, of: {"units": world.id("unit", of)}),
        Trial("a shared one", form=lambda world, of: {"units": world.id("unit", of)}, at=SHARED),
    ],
    f"POST {CHOICE}/note": [
        Trial(form=noted), Trial("of another selection", form=noted, at=FOREIGN_CHOICE),
        Trial("a shared one", form=lambda world, of: {"note": "Окна во двор"}, at=SHARED_CHOICE),
    ],
    f"POST {CHOICE}/moves": [
        Trial(form=lambda world, of: {"to": "down"}),
        Trial("of another selection", form=lambda world, of: {"to": "down"}, at=FOREIGN_CHOICE),
        Trial("a shared one", form=lambda world, of: {"to": "down"}, at=SHARED_CHOICE),
    ],
    f"POST {CHOICE}/removal": [
        Trial(), Trial("of another selection", at=FOREIGN_CHOICE), Trial("a shared one", at=SHARED_CHOICE),
    ],
    f"POST {CHOICE}/return": [
        Trial(at={"choice_id": "choice removed"}),
        Trial("of another selection", at=FOREIGN_CHOICE | {"choice_id": "choice removed"}),
    ],
    "GET /reports/idle-reserve": [Trial(), Trial("by booking", lambda world, of: {"by": "booking"})],
    "GET /leads": [
        Trial(),
        Trial("with a deal", lambda world, of: {"state": "deals"}),
        Trial("about a unit", lambda world, of: {"unit": world.id("unit", of)}),
    ],
    "POST /leads/{lead_id:int}/taking": [
        Trial(at={"lead_id": "lead to take"}), Trial("waiting", at={"lead_id": "lead waiting"}),
    ],
    "POST /leads/{lead_id:int}/deal": [Trial(), Trial("waiting", at={"lead_id": "lead waiting"})],
    "POST /leads/{lead_id:int}/junk": [
        Trial(form=lambda world, of: {"reason": "реклама"}),
        Trial("waiting", form=lambda world, of: {"reason": "реклама"}, at={"lead_id": "lead waiting"}),
    ],
    "POST /publication/{project_id:int}": [Trial(form=published_project)],
    "POST /publication/buildings/{building_id:int}": [
        Trial(form=lambda world, of: {"version": 1, "address": "ул. Другая, 2", "flat": "on"}),
    ],
    "POST /publication/sites": [Trial(form=lambda world, of: {"origin": "https://other.example"})],
    "POST /publication/sites/{site_id:int}/removal": [Trial()],
    "POST /publication/consent": [
        Trial(form=lambda world, of: {"text": f"{WORDS} Иначе.", "policy_url": POLICY}),
    ],
    **{
        f"POST /publication/feeds/{format_}": [
            Trial(form=lambda world, of: {"enabled": "on"}),
        ]
        for format_ in FeedFormat
    },
    "GET /public/projects/{project_id:int}/units": [
        Trial(), Trial("filtered", lambda world, of: {"rooms": 1, "price_to": 9_000_000}),
    ],
    "GET /public/projects": [Trial(), Trial("from a page of a listed site", origin=SITE)],
    **{
        f"GET /public/feeds/{format_}.xml": [Trial(), Trial("by the token", with_token)]
        for format_ in FeedFormat
    },
    "POST /public/leads": [
        Trial("from nowhere", form=wanted_outside), Trial(form=wanted_outside, origin=SITE),
    ],
}  # fmt: skip
