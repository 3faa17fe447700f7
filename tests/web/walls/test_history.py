"""D1: whoever changes the business by a request leaves an event in the same transaction."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain import events
from domain.access import Permission
from domain.kernel import formats
from tests import servers
from tests.gates import Gate
from tests.web.walls import belongings
from tests.web.walls.belongings import World
from tests.web.walls.routes import Route, table
from tests.web.walls.traces import NO_HISTORY, Trace, tracing
from tests.web.walls.trials import Trial, planned, trials_of
from tests.web.walls.visits import AS_DATA, EVERYTHING, Persona, Visits, visiting
from tests.world.people import PASSWORD

BORIS = Persona("head", "boris")
ANNA = Persona("Anna with every permission", "anna", EVERYTHING)
BORIS = Persona("Boris with every permission", "boris", EVERYTHING)
"""Who answers Anna: nobody answers himself."""
ADMIN = Persona("the administrator", "admin", EVERYTHING)
"""Who lifts the limits of people: nobody lifts his own."""
NOBODY = Persona("nobody")
AGATA = Persona("the agent Agata", "agata")
ONEC = Persona("1C", "onec")

NOT_HISTORY = {
    "POST /my/theme": "a cookie of one browser",
    "POST /notices/reading": "that somebody has read what is about an event already",
    "POST /units/{unit_id:int}/presence": "who has a unit open now, forgotten in two minutes",
    "POST /units/{unit_id:int}/presence/end": "the same",
    "POST /units/{unit_id:int}/favourite": "a person's own bookmark",
    "POST /units/{unit_id:int}/favourite/removal": "the same",
    "POST /offers/draft": "a calculation on the screen; nothing is kept",
    "POST /onec/exchange": "pieces on their way; a worker makes events of what is in them",
}
"""Routes that change no business, with the reason."""


@pytest.fixture(scope="module")
def visits(databases: servers.Databases, template: str) -> Iterator[Visits]:
    """One world for all: nothing of a visit stays."""
    with (
        belongings.settled(databases, template) as world,
        pytest.MonkeyPatch.context() as patched,
        visiting(world, patched) as visits,
    ):
        yield visits


def right_password(_world: World, _of: str) -> dict[str, object]:
    return {"login": "anna", "password": PASSWORD}


def moved_again(world: World, of: str) -> dict[str, object]:
    shown = world.now + timedelta(minutes=1)
    return {**planned(world, of), "shown": f"{formats.here(shown):%Y-%m-%dT%H:%M}"}


MORE_FORMS = {
    "POST /sign-in": [right_password],
    "POST /deals/{deal_id:int}/tasks/{task_id:int}/moment": [moved_again],
}
"""Where the walls are tried with forms that are refused."""


def tried(visits: Visits, route: Route) -> Trace:
    """Every valid request of the route, about Anna's own records."""
    trials = [*trials_of(route), *(Trial(form=form) for form in MORE_FORMS.get(str(route), []))]
    with tracing() as trace:
        for who in who_asks(route):
            for trial in trials if not trace.told else []:
                address, form = trial.address(route, visits.world, "o"), trial.form(visits.world, "o")
                visits.ask(
                    who,
                    route.method,
                    address,
                    form=form,
                    headers={**AS_DATA, **trial.headers},
                    upload=trial.upload,
                )
    return trace


def who_asks(route: Route) -> list[Persona]:
    """Her head after Anna, then the administrator, where she may not or not to the end."""
    if route.permission is Permission.PUBLIC:
        return [NOBODY]
    if route.path.startswith("/agent/"):
        return [AGATA]
    return [ONEC] if route.for_machines else [ANNA, BORIS, ADMIN]


def unsafe() -> list[Route]:
    return [route for route in table() if not route.safe]


@pytest.mark.gate("D1")
def test_every_route_that_changes_the_business_says_so(visits: Visits, gate: Gate):
    silent, unheard = {}, []
    told = 0
    for route in unsafe():
        trace = tried(visits, route)
        told += trace.told
        if trace.silent:
            silent[str(route)] = trace.silent
        if not trace.told and str(route) not in NOT_HISTORY:
            unheard.append(str(route))
    assert silent == {}, "these tables were changed without an event of the same transaction"
    assert unheard == [], "no event was born: a valid form is missing, or a reason in NOT_HISTORY"
    gate.report(
        f"{told} of {len(unsafe())} routes that change something leave an event in the same transaction, "
        f"{len(NOT_HISTORY)} change no business; {len(NO_HISTORY)} tables are not history"
    )


@pytest.mark.control("D1")
def test_control_a_route_that_forgets_its_event_is_caught(
    visits: Visits, monkeypatch: pytest.MonkeyPatch, gate: Gate
):
    """Each route in turn is made to forget."""
    monkeypatch.setattr(events, "record", lambda *args, **kwargs: None)
    forgotten = [str(route) for route in unsafe() if tried(visits, route).silent]
    assert "POST /deals/{deal_id:int}/moves" in forgotten
    assert "POST /units/{unit_id:int}/booking" in forgotten
    gate.report(f"with the writing of events cut out {len(forgotten)} routes are caught")
