"""A catalogue with prices: CPU of reading it next to lxml alone, and of taking it over, twice."""

import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from sqlmodel import Session

from domain.exchange.catalogue import importing
from domain.exchange.catalogue.report import Report
from domain.exchange.commerceml.reading import read
from domain.exchange.commerceml.surveying import survey
from domain.exchange.models import Connection
from domain.kernel import clock
from tests.world import commerceml as xml

MOST = 4
"""Of our reading to a bare walk of lxml that looks at nothing."""
READ_ALONE = """
import re, sys
from pathlib import Path
from domain.exchange.commerceml.reading import read
with open(sys.argv[1], "rb") as stream:
    for _record in read(stream):
        pass
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def stock(count: int) -> bytes:
    numbers = range(count)
    flats = (xml.flat(number, section=number % 9 + 1, floor=number % 25 + 1) for number in numbers)
    prices = (xml.offer(f"flat-{number}", 5_000_000 + number) for number in numbers)
    return xml.document(xml.classifier(), xml.catalogue(*flats), xml.offers(*prices)).encode()


def cpu_of(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def bare_walk(content: bytes) -> None:
    for _event, element in etree.iterparse(BytesIO(content), tag=("{*}Товар", "{*}Предложение")):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def memory_of_reading(content: bytes, folder: Path) -> float:
    """Megabytes at the most of a process that reads the file and keeps nothing."""
    file = folder / "import.xml"
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALONE, str(file)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.gate("B8")
def test_reading_costs_little_more_than_parsing(gate, tmp_path: Path) -> None:
    small, large = stock(gate.size(500, 2_000)), stock(gate.size(5_000, 20_000))

    def read_all() -> None:
        for _record in read(BytesIO(large)):
            pass

    bare, reading = (min(cpu_of(work) for _ in range(3)) for work in (lambda: bare_walk(large), read_all))
    few, many = memory_of_reading(small, tmp_path), memory_of_reading(large, tmp_path)

    gate.report(
        f"{len(large) / 1e6:.0f} MB: lxml alone {bare:.2f} s, reading {reading:.2f} = {reading / bare:.1f} x;"
        f" memory {few:.0f} MB, of a file ten times as large {many:.0f} MB",
        ok=reading <= MOST * bare and many - few < 10,
        ratio=reading / bare,
        megabytes=many - few,
    )


@pytest.mark.gate("B8")
def test_taking_over_a_large_catalogue(gate, session: Session, catalogue_base: Connection) -> None:
    count = gate.size(1_000, 20_000)
    content = stock(count)

    def take() -> Report:
        surveyed = survey(BytesIO(content))
        return importing.take(session, catalogue_base, BytesIO(content), surveyed, now=clock.now())

    first, again = cpu_of(take), cpu_of(take)

    gate.report(
        f"{count} units with prices taken over in {first:.1f} s of CPU, the same file again in {again:.1f} s",
        ok=again < first,
    )
