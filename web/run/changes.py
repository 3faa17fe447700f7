"""For development: has a source file changed since the last look?"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (
    "domain/**/*.py",
    "jobs/**/*.py",
    "web/**/*.py",
    "templates/**/*.html",
    "templates/**/*.mo",
    "static/dist/*.json",
)


class Changes:
    def __init__(self) -> None:
        self.seen = self._stamp()

    def __call__(self) -> bool:
        before, self.seen = self.seen, self._stamp()
        return before != self.seen

    def _stamp(self) -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in self._files()}

    @staticmethod
    def _files() -> Iterator[Path]:
        for pattern in SOURCES:
            yield from ROOT.glob(pattern)
