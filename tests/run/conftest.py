"""The console command as a person or systemd uses it: separate processes, a folder of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import servers

PATIENCE_SECONDS = 60


@dataclass
class Installation:
    """A folder as KARKAS_HOME, and settings on top of it."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = ("KARKAS_", "DATABASE_", "REDIS_URL", "FILES_URL")
        others = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**others, "KARKAS_HOME": str(self.home), "KARKAS_WEB_PROCESSES": "2", **self.settings}

    def karkas(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "web.cli", *words],
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def start(self, *words: str) -> "Started":
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return Started(process)

    def clear_away(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
            if process.stdout:
                process.stdout.close()
        servers.discard(self.home)


@dataclass
class Started:
    """A command that is running, and what it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def wait_for(self, words: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Read on until it says that."""
        assert self.process.stdout is not None
        watch = threading.Timer(seconds, self.process.kill)
        watch.start()
        try:
            for line in self.process.stdout:
                self.lines.append(line)
                if words in line:
                    return
        finally:
            watch.cancel()
        raise AssertionError(f"It ended without saying “{words}”:\n{''.join(self.lines)}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait; what it says meanwhile is read, or it could not go on."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode


@pytest.fixture
def installation() -> Iterator[Installation]:
    """Nothing in it yet. The path is short, since sockets live inside."""
    folder = Path(tempfile.mkdtemp(prefix=f"{servers.PREFIX}{os.getpid()}-run-"))
    installed = Installation(folder / "home", {"KARKAS_PORT": str(free_port())})
    yield installed
    installed.clear_away()
    shutil.rmtree(folder)


def free_port() -> int:
    """Two in a row: the stand-in of 1C listens on the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


Sentence = Callable[[subprocess.CompletedProcess[str]], str]


@pytest.fixture
def sentence() -> Sentence:
    """The only line a failed command left on stderr."""

    def only(done: subprocess.CompletedProcess[str]) -> str:
        assert done.returncode not in (0, None), done.stdout
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.rstrip().endswith("."), done.stderr
        return done.stderr.rstrip()

    return only
