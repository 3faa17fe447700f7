"""A catalogue with prices: CPU of reading it next to lxml alone, of taking it over, and of the second time.

`KARKAS_BENCH_OFFERS=20000` makes it as large as a city's stock.
"""

import os
import time
from collections.abc import Callable
from io import BytesIO

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

OFFERS = int(os.environ.get("KARKAS_BENCH_OFFERS", "2000"))
WORST_RATIO = 12
"""Of our reading to a bare walk of lxml that looks at nothing."""


@pytest.fixture(scope="module")
def stock() -> bytes:
    numbers = range(OFFERS)
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


def test_taking_over_a_large_catalogue(
    stock: bytes, session: Session, catalogue_base: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    def take() -> Report:
        surveyed = survey(BytesIO(stock))
        return importing.take(session, catalogue_base, BytesIO(stock), surveyed, now=clock.now())

    bare = min(cpu_of(lambda: bare_walk(stock)) for _ in range(3))
    reading = min(cpu_of(lambda: list(read(BytesIO(stock)))) for _ in range(3))
    first, again = cpu_of(take), cpu_of(take)

    with capsys.disabled():
        print(
            f"\ncatalogue of {OFFERS} units and prices, {len(stock) / 1e6:.1f} MB, CPU: lxml {bare:.2f} s,"
            f" reading {reading:.2f} s ({reading / bare:.1f} x), taking over {first:.2f} s, "
            f"the same file again {again:.2f} s ({again / OFFERS * 1000:.2f} ms a unit)"
        )
    assert reading / bare < WORST_RATIO
    assert again < first
