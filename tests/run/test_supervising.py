"""The supervisor: restarts what dies, gives up with a sentence, ends everything in time."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from web.run import supervisor
from web.run.programs import Program
from web.run.supervisor import supervise
from web.run.trouble import Trouble

PATIENCE_SECONDS = 15


def program(code: str, name: str = "sleeper") -> Program:
    return Program(name, [sys.executable, "-c", code])


@contextmanager
def from_outside(act: Callable[[], None]) -> Iterator[None]:
    """Do something beside the supervisor, which holds the main thread; then tell it to leave."""

    def both() -> None:
        try:
            act()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    outside = threading.Thread(target=both)
    outside.start()
    yield
    outside.join()


def eventually(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_program_that_was_killed_is_started_again(tmp_path):
    births = tmp_path / "births"
    sleeper = program(
        f"import os, time; open({str(births)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    )

    def kill_the_first() -> None:
        eventually(lambda: len(lines(births)) == 1)
        os.kill(int(lines(births)[0]), signal.SIGKILL)
        eventually(lambda: len(lines(births)) == 2)

    with from_outside(kill_the_first):
        supervise([sleeper], tmp_path)

    first, second = map(int, lines(births))
    assert first != second
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_program_that_cannot_live_ends_everything_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "QUICK_DEATHS", 2)
    hopeless = program("raise SystemExit('no such table')", "hopeless")
    bystander = program("import time; time.sleep(60)")

    with pytest.raises(Trouble, match=r"hopeless died 2 times in a row.*no such table"):
        supervise([bystander, hopeless], tmp_path)


def test_a_program_deaf_to_requests_is_killed_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LEAVE_SECONDS", 0.5)
    ready = tmp_path / "ready"
    deaf = program(
        "import signal, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    )
    began = time.monotonic()

    with from_outside(lambda: eventually(ready.exists)):
        supervise([deaf], tmp_path)

    assert time.monotonic() - began < PATIENCE_SECONDS


def test_what_a_program_says_goes_to_its_file_and_warnings_to_the_console(tmp_path, capsys):
    talker = program(
        """print('{"level": "info", "event": "started"}', flush=True)
print('{"level": "error", "event": "broken", "exception": "ValueError: x"}', flush=True)
import time; time.sleep(60)""",
        "talker",
    )

    with from_outside(lambda: eventually(lambda: len(lines(tmp_path / "talker.log")) == 2)):
        supervise([talker], tmp_path)

    console = capsys.readouterr().err
    assert "talker: broken: ValueError: x" in console
    assert "started" not in console


def test_changed_code_restarts_the_programs(tmp_path):
    births = tmp_path / "births"
    sleeper = program(f"import time; open({str(births)!r}, 'a').write('x\\n'); time.sleep(60)")
    changes = iter([True])

    with from_outside(lambda: eventually(lambda: len(lines(births)) == 2)):
        supervise([sleeper], tmp_path, changed=lambda: bool(lines(births)) and next(changes, False))

    assert len(lines(births)) == 2
