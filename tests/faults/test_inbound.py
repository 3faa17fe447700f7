"""R9: what 1C says thrice, in another order or twice at once is what it said once."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from domain.exchange import claiming, outbox, receiving
from domain.exchange.accepting import CATALOG, VANISHED
from domain.exchange.catalogue import links
from domain.exchange.models import Connection, Message, MessageState
from domain.exchange.standing import CONNECTION
from domain.kernel import clock
from jobs import work
from jobs.clients import onec_odata
from jobs.couriers import COURIERS
from jobs.deliver import deliver
from jobs.onec import pull_units
from tests.faults import deeds, states
from tests.faults.scenes import Set, demo_1c, let_go
from tests.faults.states import JOURNAL, State
from tests.fixtures import in_use
from tests.gates import Gate
from tests.jobs.conftest import PASSWORD_VARIABLE
from tests.servers import Databases
from tests.web.onec.conftest import OneC
from tests.world import commerceml as xml
from web.onec import files
from web.onec.exchange import MODES

OUTBOUND = {outbox.RESERVATION, outbox.COUNTERPARTY}
OUR_OWN_QUESTIONS = {CONNECTION}
TOLD_ABOUT = ("event", "event_unrelayed", "event_seal", "notice", "unit_period", "claim_period", *JOURNAL)
MOST_TURNS = 40

Feed = list[dict[str, str]]
"""Visits, each with its files by name."""


def feed(flats: int) -> Feed:
    """A full catalogue in parts, then changes of it, then a full one that a few are gone from."""
    every = range(1_001, 1_001 + flats)
    shelves = [every[start::3] for start in range(3)]
    return [
        {f"import0_{part}.xml": shown(numbers) for part, numbers in enumerate(shelves)}
        | {"offers0_1.xml": priced(every, 6_000_000), "import0_9.xml": services(8)},
        {
            "import0_1.xml": shown(every[: flats // 4], area="61,5", status=xml.STATUSES["contract"]),
            "offers0_1.xml": priced(every[: flats // 2], 6_500_000),
        },
        {"import0_1.xml": shown(every[flats // 10 :], full=True)},
    ]


def shown(numbers: range, *, full: bool = False, **values: object) -> str:
    goods = (xml.flat(number, floor=number % 30 + 1, **values) for number in numbers)
    return xml.document(
        xml.classifier(price_types=xml.price_types()), xml.catalogue(*goods, only_changes=not full)
    )


def priced(numbers: range, price: int) -> str:
    return xml.document(xml.offers(*(xml.offer(f"flat-{number}", price + number) for number in numbers)))


def services(count: int) -> str:
    goods = (xml.good(f"service-{number}", f"Услуга {number}") for number in range(count))
    return xml.document(xml.classifier(), xml.catalogue(*goods))


@dataclass
class Manner:
    """How the feed is delivered."""

    times: int = 1
    shuffled: bool = False
    together: int = 1
    repeated_chunks: bool = False


@dataclass
class Delivery:
    http: httpx.Client
    random: random.Random
    chunk: int
    modes: set[str] = field(default_factory=set)
    records: int = 0

    def play(self, feed: Feed, manner: Manner) -> None:
        for visit in feed:
            for _time in range(manner.times):
                with ThreadPoolExecutor(manner.together) as pool:
                    visits = [pool.submit(self.visit, visit, manner) for _one in range(manner.together)]
                for each in visits:
                    each.result()

    def visit(self, visit: dict[str, str], manner: Manner) -> None:
        onec = OneC(self.http).enter()
        self.modes |= {"checkauth", "init"}
        names = self.random.sample(list(visit), len(visit)) if manner.shuffled else list(visit)
        for name in names:
            self.send(onec, name, visit[name].encode(), manner)
            self.records += visit[name].count("<Товар>") + visit[name].count("<Предложение>")
        for name in names:
            self.take(onec, manner, mode="import", filename=name)
        self.take(onec, manner, mode="deactivate")
        for mode in ("query", "success", "info", "complete"):
            self.ask(onec, mode)

    def send(self, onec: OneC, name: str, content: bytes, manner: Manner) -> None:
        for start in range(0, len(content), self.chunk):
            for _time in range(3 if manner.repeated_chunks and start else 1):
                assert self.ask(onec, "file", content[start : start + self.chunk], filename=name) == "success"

    def take(self, onec: OneC, manner: Manner, **query: str) -> None:
        """Ask until it is done, and then twice more; in between wake-ups come in every order."""
        for _turn in range(MOST_TURNS):
            answer = self.ask(onec, **query)
            if answer.startswith("success"):
                break
            assert answer.startswith("progress"), answer
            self.carry(manner)
        else:
            raise AssertionError(answer)
        for _again in range(manner.times - 1):
            assert self.ask(onec, **query).startswith("success")

    def ask(self, onec: OneC, mode: str, content: bytes | None = None, **query: str) -> str:
        self.modes.add(mode)
        return onec.call(mode, content, **query)

    def carry(self, manner: Manner) -> None:
        """Every message that is due, woken as often as the manner says, by two couriers at once."""
        with work.unit_of_work() as session:
            put_off = sa.update(Message).where(col(Message.state) == MessageState.QUEUED)
            session.execute(put_off.values(due_at=clock.now()))
            due = claiming.due(session, now=clock.now()) * manner.times
        self.random.shuffle(due)
        with ThreadPoolExecutor(2) as couriers:
            list(couriers.map(deliver.fn, due))


@contextmanager
def copy_of(databases: Databases, template: str) -> Iterator[None]:
    with databases.new(template) as url, in_use(url):
        yield


def business(*left_out: str) -> State:
    with Session(work.engine()) as session:
        return states.state(session).without(*left_out)


Deliver = Callable[..., State]


@pytest.fixture
def delivery(client: httpx.Client, monkeypatch: pytest.MonkeyPatch, gate: Gate) -> Delivery:
    monkeypatch.setattr(files, "PATIENCE", 0)
    return Delivery(client, gate.random, chunk=gate.size(6_000, 40_000))


@pytest.fixture
def delivered(databases: Databases, template: str, delivery: Delivery, gate: Gate) -> Deliver:
    """What the feed comes to in a base of its own, delivered in that manner."""

    def come_to(manner: Manner) -> State:
        with copy_of(databases, template):
            delivery.play(feed(gate.size(12, 500)), manner)
            return business(*TOLD_ABOUT)

    return come_to


MANNERS = {
    "thrice": Manner(times=3, repeated_chunks=True),
    "shuffled": Manner(shuffled=True),
    "two at once": Manner(together=2),
}


def test_every_door_and_every_kind_is_delivered() -> None:
    """A new mode of the site exchange or a new kind of message says here which way it goes."""
    assert set(COURIERS) == {CATALOG, VANISHED} | OUTBOUND | OUR_OWN_QUESTIONS


@pytest.mark.gate("R9")
def test_the_catalogue_comes_to_the_same_however_it_is_delivered(
    delivered: Deliver, delivery: Delivery, gate: Gate
) -> None:
    once = delivered(Manner())
    for name, manner in MANNERS.items():
        came = delivered(manner)
        assert came == once, f"{name}:\n{came.against(once)}"
    assert {*MODES, "checkauth"} <= delivery.modes, "a mode nobody delivers"
    gate.report(
        f"{delivery.records} goods and offers through the door once, thrice with every chunk thrice, "
        "shuffled and two visits at once: the same checksum",
        records=delivery.records,
    )


@pytest.mark.gate("R9")
def test_pages_of_odata_come_to_the_same_however_they_are_pulled(
    databases: Databases,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
    valkey: object,
    monkeypatch: pytest.MonkeyPatch,
    gate: Gate,
) -> None:
    """Thrice, with rows doubled and shuffled in pages of three, and by two processes' worth of threads."""
    monkeypatch.setattr(onec_odata, "PAGE", 3)
    monkeypatch.setattr(pull_units, "AT_ONCE", 2)
    with demo_1c(tmp_path_factory.mktemp("onec-of-inbound")) as base_1c, ExitStack() as opened:
        monkeypatch.setenv(PASSWORD_VARIABLE, base_1c.password)
        url = opened.enter_context(databases.new(template, "acquainted"))
        with in_use(url):
            deeds.acquaint(base_1c)
            connection_id = deeds.prices_changed_in_1c(base_1c)[0]
            onec_odata.hang_up()
        let_go(databases, url)
        acquainted = Set(str(sa.make_url(url).database), base_1c.kept())

        def pulled(times: int, together: int, *, muddled: bool = False) -> State:
            with copy_of(databases, acquainted.template), pytest.MonkeyPatch.context() as patched:
                if muddled:
                    patched.setattr(pull_units, "changed", muddle(gate.random))
                for _time in range(times):
                    forget_the_look(connection_id)
                    with ThreadPoolExecutor(together) as pool:
                        list(pool.map(pull_units.pull_units.fn, [connection_id] * together))
                onec_odata.hang_up()
                return business(*JOURNAL)

        once = pulled(1, 1)
        for manner in ((3, 1, False), (3, 2, False), (1, 1, True), (3, 2, True)):
            came = pulled(*manner[:2], muddled=manner[2])
            assert came == once, f"{manner}:\n{came.against(once)}"
    gate.report(
        "pages of OData thrice, shuffled with every row doubled, two looks at once: the same checksum"
    )


def muddle(chance: random.Random) -> Callable[..., list[str]]:
    ordered = pull_units.changed

    def muddled(*given: object) -> list[str]:
        refs = ordered(*given) * 2  # type: ignore[arg-type]
        chance.shuffle(refs)
        return refs

    return muddled


def forget_the_look(connection_id: int) -> None:
    with work.unit_of_work() as session:
        session.get_one(Connection, connection_id).polled_at = None


@pytest.mark.control("R9")
def test_control_without_the_memory_of_refs_a_second_delivery_differs(
    delivered: Deliver, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    once = delivered(Manner())
    monkeypatch.setattr(links, "known", lambda *_of: {})
    forgetful = delivered(Manner(times=2))
    assert forgetful != once
    gate.report("links forgotten: a second delivery comes to something else")


@pytest.mark.control("R9")
def test_control_a_repeated_chunk_taken_as_a_new_one_spoils_the_file(
    delivered: Deliver, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    monkeypatch.setattr(receiving, "_last", lambda *_of: None)
    with pytest.raises(AssertionError, match="failure"):
        delivered(Manner(repeated_chunks=True))
    gate.report("a repeated chunk appended: the file is spoilt and refused")
