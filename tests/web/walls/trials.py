"""What is tried at every route: valid requests, so that the answer shows the permission and nothing else.

A route that takes a form and a new kind of record in an address have to be listed here; until then the
gates are red.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from tests.web.walls.belongings import IN_ANNAS_DEAL, KPP, NOBODY, World, moment
from tests.web.walls.routes import Route

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
    "selection_id": "selection",
    "choice_id": "choice",
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
    at: Mapping[str, str] = field(default_factory=dict)
    """Other rows in the address than the first of their kind; `o:deal` is Anna's whoever's turn it is."""

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


def topics(world: World, of: str) -> Filled:
    return {"topics": f"deal-{world.id('deal', of)},user-{world.person(of)}", "since": 1}


def of_all(world: World, of: str) -> Filled:
    return {
        "topics": f"exchange,building-{world.id('building', 'o')},funnel-{world.id('funnel', 'o')}"
        f",unit-{world.id('unit first', 'o')}",
        "since": 1,
    }


def noted(world: World, of: str) -> Filled:
    return {"note": "Окна во двор", "shown": "" if of == NOBODY else world.text("choice.note", of)}


FOREIGN_STEP = {"deal_id": "o:deal"}
FOREIGN_CHOICE = {"selection_id": "o:selection"}
SHARED = {"selection_id": "selection shared"}
SHARED_CHOICE = SHARED | {"choice_id": "choice shared"}
CHOICE = "/selections/{selection_id:int}/choices/{choice_id:int}"
TRIALS: dict[str, list[Trial]] = {
    "GET /bookings": [Trial(), Trial("over", lambda world, of: {"state": "over"})],
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
    "GET /units/{unit_id:int}": [Trial(), Trial("free", at={"unit_id": "unit"})],
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
            "for a new deal",
            form=new_deal,
            at={"unit_id": "unit"},
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
}  # fmt: skip
