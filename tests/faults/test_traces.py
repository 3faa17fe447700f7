"""D1: what runs by itself leaves an event in the same transaction as every change of the business."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain import events
from jobs import schedule
from jobs.broker import broker
from jobs.clients import onec_odata
from tests.faults import deeds
from tests.faults.deeds import DEEDS, Deed
from tests.faults.scenes import Demo1C, demo_1c
from tests.fixtures import in_use
from tests.gates import Gate
from tests.jobs.conftest import PASSWORD_VARIABLE
from tests.servers import Databases
from tests.web.walls.traces import Trace, tracing


@pytest.fixture(scope="module")
def base_1c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo1C]:
    with demo_1c(tmp_path_factory.mktemp("onec")) as base:
        yield base


@pytest.fixture(scope="module")
def acquainted(databases: Databases, template: str, base_1c: Demo1C) -> Iterator[str]:
    """A database to clone, after 1C and we have met."""
    with databases.new(template, "traces") as url, pytest.MonkeyPatch.context() as patched:
        patched.setenv(PASSWORD_VARIABLE, base_1c.password)
        with in_use(url) as database:
            deeds.acquaint(base_1c)
            onec_odata.hang_up()
        yield str(database.engine.url.database)


def done(deed: Deed, databases: Databases, acquainted: str, base_1c: Demo1C) -> Trace:
    kept = base_1c.kept()
    with databases.new(acquainted) as url, in_use(url):
        arguments = deed.prepare(base_1c)
        with tracing() as trace:
            everything_that_runs()[deed.runs](*arguments)
        onec_odata.hang_up()
    base_1c.put_back(kept)
    return trace


def everything_that_runs() -> dict[str, object]:
    actors = {f"actor:{actor.actor_name}": actor.fn for actor in broker.actors.values()}
    return actors | {f"duty:{duty.__name__}": duty for duty in schedule.JOBS}


@pytest.fixture(autouse=True)
def _known_to_1c(base_1c: Demo1C, valkey: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, base_1c.password)


@pytest.mark.gate("D1")
def test_whatever_runs_by_itself_says_what_it_changed(
    databases: Databases, acquainted: str, base_1c: Demo1C, gate: Gate
):
    assert deeds.unprepared(deeds.everything_that_runs()) == []
    traces = {f"{deed.runs}, {deed.name}": done(deed, databases, acquainted, base_1c) for deed in DEEDS}
    silent = {name: trace.silent for name, trace in traces.items() if trace.silent}
    assert silent == {}, "these tables were changed without an event of the same transaction"
    changing = [trace for trace in traces.values() if trace.changed]
    gate.report(
        f"{len(traces)} deeds of actors and of the clock: "
        f"all {len(changing)} that changed the business said so"
    )


@pytest.mark.control("D1")
def test_control_actors_that_forget_their_events_are_caught(
    databases: Databases, acquainted: str, base_1c: Demo1C, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    deed = next(each for each in DEEDS if each.runs == "duty:expire_bookings")
    prepare = deed.prepare

    def forgetful(base: Demo1C) -> list[Any]:
        arguments = prepare(base)
        monkeypatch.setattr(events, "record", lambda *args, **kwargs: None)
        return arguments

    silent = done(replace(deed, prepare=forgetful), databases, acquainted, base_1c).silent
    assert "booking" in silent
    gate.report("a clock that ends bookings without a word is caught")
