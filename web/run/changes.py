"""For development: has a source file changed? Then what is made of sources is made anew."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (
    "domain/**/*.py",
    "jobs/**/*.py",
    "web/**/*.py",
    "templates/**/*.html",
    "templates/locale/*/*.po",
    "static/css/**/*.css",
    "static/js/**/*.js",
    "static/icons.txt",
)
LOOK_EVERY_SECONDS = 1


class Changes:
    def __init__(self) -> None:
        self.seen = stamps()
        self.due = 0.0

    def __call__(self) -> bool:
        """True once for every change; the disk is asked once a second at most."""
        if time.monotonic() < self.due:
            return False
        self.due = time.monotonic() + LOOK_EVERY_SECONDS
        before, self.seen = self.seen, stamps()
        if before != self.seen:
            make_anew()
        return before != self.seen


def make_anew() -> None:
    """A mistake in a source is told on the console; the site goes on with what was made before."""
    for words in (["web.bundle", "build"], ["web.translations", "compile"]):
        subprocess.run([sys.executable, "-m", *words], check=False)


def stamps() -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in _files()}


def _files() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from ROOT.glob(pattern)
