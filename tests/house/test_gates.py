"""The gates themselves: one that could not run is red, and a figure without its control does not count."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.gates import Outcome
from tests.promises import PROMISES, Promise

CONTROLLED = Promise("A promise", "a target")


def outcome(**known: list[str]) -> Outcome:
    return Outcome(target=CONTROLLED.target, **known)  # type: ignore[arg-type]


def test_a_gate_that_did_not_run_is_red():
    assert "it did not run" in outcome().what_is_wrong(CONTROLLED)


def test_a_figure_without_its_control_does_not_count():
    assert outcome(figures=["50 winners"]).what_is_wrong(CONTROLLED) == ["no negative control went red"]


def test_a_figure_with_its_control_counts():
    assert outcome(figures=["50 winners"], controls=["sold twice"]).told(CONTROLLED)["ok"] is True


@pytest.fixture
def run(tmp_path, pytestconfig) -> Callable[..., str]:
    """A run of pytest of its own on one small file of gates."""

    def of(source: str, *words: str) -> str:
        (tmp_path / "test_small.py").write_text(f"import pytest\n\n{source}", "utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "tests.gates", "-p", "no:cacheprovider", *words]
        environment = {"PYTHONPATH": str(pytestconfig.rootpath), "PATH": "/usr/bin"}
        done = subprocess.run(
            command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return f"{done.stdout}\nexit {done.returncode}"

    return of


GREEN = """
@pytest.mark.gate("R1")
def test_held(gate):
    gate.report(f"{gate.size(5, 50)} winners")
"""
CONTROL = """
@pytest.mark.control("R1")
def test_broken(gate):
    gate.report("sold twice")
"""


def test_a_whole_run_is_green_with_figure_and_control(run):
    told = run(GREEN + CONTROL, "--proof", "--only", "R1")

    assert "50 winners" in told and "control: sold twice" in told and "exit 0" in told


def test_a_whole_run_without_the_control_is_red(run):
    told = run(GREEN, "--proof", "--only", "R1")

    assert "no negative control went red" in told and "exit 1" in told


def test_a_gate_asked_for_and_absent_is_red(run):
    told = run(GREEN + CONTROL, "--proof", "--only", "R1,R2")

    assert "RED R2" in told and "it did not run" in told and "exit 1" in told


def test_a_skipped_gate_is_red(run):
    told = run(f"{GREEN}{CONTROL}\n    pytest.skip('no server')", "--proof", "--only", "R1")

    assert "skipped in call" in told and "exit 1" in told


def test_a_missed_target_is_red_and_says_what_was_promised(run):
    told = run(GREEN.replace('winners")', 'winners", ok=False)') + CONTROL, "--proof", "--only", "R1")

    assert PROMISES["R1"].target in told and "exit 1" in told
