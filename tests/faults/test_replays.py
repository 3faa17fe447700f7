"""R8: whatever runs by itself may be run again, beside itself, or after a death at any step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import deeds
from tests.faults.deeds import DEEDS, Deed
from tests.faults.scenes import Ended, Scene, Set, Stage, demo_1c, dying
from tests.faults.states import State
from tests.gates import Gate
from tests.jobs.conftest import PASSWORD_VARIABLE
from tests.servers import Databases


@pytest.fixture(scope="module")
def scene(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, project_root_path: Path
) -> Iterator[Scene]:
    with (
        demo_1c(tmp_path_factory.mktemp("onec-of-faults")) as base_1c,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setenv(PASSWORD_VARIABLE, base_1c.password)
        with dying(project_root_path, base_1c.password) as dies:
            yield Scene(databases, base_1c, dies)


@pytest.fixture(scope="module")
def project_root_path() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="module")
def acquainted(scene: Scene, template: str) -> Iterator[Set]:
    with scene.prepared(Set(template, scene.base_1c.kept()), lambda: deeds.acquaint(scene.base_1c)) as known:
        yield known


Outcome = tuple[State, State]
UNSEEN = {"duty:seal_history"}
"""What they write is left out of the checksums; here they are asked to do no harm."""


@dataclass
class Rehearsal:
    """One deed played in every way, against one clean run of it."""

    scene: Scene
    set_: Set
    runs: str
    harms: list[str] = field(default_factory=list)
    kills: int = 0

    def play(self, gate: Gate) -> None:
        """Whole: thrice, two at once, killed at every step. Small: two at once and then again, one death."""
        with self.scene.open(self.set_) as stage:
            before = stage.came_to()
            (clean,) = stage.carry_out(self.runs)
            wanted = stage.came_to()
        assert not clean.trouble, f"{self.runs} stumbled in a clean run: {clean.trouble}"
        if before == wanted and self.runs not in UNSEEN:
            self.harms.append("the clean run changed nothing: its moment is not prepared well")
        if gate.whole:
            self.again(wanted)
        self.beside_itself(wanted)
        places = range(1, len(clean.steps) + 1)
        for place in places if gate.whole else gate.random.sample(places, 1):
            self.killed_at(place, f"{clean.steps[place - 1]} ({place})", wanted)

    def again(self, wanted: Outcome) -> None:
        with self.scene.open(self.set_) as stage:
            for _turn in range(3):
                self.note(stage.carry_out(self.runs), "run thrice")
                stage.let_time_pass()
            self.compare(stage, wanted, "run thrice")

    def beside_itself(self, wanted: Outcome) -> None:
        with self.scene.open(self.set_) as stage:
            self.note(stage.carry_out(self.runs, twins=2), "two at once")
            stage.let_time_pass()
            self.note(stage.carry_out(self.runs), "two at once, then again")
            self.compare(stage, wanted, "two at once")

    def killed_at(self, place: int, step: str, wanted: Outcome) -> None:
        with self.scene.open(self.set_) as stage:
            (ended,) = stage.carry_out(self.runs, die_at=place)
            if not ended.killed:
                self.harms.append(f"lived through step {step}")
            self.kills += 1
            stage.let_time_pass()
            self.note(stage.carry_out(self.runs), f"again after a death {step}")
            self.compare(stage, wanted, f"killed {step}")

    def note(self, ended: list[Ended], when: str) -> None:
        self.harms += [f"{when}: {one.trouble or 'died'}" for one in ended if one.trouble or one.killed]

    def compare(self, stage: Stage, wanted: Outcome, how: str) -> None:
        for place, mine, theirs in zip(("here", "in 1C"), stage.came_to(), wanted, strict=True):
            if mine != theirs:
                self.harms.append(f"{how}, {place}: {mine.checksum} instead of {theirs.checksum}\n"
                                  f"{mine.against(theirs)}")  # fmt: skip


def test_whatever_runs_by_itself_has_a_moment_prepared() -> None:
    assert deeds.unprepared(deeds.everything_that_runs()) == []


def test_a_deed_that_could_not_begin_says_so(scene: Scene) -> None:
    """Else a run that never began would pass for one that came to another end."""
    (ended,) = scene.dying.carry_out(scene.databases.url("nowhere"), "actor:relay", [])
    assert "nowhere" in ended.trouble and not ended.killed


@pytest.mark.gate("R8")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: f"{deed.runs}-{deed.name}")
def test_it_comes_to_the_same_however_often_it_is_run(
    deed: Deed, scene: Scene, acquainted: Set, gate: Gate
) -> None:
    with scene.prepared(acquainted, lambda: deed.prepare(scene.base_1c)) as set_:
        rehearsal = Rehearsal(scene, set_, deed.runs)
        rehearsal.play(gate)
    assert rehearsal.harms == [], "\n".join(rehearsal.harms)
    times = "thrice, two at once" if gate.whole else "two at once"
    gate.report(f"{deed.runs}, {deed.name}: {times}, killed {rehearsal.kills} x: the same here and in 1C")


@pytest.mark.control("R8")
def test_control_an_actor_without_a_key_is_caught(scene: Scene, acquainted: Set, gate: Gate) -> None:
    with scene.prepared(acquainted, lambda: ["Выезд замерщика"]) as set_:
        rehearsal = Rehearsal(scene, set_, "actor:careless")
        rehearsal.play(gate)
    for place in ("here", "in 1C"):
        assert any(harm.startswith(f"two at once, {place}") for harm in rehearsal.harms), rehearsal.harms
    assert not gate.whole or any(harm.startswith("killed") for harm in rehearsal.harms)
    gate.report(f"an actor without a key: {len(rehearsal.harms)} differing ends seen, here and in 1C")


@pytest.mark.control("R8")
def test_control_an_actor_nobody_prepared_turns_the_gate_red(gate: Gate) -> None:
    assert deeds.unprepared({"actor:relay", "actor:careless"}) == ["actor:careless"]
    gate.report("an actor without a preparation is named")
