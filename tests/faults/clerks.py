"""People at work over HTTP: they open deals, take notes, move, book and cancel, and keep a ledger of it."""

import json
import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from tests.faults.ledger import Ledger, Lost, Refused

PATIENCE_SECONDS = 15
DONE = 303


def sign_in(address: str, login: str) -> dict[str, dict[str, str]]:
    """By the form, as people do: cookies and headers of a new session."""
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as browser:
        answer = browser.post("/sign-in", data={"login": login, "password": "karkas"})
        assert answer.status_code == DONE, answer.text
        page = browser.get("/deals").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, page
        return {"cookies": {"karkas": browser.cookies["karkas"]}, "headers": {"X-CSRFToken": found[1]}}


def undo_of(answer: httpx.Response) -> str:
    """The address that takes the deed back, as the toast after it carries it."""
    return str(json.loads(unquote(answer.cookies["karkas-flash"]).strip('"'))["undo"])


@contextmanager
def at_work(clerks: Sequence["Clerk"]) -> Iterator[None]:
    """All of them until it ends, each in a thread."""
    enough = threading.Event()
    threads = [threading.Thread(target=clerk.work, args=(enough,), name=clerk.name) for clerk in clerks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS * 2)
        for clerk in clerks:
            clerk.http.close()


@dataclass
class Held:
    """A deal of this clerk and where it stands."""

    id: int
    version: int = 1
    stage: int = 0
    has_step: bool = False


@dataclass
class Clerk:
    """One client: one write at a time. What is unclear after a lost answer is left alone."""

    name: str
    http: httpx.Client
    ledger: Ledger
    chance: random.Random
    flats: list[int]
    stages: list[int]
    """The first two of the funnel; the second wants a next step."""
    pause: float
    deeds: tuple[float, ...] = (60, 28, 6, 6)
    """How often a note, a move, a booking, a cancellation."""
    errors: list[str] = field(default_factory=list)
    """Answers that should never be given."""
    deals: list[Held] = field(default_factory=list)
    booked: list[tuple[int, int]] = field(default_factory=list)
    """Flat and booking."""
    told: int = 0

    def work(self, until: threading.Event) -> None:
        while not until.is_set():
            with suppress(Lost, Refused):
                self.turn()
            until.wait(self.pause * self.chance.uniform(0.5, 1.5))

    def turn(self) -> None:
        deed: Callable[[Held], None] = self.chance.choices(
            (self.note, self.move, self.book, self.cancel), weights=self.deeds
        )[0]
        if len(self.deals) < 2 or self.chance.random() < 0.1:
            self.open_deal()
            return
        deal = self.chance.choice(self.deals)
        self.deals.remove(deal)  # until it is known what became of it
        deed(deal)
        self.deals.append(deal)

    def open_deal(self) -> None:
        title, phone = self._token(), f"+7999{self.chance.randrange(10**7):07}"
        with self.ledger.writing("deal", title):
            client = {"client": f"Клиент {title}", "phone": phone}
            to = self._post("/deals", title=title, **client).headers["location"]
        self.deals.append(Held(int(to.rpartition("/")[2])))

    def note(self, deal: Held) -> None:
        text = self._token()
        with self.ledger.writing("note", text):
            self._post(f"/deals/{deal.id}/comments", text=text)

    def move(self, deal: Held) -> None:
        if not deal.has_step:
            title = self._token()
            with self.ledger.writing("step", title):
                self._post(f"/deals/{deal.id}/tasks", title=title, due_at="2030-01-15T12:00")
            deal.has_step = True
            return
        to = 1 - deal.stage
        with self.ledger.writing("move", deal.id, deal.version + 1):
            self._post(f"/deals/{deal.id}/moves", stage_id=self.stages[to], version=deal.version)
        deal.stage, deal.version = to, deal.version + 1

    def book(self, deal: Held) -> None:
        if not self.flats:
            return
        flat = self.flats.pop(self.chance.randrange(len(self.flats)))
        with self.ledger.writing("booking", flat, deal.id):
            answer = self._post(f"/units/{flat}/booking", deal_id=deal.id, days=3)
        self.booked.append((flat, int(undo_of(answer).split("/")[2])))

    def cancel(self, _deal: Held) -> None:
        if not self.booked:
            return
        flat, booking = self.booked.pop(0)
        with self.ledger.writing("cancellation", booking):
            self._post(f"/bookings/{booking}/cancellation")
        self.flats.append(flat)

    def _token(self) -> str:
        self.told += 1
        return f"{self.name}-{self.told}"

    def _post(self, path: str, **form: str | int) -> httpx.Response:
        """The answer that says it is done. Raises Lost when nothing was promised, Refused at a no."""
        try:
            answer = self.http.post(path, data={name: str(value) for name, value in form.items()})
        except httpx.HTTPError as trouble:
            raise Lost(path) from trouble
        if answer.status_code == DONE:
            return answer
        if answer.status_code >= 500:
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.errors.append(f"{answer.status_code} {path}")
            raise Lost(path)
        raise Refused(path)
