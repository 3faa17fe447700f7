"""S12: a hostile file of 1C is refused whole, with a reason, in bounded memory, and leaves nothing behind.

Real processes and the real door; what a file costs is asked of the kernel.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import redis
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.events import Event, names
from domain.exchange.catalogue import goods
from domain.exchange.catalogue.taking import Taking
from domain.exchange.commerceml.records import Good
from domain.exchange.commerceml.surveying import Survey
from domain.exchange.models import Message, MessageState, ReceivedPart
from domain.files import StoredFile
from domain.kernel.settings import settings
from jobs import sweeping, work
from jobs.onec import import_catalog
from tests.faults import states
from tests.faults.hostile_files import GOOD, HOSTILE, NAME, ODD, File
from tests.faults.states import JOURNAL, State
from tests.fixtures import Database
from tests.gates import Gate
from tests.sites import Site
from tests.web.onec.conftest import OneC, work_off

MOST_MEGABYTES = 100
MOST_SECONDS = 2.0
"""Of computing, of all processes together: a waiting machine is not a slow file."""
FENCE = 1024**3
"""Address space above what a process has: a bomb shall fail before the machine does."""
OF_REFUSING = (names.MESSAGE_DEAD, names.USER_SIGNED_IN)
TOLD_ABOUT = ("event", "event_unrelayed", "notice", *JOURNAL)
PATIENCE_SECONDS = 120
OF_THE_WHOLE = ("кодировка", "8 МБ", "ничего не снято")
"""Said of a file, not of a line in it."""


@dataclass
class Process:
    """One of ours, as the kernel sees it."""

    number: int

    def fence(self) -> None:
        size = self._status("VmSize") * 1024
        resource.prlimit(self.number, resource.RLIMIT_AS, (size + FENCE, size + FENCE))

    def forget_peak(self) -> int:
        Path(f"/proc/{self.number}/clear_refs").write_text("5", "ascii")
        return self.peak()

    def peak(self) -> int:
        """Kilobytes."""
        return self._status("VmHWM")

    def seconds(self) -> float:
        words = Path(f"/proc/{self.number}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / 100

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.number}/status").read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


@dataclass
class Door:
    """1C in front of the door of a real site, and the eyes behind it."""

    onec: OneC
    session: Session
    site: Site
    processes: list[Process]
    tmp: Path
    seen: set[Path]
    """Files of other tests."""
    harms: list[str] = field(default_factory=list)
    megabytes: float = 0
    seconds: float = 0

    def offer(self, file: File) -> str:
        """Send it as 1C does and ask for it until the answer is not «progress»."""
        content = file.build()
        before = [process.forget_peak() for process in self.processes]
        began = sum(process.seconds() for process in self.processes)
        self.onec.call("init")
        self.onec.send(file.sent_as, content)
        answer = asked(self.onec, file.asked)
        spent = sum(process.seconds() for process in self.processes) - began
        grown = [process.peak() - peak for process, peak in zip(self.processes, before, strict=True)]
        self.measure(file, max(grown) / 1024, spent)
        return answer

    def measure(self, file: File, megabytes: float, seconds: float) -> None:
        self.megabytes = max(self.megabytes, megabytes)
        self.demand(megabytes <= MOST_MEGABYTES, file, f"took {megabytes:.0f} MB")
        if not file.large:
            self.seconds = max(self.seconds, seconds)
            self.demand(seconds <= MOST_SECONDS, file, f"took {seconds:.1f} s of computing")

    def demand(self, holds: bool, file: File, otherwise: str) -> None:
        if not holds:
            self.harms.append(f"{file.name}: {otherwise}")

    def business(self) -> State:
        """Everything but what was said about it."""
        self.session.rollback()
        return states.state(self.session).without(*TOLD_ABOUT)

    def last_told(self) -> Message | None:
        self.session.rollback()
        self.session.expire_all()
        return self.session.exec(select(Message).order_by(col(Message.id).desc())).first()

    def happened(self) -> int:
        """Events of the business."""
        counted = sa.select(sa.func.count()).select_from(Event).where(col(Event.name).not_in(OF_REFUSING))
        return int(self.session.execute(counted).scalar_one())

    def leftovers(self) -> set[Path]:
        """Drafts and files that no row knows of, each told once."""
        left = self.lying() - self.seen
        self.seen |= left
        return left

    def lying(self) -> set[Path]:
        root = settings().files_root
        known = set(self.session.exec(select(StoredFile.sha256)))
        kept = {path for path in root.glob("??/*") if path.name not in known}
        return {*root.glob(".arriving-*"), *self.tmp.iterdir(), *kept}

    def pruned(self) -> list[Path]:
        """What the clock leaves of it when its time has come, with the chunks of all visits."""
        root, long_ago = settings().files_root, time.time() - timedelta(days=3).total_seconds()
        for path in self.lying():
            os.utime(path, (long_ago, long_ago))
        with Session(work.engine()) as session:
            session.execute(sa.update(ReceivedPart).values(received_at=datetime.fromtimestamp(long_ago, UTC)))
            session.commit()
        sweeping.prune()
        return [*self.lying(), *(root / "arriving").iterdir()]


def asked(onec: OneC, name: str) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := onec.call("import", filename=name)).startswith("progress"):
        assert time.monotonic() < deadline, answer
    return answer


@pytest.fixture
def own_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Taken before the site: its processes inherit it."""
    (folder := tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def door(
    own_tmp: Path, database: Database, valkey: redis.Redis, site: Site, session: Session
) -> Iterator[Door]:
    shutil.rmtree(settings().files_root / "arriving", ignore_errors=True)
    site.kill("web-2")
    site.start("worker")
    with httpx.Client(base_url=site.url, trust_env=False, timeout=PATIENCE_SECONDS) as http:
        onec = OneC(http).enter()
        onec.send(NAME, GOOD.replace("flat-5", "flat-4").replace(">5", ">4"))
        assert asked(onec, NAME).startswith("success"), site.log("worker")
        processes = [Process(site.running[name].pid) for name in ("web-1", "worker")]
        for process in processes:
            process.fence()
        door = Door(onec, session, site, processes, own_tmp, seen=set())
        door.leftovers()
        yield door


def is_one_russian_sentence(words: str) -> bool:
    return "\n" not in words and len(words) < 400 and any("а" <= letter <= "я" for letter in words.lower())


@pytest.mark.gate("S12")
def test_a_hostile_file_is_refused_whole_with_its_reason(door: Door, gate: Gate) -> None:
    files = HOSTILE if gate.whole else gate.random.sample([file for file in HOSTILE if not file.large], 16)
    before, happened = door.business(), door.happened()
    for file in files:
        answer = door.offer(file)
        word, _line, sentence = answer.partition("\n")
        door.demand(word == "failure" and is_one_russian_sentence(sentence), file, f"answered {answer!r}")
        door.demand(file.says in sentence, file, f"said {sentence!r} instead of {file.says!r}")
        of_whole = file.is_archive or any(words in sentence for words in OF_THE_WHOLE)
        door.demand(of_whole or sentence.startswith("Строка "), file, f"names no line: {sentence!r}")
        told = door.last_told()
        kept = told is not None and told.state is MessageState.DEAD and told.error == sentence
        door.demand(kept or "не приш" in sentence, file, "is not told of on the exchange screen")
        if (after := door.business()) != before or door.happened() != happened:
            door.demand(False, file, f"changed something:\n{after.against(before)}")
            before, happened = after, door.happened()
        for leftover in door.leftovers():
            door.demand("не приш" in sentence, file, f"left behind {leftover}")
    door.demand(door.pruned() == [], files[-1], f"still there two days later: {door.pruned()}")
    assert door.harms == [], "\n".join(door.harms)
    gate.report(
        f"{len(files)} hostile files refused whole, at most {door.megabytes:.0f} MB more "
        f"and {door.seconds:.1f} s of computing, nothing left behind",
        files=len(files),
        megabytes=door.megabytes,
        seconds=door.seconds,
    )


@pytest.mark.gate("S12")
def test_what_1c_may_send_is_taken(door: Door, gate: Gate) -> None:
    files = ODD if gate.whole else gate.random.sample(ODD, 6)
    for file in files:
        answer = door.offer(file)
        door.demand(answer.startswith(file.says), file, f"answered {answer!r}")
    assert door.harms == [], "\n".join(door.harms)
    gate.report(f"{len(files)} odd files that 1C does send were all taken", odd=len(files))


MUDDLED = File("a muddled visit", lambda: GOOD.replace("flat-5", "flat-6").replace(">5", ">6").encode(), "")


@pytest.mark.gate("S12")
def test_a_muddled_visit_takes_all_of_a_file_or_nothing(door: Door, gate: Gate) -> None:
    """Chunks at once, a chunk lost, a visit of another session, a body above every limit."""
    content, before = MUDDLED.build(), door.business()
    chunks = [content[start : start + 6_000] for start in range(0, len(content), 6_000)]
    door.onec.call("init")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda chunk: door.onec.call("file", chunk, filename=NAME), chunks))
    answer = asked(door.onec, NAME)
    came = door.business() != before
    door.demand(came == answer.startswith("success"), MUDDLED, f"chunks at once: {answer!r}, changed {came}")

    before = door.business()
    door.onec.call("init")
    for chunk in (*chunks[:2], *chunks[3:]):
        door.onec.call("file", chunk, filename=NAME)
    door.demand(asked(door.onec, NAME).startswith("failure\nСтрока"), MUDDLED, "a chunk is missing")

    door.onec.call("init")
    door.onec.send(NAME, content)
    stranger = OneC(door.onec.http).enter()
    door.demand("не приш" in asked(stranger, NAME), MUDDLED, "taken by another session")
    large = door.onec.call("file", b"x" * 33 * 1024**2, filename=NAME)
    door.demand(large.startswith("failure\n"), MUDDLED, f"above every limit: {large!r}")
    door.demand(door.business() == before, MUDDLED, "changed something")
    assert door.harms == [], "\n".join(door.harms)
    gate.report("chunks at once, a chunk lost, another session, a body above the limit: all or nothing")


@pytest.mark.control("S12")
def test_control_without_the_survey_and_the_one_transaction_half_a_file_is_taken(
    door: Door, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    """As one would write it who takes goods as they come."""
    take = goods.take

    def at_once(taking: Taking, batch: Sequence[Good], *, is_full: bool) -> None:
        take(taking, batch, is_full=is_full)
        taking.session.commit()

    door.site.kill("worker")
    before = door.business()
    spoilt = next(file for file in HOSTILE if file.name == "a price below zero")
    door.onec.call("init")
    door.onec.send(NAME, spoilt.build())
    door.onec.call("import", filename=NAME)
    monkeypatch.setattr(import_catalog, "survey", lambda _stream: Survey())
    monkeypatch.setattr(goods, "take", at_once)
    work_off()
    told = door.last_told()
    assert told is not None
    assert told.state is MessageState.DEAD
    assert door.business() != before
    gate.report("without the survey and the one transaction a refused file leaves its first flats behind")


GREEDY = """
import io
from domain.exchange.commerceml import reading, source
from tests.faults.hostile_files import after_root

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])

content = io.BytesIO(after_root("<элемент/>" * 4 * 10**6)().encode())
source.LARGEST_RECORD = 1024**3
open("/proc/self/clear_refs", "w").write("5")
before = peak()
for record in reading.read(content):
    pass
print((peak() - before) // 1024)
"""


@pytest.mark.control("S12")
def test_control_without_the_bound_of_a_part_memory_grows(gate: Gate) -> None:
    asked_for = [sys.executable, "-c", GREEDY]
    grown = int(subprocess.run(asked_for, capture_output=True, text=True, timeout=120, check=True).stdout)
    assert grown > MOST_MEGABYTES
    gate.report(f"without the bound of a part four million elements take {grown} MB")
