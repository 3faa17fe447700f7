"""A company under a load: its web process, and the deeds of a day whose cost is measured."""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from domain import deals
from domain.access import User
from domain.deals import board, card
from domain.deals.cards import Lens
from domain.deals.funnels import heads_of
from domain.demo import load
from domain.demo.load import Filled, Load
from domain.kernel import clock
from domain.search.searching import search
from tests.bench.processes import Process, web_process
from tests.bench.site import EMPTY
from tests.fixtures import Database
from tests.sites import HTMX

EIGHT_COLUMNS = """
    update stage set position = position + 100 where kind <> 'open';
    insert into stage (funnel_id, name, position, kind)
    select funnel.id, 'Шаг ' || step, 10 + step, 'open' from funnel, generate_series(1, 5) step;
"""
COLUMNS, PRINTED_OF_COLUMN = 8, 80
Deed = Callable[[], object]
Read = Callable[[Session, User], object]


@dataclass
class Company:
    database: Database
    process: Process
    boris: httpx.Client
    funnel: int
    stages: list[int]
    """Of the open ones, in order."""
    deal: int
    """One that has come to the fourth column; whose client is searched for."""
    name: str
    phone: str
    moved: int
    """One that goes to and fro between the first two columns."""
    version: int
    """Of the one that is moved; it was opened in the first column as the first."""
    printed: int = 0
    """Cards on the board that was printed last."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def deeds(self) -> dict[str, Deed]:
        """What is done over and over; each deed checks its own answer."""
        return {
            "board": self._get("/deals"),
            "list": self._get("/deals?view=list"),
            "card": self._get(f"/deals/{self.deal}"),
            "move": self.move,
            "search by phone": self._get("/search", q=self.phone),
            "search by name": self._get("/search", q=self.name),
            "create": self.create,
            "print": self.print_board,
        }

    def reads(self) -> dict[str, Read]:
        """What each deed reads of the base, for the floor: the same rows by the driver alone."""
        now = clock.now()

        def columns(session: Session, user: User) -> None:
            heads = heads_of(session, self.funnel)
            board.columns(session, user, heads, self.stages[:2], Lens(), now=now)

        return {
            "board": lambda session, user: board.board(
                session, user, heads_of(session, self.funnel), Lens(), now=now
            ),
            "card": lambda session, user: card.card(
                session, deals.get_visible(session, user, self.deal), now=now
            ),
            "move": columns,
            "search by phone": lambda session, user: search(session, user, self.phone),
            "search by name": lambda session, user: search(session, user, self.name),
        }

    def floor(self, read: Read, *, rounds: int) -> float:
        """Milliseconds: the SELECTs of the deed sent by psycopg alone, and a handler that does nothing."""
        sent = self.sent_by(read)
        with self.database.engine.connect() as connection:
            cursor = connection.connection.cursor()

            def bare() -> None:
                for statement, parameters in sent:
                    cursor.execute(statement, parameters)
                    if cursor.description:
                        cursor.fetchall()

            selects = self.process.costs({"selects": bare}, rounds=rounds, ours="selects")["selects"]
        return selects + self.cost(lambda: self.boris.get(EMPTY), rounds=rounds * 2)

    def cost(self, deed: Deed, *, rounds: int) -> float:
        return self.process.costs({"deed": deed}, rounds=rounds)["deed"]

    def sent_by(self, read: Read) -> list[tuple[str, object]]:
        """The statements it sends and their values."""
        sent: list[tuple[str, object]] = []

        def keep(
            _connection: object, _cursor: object, statement: str, values: object, *_rest: object
        ) -> None:
            sent.append((statement, values))

        with Session(self.database.engine) as session:
            boris = session.exec(select(User).where(User.login == "boris")).one()
            sa.event.listen(self.database.engine, "before_cursor_execute", keep)
            try:
                read(session, boris)
            finally:
                sa.event.remove(self.database.engine, "before_cursor_execute", keep)
            session.rollback()
        return sent

    def weight(self, address: str) -> str:
        answer = self.boris.get(address)
        return f"{len(answer.content) / 1024:.0f} kB, {answer.num_bytes_downloaded / 1024:.1f} kB in gzip"

    def move(self) -> None:
        """There and back between the first two columns, by what the last answer told of the card."""
        there = self.stages[self.version % 2]
        answer = self._post(
            f"/deals/{self.moved}/moves", stage_id=str(there), version=str(self.version), board="1"
        )
        moved = re.search(rf'data-deal="{self.moved}" data-version="(\d+)"', answer.text)
        assert moved, answer.text
        self.version = int(moved[1])

    def create(self) -> None:
        phone = f"+7901{next(self.numbers):07d}"
        self._post(
            "/deals",
            funnel=str(self.funnel),
            client="Зимин Лев Ильич",
            phone=phone,
            title="Студия",
            amount="",
        )

    def print_board(self) -> None:
        """Every column as far as it is printed, in one page."""
        page = self.boris.get(f"/deals?shown={PRINTED_OF_COLUMN}").text
        self.printed = page.count('<article class="kc"')
        counted = map(int, re.findall(r'<section class="col" [^>]*data-count="(\d+)"', page))
        assert self.printed and self.printed == sum(min(count, PRINTED_OF_COLUMN) for count in counted)

    def grow(self, *, more: Load) -> Filled:
        with Session(self.database.engine) as session:
            filled = load.fill(session, more, now=clock.now(), told=lambda _words: None)
            session.commit()
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum (analyze)")
        return filled

    def _get(self, address: str, **query: str) -> Deed:
        headers = HTMX if query else {}

        def get() -> None:
            answer = self.boris.get(address, params=query or None, headers=headers)
            assert answer.status_code == 200, answer.text

        return get

    def _post(self, address: str, **form: str) -> httpx.Response:
        answer = self.boris.post(address, data=form, headers=HTMX)
        assert answer.status_code in {200, 201}, answer.text
        return answer


@contextmanager
def company(database: Database, folder: Path, *, wanted: Load, in_work: int) -> Iterator[Company]:
    """Boris's company with eight columns and so many deals in work."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(EIGHT_COLUMNS)
    with pytest.MonkeyPatch.context() as patch, web_process(database, folder) as process:
        patch.setattr(load, "MOST_OPEN", in_work)
        with process.client("boris") as boris:
            made = Company(database, process, boris, 0, [], 0, "", "", 0, 0)
            made.grow(more=wanted)
            _known(made)
            yield made


def _known(made: Company) -> None:
    with made.database.engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "select stage.id, funnel_id from stage join funnel on funnel.id = funnel_id"
                " where funnel.name = :name and kind = 'open' order by stage.position"
            ),
            {"name": load.FUNNEL},
        ).all()
        made.stages, made.funnel = [number for number, _funnel in rows], rows[0].funnel_id
        made.deal, made.name, made.phone = connection.execute(
            sa.text(
                "select deal.id, name, phone from deal join person on person.id = person_id"
                " where stage_id = :stage order by deal.id limit 1 offset 20"
            ),
            {"stage": made.stages[3]},
        ).one()
        made.moved, made.version = connection.execute(
            sa.text("select id, version from deal where stage_id = :stage order by id limit 1 offset 20"),
            {"stage": made.stages[0]},
        ).one()
    assert len(made.stages) == COLUMNS
