"""Gates: promises with a number, a target and a control that must go red.

A gate is one or more tests marked `@pytest.mark.gate("R1")`; its negative controls, which break the
guard in a scratch database and must then see the harm, are marked `@pytest.mark.control("R1")`.
`make test` runs them small, `make proof` whole (`long=True` is run there only), and `make bench`
does the same for the measured ones of `tests/bench/`.

A test takes the fixture `gate`, asks it for its size and its random numbers and reports figures in words.
What they come to is printed and written to `proof.json` or `bench.json`, see docs/proof.md.
"""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.promises import MEASURES, PROMISES, Promise

EVERY = PROMISES | MEASURES


@dataclass
class Outcome:
    """What one gate came to; the object under its id in the file."""

    target: str
    figures: list[str] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    """What the broken copies did: without one a controlled gate does not count."""
    numbers: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    seed: int = 0
    whole: bool = False
    """Run in full size, as `make proof` and `make bench` do."""

    def what_is_wrong(self, promise: Promise) -> list[str]:
        wrong = list(self.failures)
        if not self.figures:
            wrong.append("it did not run")
        if promise.controlled and not self.controls:
            wrong.append("no negative control went red")
        return wrong

    def told(self, promise: Promise) -> dict[str, Any]:
        wrong = self.what_is_wrong(promise)
        return {
            "figure": "; ".join(self.figures),
            "target": self.target,
            "ok": not wrong,
            "seconds": round(self.seconds, 1),
            "seed": self.seed,
            **{key: asdict(self)[key] for key in ("controls", "numbers", "whole")},
            "wrong": wrong,
        }


@dataclass
class Gate:
    """What a test of a gate holds in its hand."""

    id: str
    whole: bool
    seed: int
    random: random.Random
    outcome: Outcome
    is_control: bool
    quiet: Any

    def size(self, quick: int, whole: int) -> int:
        """The first in `make test`, the second in `make proof` and `make bench`."""
        return whole if self.whole else quick

    def report(self, figure: str, *, ok: bool = True, **numbers: float) -> None:
        """Say a figure in words; `numbers` go to the file as they are.

        A figure that misses its target (`ok=False`) makes a gate red; a measure only says so.
        In a control the figure is the harm that was seen.
        """
        (self.outcome.controls if self.is_control else self.outcome.figures).append(figure)
        self.outcome.numbers |= {key: round(value, 3) for key, value in numbers.items()}
        with self.quiet.disabled():
            print(f"\n{self.id}{' control' if self.is_control else ''}: {figure}")  # noqa: T201
        if not ok:
            self.outcome.failures.append(f"missed: {figure}")
            assert self.id in MEASURES, f"{self.id} promises: {self.outcome.target}; seen: {figure}"


class Gates:
    """The plugin: chooses tests, keeps outcomes, says at the end what they came to."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.whole: bool = config.option.proof or config.option.bench
        self.only: set[str] = set(filter(None, config.option.only.upper().replace(" ", "").split(",")))
        self.seed: int = config.option.seed or int.from_bytes(os.urandom(4))
        self.outcomes: dict[str, Outcome] = {}
        self.chosen_whole_suite = False

    def outcome(self, id_: str) -> Outcome:
        fresh = Outcome(target=EVERY[id_].target, seed=self.seed, whole=self.whole)
        return self.outcomes.setdefault(id_, fresh)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        self.chosen_whole_suite = (
            config.args_source is pytest.Config.ArgsSource.TESTPATHS
            and not config.option.keyword
            and not config.option.markexpr
        )
        left = [item for item in items if not self._wanted(item)]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if self._wanted(item)]

    def _wanted(self, item: pytest.Item) -> bool:
        mark = marked(item)
        if mark is None:
            return not self.whole
        id_ = mark.args[0]
        assert id_ in EVERY, f"{item.nodeid}: {id_} is not in tests/promises.py"
        if not self.whole:
            return not mark.kwargs.get("long", False)
        return id_ in (MEASURES if self.config.option.bench else PROMISES) and (
            not self.only or id_ in self.only
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[pytest.TestReport]:
        report = yield
        if mark := marked(item):
            outcome = self.outcome(mark.args[0])
            outcome.seconds += call.duration
            if not report.passed:
                outcome.failures.append(f"{report.outcome} in {report.when}: {item.name}")
        return report

    def expected(self) -> set[str]:
        """The gates that had to run: all of them when nothing was chosen by hand."""
        if self.config.option.proof:
            return self.only or set(PROMISES)
        if self.config.option.bench:
            return self.only or set(MEASURES)
        return (
            {id_ for id_, promise in PROMISES.items() if not promise.long}
            if self.chosen_whole_suite
            else set()
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if session.config.option.collectonly:
            return
        for id_ in self.expected():
            self.outcome(id_)
        red = [
            id_ for id_ in self.expected() & set(PROMISES) if self.outcomes[id_].what_is_wrong(PROMISES[id_])
        ]
        if red and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.whole:
            self._write(
                Path(session.config.rootpath, "bench.json" if self.config.option.bench else "proof.json")
            )

    def _write(self, path: Path) -> None:
        """Gates that were not asked for this time keep what they said last."""
        kept = json.loads(path.read_text("utf-8")) if self.only and path.exists() else {}
        told = {id_: outcome.told(EVERY[id_]) for id_, outcome in self.outcomes.items()}
        everything = dict(sorted((kept | told).items(), key=lambda pair: list(EVERY).index(pair[0])))
        path.write_text(json.dumps(everything, ensure_ascii=False, indent=2) + "\n", "utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.outcomes:
            return
        terminalreporter.section(f"gates (--seed {self.seed} repeats them)")
        for id_ in EVERY:
            if outcome := self.outcomes.get(id_):
                self._say(terminalreporter, id_, outcome)

    def _say(self, terminal: pytest.TerminalReporter, id_: str, outcome: Outcome) -> None:
        wrong = outcome.what_is_wrong(EVERY[id_])
        demanded = bool(wrong) and id_ in self.expected()
        # A run chosen by hand may hold a gate without its control; that is said, not failed.
        verdict = "RED" if demanded else "..." if wrong else "ok "
        headline = f"{verdict} {id_:4} {EVERY[id_].title} ({outcome.seconds:.0f} s)"
        terminal.write_line(headline, red=demanded, green=not wrong, yellow=bool(wrong) and not demanded)
        for line in (*outcome.figures, *(f"control: {said}" for said in outcome.controls), *wrong):
            terminal.write_line(f"         {line}")


def marked(item: pytest.Item) -> pytest.Mark | None:
    return item.get_closest_marker("gate") or item.get_closest_marker("control")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gates")
    group.addoption("--proof", action="store_true", help="run the gates, whole, and write proof.json")
    group.addoption("--bench", action="store_true", help="run the measures, whole, and write bench.json")
    group.addoption("--only", default="", metavar="R1,S2", help="with --proof or --bench: these alone")
    group.addoption("--seed", type=int, default=0, help="of the random numbers of the gates")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "gate(id, long=False): a promise with a figure, see tests/gates.py")
    config.addinivalue_line("markers", "control(id, long=False): a broken copy in which the gate must go red")
    if config.option.only and not (set(config.option.only.upper().replace(" ", "").split(",")) <= set(EVERY)):
        raise pytest.UsageError(f"--only knows {', '.join(EVERY)}")
    config.pluginmanager.register(Gates(config), "karkas-gates")


@pytest.fixture
def gate(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Gate]:
    """The gate this test is marked with."""
    mark = marked(request.node)
    assert mark, "the fixture gate is for tests marked gate or control"
    gates: Gates = request.config.pluginmanager.get_plugin("karkas-gates")
    id_ = mark.args[0]
    yield Gate(
        id=id_,
        whole=gates.whole,
        seed=gates.seed,
        random=random.Random(f"{gates.seed} {request.node.name}"),
        outcome=gates.outcome(id_),
        is_control=mark.name == "control",
        quiet=capsys,
    )
