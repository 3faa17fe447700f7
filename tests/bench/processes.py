"""One real web process on a database of its own, and what it and PostgreSQL spend, read from the kernel.

The process is the product's own, with one route more: a threaded handler behind the same door that does
nothing, which is what the costs are told in multiples of.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.fixtures import Database
from tests.sites import PATIENCE_SECONDS, passport
from web.run import sockets

START_SECONDS = 60
BATCHES = 5


@dataclass
class Process:
    pid: int
    url: str
    database: str

    def client(self, login: str) -> httpx.Client:
        """Packed as browsers ask for it on a plain-http intranet."""
        given = passport(login)
        given["headers"]["Accept-Encoding"] = "gzip, deflate"
        return httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_SECONDS, **given)  # type: ignore[arg-type]

    def cpu(self) -> float:
        """Seconds of CPU of all its threads."""
        return cpu_of_process(self.pid)

    def spent(self) -> float:
        """Seconds of CPU of the process and of the backends that serve its database."""
        return sum(self._parts_spent())

    def _parts_spent(self) -> tuple[float, float]:
        return self.cpu(), sum(map(cpu_of_process, backends(self.database)))

    def cost(self, deed: Callable[[], object], *, rounds: int, ours: bool = False) -> float:
        """Milliseconds of CPU of one deed, see `costs`."""
        return self.costs({"deed": deed}, rounds=rounds, ours="deed" if ours else "")["deed"]

    def costs(
        self, deeds: Mapping[str, Callable[[], object]], *, rounds: int, ours: str = ""
    ) -> dict[str, float]:
        """Milliseconds of CPU of each deed: of the web process and PostgreSQL, of `ours` of this one too."""
        return {name: sum(cost) for name, cost in self.parts(deeds, rounds=rounds, ours=ours).items()}

    def parts(
        self,
        deeds: Mapping[str, Callable[[], object]],
        *,
        rounds: int,
        ours: str = "",
        batches: int = BATCHES,
    ) -> dict[str, tuple[float, float]]:
        """Of each deed what the web process takes and what PostgreSQL does.

        They take turns, and the cheapest of the batches counts: a busy machine makes a deed dearer,
        never cheaper, and not one deed more than another.
        """
        for deed in deeds.values():
            for _warm in range(5):
                deed()
        size = max(rounds // batches, 1)
        turns = [
            {name: self._batch(deed, size, name == ours) for name, deed in deeds.items()}
            for _turn in range(batches)
        ]
        return {name: min((turn[name] for turn in turns), key=sum) for name in deeds}

    def _batch(self, deed: Callable[[], object], size: int, ours: bool) -> tuple[float, float]:
        (web, base), here = self._parts_spent(), time.process_time()
        for _round in range(size):
            deed()
        (web_after, base_after), in_here = self._parts_spent(), time.process_time() - here if ours else 0
        return (web_after - web + in_here) / size * 1000, (base_after - base) / size * 1000

    def memory(self) -> dict[str, float]:
        """Rss and Pss in megabytes."""
        told = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return {
            name: int(kilobytes) / 1024
            for name, kilobytes in re.findall(r"^(Rss|Pss): +(\d+) kB", told, re.MULTILINE)
        }


def cpu_of_process(pid: int) -> float:
    spent = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            spent += int(task.read_text().split()[0])
        except OSError:
            continue
    return spent / 1e9


def backends(database: str) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_text("utf-8", "replace")
        except OSError:
            continue
        if title.startswith("postgres:") and f" {database} " in title and "autovacuum" not in title:
            yield int(process.name)


@contextmanager
def web_process(database: Database, folder: Path) -> Iterator[Process]:
    with sockets.listening("127.0.0.1", 0) as listener, (folder / "web.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.site", "--fd", str(listener.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _is_open(url):
                assert time.monotonic() < deadline, (folder / "web.log").read_text()
                time.sleep(0.05)
            yield Process(running.pid, url, str(database.engine.url.database))
        finally:
            running.terminate()
            running.wait(START_SECONDS)


def _is_open(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
