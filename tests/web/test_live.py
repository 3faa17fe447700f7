"""The live stream: what changed is told within a second, to whom it may concern, and never missed."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from domain import estate, events
from domain.access import sessions
from domain.kernel import clock
from jobs.work import unit_of_work
from web import live
from web.live import EVERYTHING

SOON = 8.0


class Stream:
    """A tab's stream, read in a thread."""

    def __init__(self, client: httpx.Client, topics: str, since: int) -> None:
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(client, topics, since), daemon=True)
        self._open = threading.Event()
        self._thread.start()
        assert self._open.wait(SOON)

    def _read(self, client: httpx.Client, topics: str, since: int) -> None:
        address = f"/live?topics={topics}&since={since}"
        try:
            with client.stream("GET", address) as answer:
                for line in answer.iter_lines():
                    self._open.set()
                    if line.startswith("data: ") and line != "data: ":
                        self.heard.append(line.removeprefix("data: "))
        except httpx.HTTPError:
            pass

    def hears(self, topic: str) -> bool:
        """The topic itself, or "everything": what a listener says that was deaf for a moment."""
        deadline = time.monotonic() + SOON
        while not {topic, EVERYTHING} & set(self.heard) and time.monotonic() < deadline:
            time.sleep(0.02)
        return bool({topic, EVERYTHING} & set(self.heard))


@pytest.fixture
def listen(open_client) -> Iterator[object]:
    clients = []

    def listen_as(login: str, topics: str, since: int = 0) -> Stream:
        clients.append(client := open_client(login))
        return Stream(client, topics, since)

    yield listen_as
    for client in clients:
        client.close()


@pytest.fixture
def book(flat_1, ivanov_deal, anna):
    def book_it() -> None:
        with unit_of_work() as session:
            flat = session.get(estate.Unit, flat_1.id)
            estate.book(session, flat, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())

    return book_it


def test_everyone_who_looks_at_the_building_hears_of_a_booking(listen, building, book):
    topic = f"building-{building.id}"
    streams = [listen(login, topic) for login in ("anna", "boris", "vera")]

    book()

    assert all(stream.hears(topic) for stream in streams)


def test_an_open_unit_hears_who_comes_to_look(listen, open_client, flat_1):
    topic = f"unit-{flat_1.id}"
    seller, agent = listen("anna", topic), listen("agata", topic)

    open_client("maria").post(f"/units/{flat_1.id}/presence", data={})

    assert seller.hears(topic) and topic not in agent.heard


def test_a_board_hears_what_is_shown_to_clients(listen, open_client, flat_1, building):
    topic = f"showing-{building.id}"
    seller, agent = listen("anna", topic), listen("agata", topic)

    open_client("maria").post(f"/units/{flat_1.id}/presence", data={"client": "1"})

    assert seller.hears(topic) and topic not in agent.heard


def test_what_rolled_back_is_never_announced(listen, building, flat_1, ivanov_deal, anna):
    topic = f"building-{building.id}"
    stream = listen("boris", topic)
    with pytest.raises(RuntimeError), unit_of_work() as session:
        flat = session.get(estate.Unit, flat_1.id)
        estate.book(session, flat, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
        session.flush()
        raise RuntimeError

    time.sleep(0.5)
    assert topic not in stream.heard


def test_what_happened_between_the_page_and_the_stream_is_told_at_once(listen, session, building, book):
    since = events.horizon(session)
    session.rollback()
    book()

    assert listen("boris", f"building-{building.id}", since).hears(f"building-{building.id}")


def test_topics_one_may_not_follow_are_silent(listen, building, ivanov_deal, flats, book):
    stranger = listen("stas", f"deal-{ivanov_deal.id},user-1,exchange,nonsense,building-{building.id}")

    book()

    assert stranger.hears(f"building-{building.id}")
    assert set(stranger.heard) - {EVERYTHING} <= {f"building-{building.id}"}


def test_a_horizon_of_nonsense_is_no_horizon(open_client):
    anna = open_client("anna")
    for since in ("-5", "99999999999999999999999", "abc"):
        with anna.stream("GET", f"/live?topics=user-1&since={since}") as answer:
            assert answer.status_code in {200, 422}


def test_a_session_that_ended_while_the_stream_was_opening_is_not_listened_to(open_client, monkeypatch):
    anna, admitted = open_client("anna"), live._admitted

    def slowly(user, wanted):
        with unit_of_work() as session:
            sessions.sign_out_everywhere(session, user, now=clock.now())
        time.sleep(0.3)  # announced before anybody listens
        return admitted(user, wanted)

    monkeypatch.setattr(live, "_admitted", slowly)

    with anna.stream("GET", "/live", timeout=SOON) as stream:
        assert [line for line in stream.iter_lines() if line] == [": open"]
