"""A world in which every row belongs to somebody and every text in it says whose it is.

Rows are made from the tables themselves, so that a new table joins by being born: each owner gets a row of
it, texts are canaries, references lead to the same owner's rows. A table for which this is not enough fails
loudly, and is then listed below as shared, as the house's own, or with a few values.
"""

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Session, select

from domain.access import Region, Role, User, sessions
from domain.deals.models import Funnel, Stage
from domain.estate.models import Availability, Unit
from domain.exchange import visiting
from domain.files import storing
from domain.kernel import clock, formats
from domain.tables import metadata
from tests import servers
from tests.fixtures import in_use

OWNERS = {"o": "anna", "c": "maria", "f": "timur", "v": "vera"}
"""Anna herself, her colleague of the same region, a manager of another region under another head, and an
engineer with rows of her own: her role gives no rows, so that even these are not hers to see."""
HOUSE = "x"
"""Whose canary stands in tables of the house itself."""
NOBODY = "n"
"""An id in the style of the others, of a row that does not exist."""
MILLIONS = {"o": 1, "c": 2, "f": 3, "v": 4, HOUSE: 5, NOBODY: 6}
"""What ids of the owner's rows begin with: seven digits for everybody, so that answers compare."""

SHARED = {
    "region": "the company's own map",
    "funnel": "how the company sells, the same for all",
    "stage": "how the company sells, the same for all",
    "project": "every seller sells everything that is built",
    "building": "every seller sells everything that is built",
    "section": "every seller sells everything that is built",
    "floor": "every seller sells everything that is built",
    "unit": "every seller sells everything that is built",
    "service": "the company's catalogue",
    "app_user": "colleagues are known by name: their bookings, deals and clients are told to be theirs",
}
"""Tables whose rows belong to nobody, with the reason why they are no secret between colleagues."""
OF_THE_HOUSE = {
    "connection", "external_id", "catalogue_entry", "login_throttle", "received_part", "stored_file",
}  # fmt: skip
"""Secret from everyone without a permission of their own; one row each."""
MACHINERY = {"event_unrelayed", "event_seal"}
"""Numbers and hashes that the database and the keeper of history write by themselves."""

CANARY = "zqz{letter}{number:04d}"
INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
KPP = "770701001"
IN_ANNAS_DEAL = "attachment in Anna's deal"
"""By whoever the file was attached, it is hers to see."""
TOLD_NUMBERS = {IN_ANNAS_DEAL, "booking"}
"""Numbers told on purpose: a booking that holds stands at its unit with its number, for everyone."""
SOON = timedelta(days=2)


BY_THE_DATABASE = {"id", "xid"}
PLAIN: dict[type, Callable[[sa.Column[Any], str, datetime], Any]] = {
    sa.Enum: lambda column, canary, now: next(iter(column.type.enum_class)),  # type: ignore[attr-defined]
    JSONB: lambda column, canary, now: {"text": canary},
    ARRAY: lambda column, canary, now: [],
    sa.String: lambda column, canary, now: canary[: column.type.length],  # type: ignore[attr-defined]
    sa.LargeBinary: lambda column, canary, now: hashlib.sha256(canary.encode()).digest(),
    sa.DateTime: lambda column, canary, now: None if column.nullable else now - timedelta(hours=1),
    sa.Boolean: lambda column, canary, now: True,
    sa.Integer: lambda column, canary, now: 1,
    sa.Numeric: lambda column, canary, now: 1,
}


@dataclass
class World:
    """Where everything is: users and rows by owner, what each canary is, tokens of people signed in."""

    people: dict[str, int] = field(default_factory=dict)
    """Ids by login."""
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    """Ids by what is asked for (`deal`, `task`, `task done`) and owner."""
    canaries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Text to look for: the owner's letter and the column it was put in."""
    tokens: dict[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=clock.now)

    def id(self, what: str, letter: str) -> int:
        """The row's number; for nobody one that no row has, unless it is everyone's."""
        by_owner = self.rows.get(what, {})
        if letter == NOBODY:
            numbers = set(by_owner.values())
            return numbers.pop() if len(numbers) == 1 else MILLIONS[NOBODY] * 1_000_000 + 7
        return by_owner[letter]

    def person(self, letter: str) -> int:
        """The owner's own number, in the same sense."""
        return self.id("", letter) if letter == NOBODY else self.people[OWNERS[letter]]

    def text(self, column: str, letter: str) -> str:
        """The canary in that column of the owner's first row."""
        return next(text for text, found in self.canaries.items() if found == (letter, column))

    def sown(self, letter: str, column: str, text: str) -> str:
        self.canaries[text] = (letter, column)
        return text


class Sower:
    """Makes rows."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world
        self.numbers = itertools.count(1)
        self.places: dict[tuple[str, str], Iterator[int]] = defaultdict(itertools.count)

    def row(self, table: sa.Table, letter: str, called: str = "", /, **given: Any) -> int | None:
        """One row of the owner's; `called` is its name for later besides the table's own name."""
        values = {
            column.name: given[column.name] if column.name in given else self.value(column, letter)
            for column in table.columns
            if column.name in given or self._is_ours_to_fill(column)
        }
        if "id" in table.columns:
            values["id"] = first_id(table.name, letter) + next(self.places[table.name, letter])
            self.world.rows.setdefault(called or table.name, {})[letter] = values["id"]
        self.session.execute(sa.insert(table).values(values))
        self._remember(table, letter, values)
        return values.get("id")

    def _is_ours_to_fill(self, column: sa.Column[Any]) -> bool:
        return column.name not in BY_THE_DATABASE

    def value(self, column: sa.Column[Any], letter: str) -> Any:
        if column.foreign_keys:
            return self.reference(next(iter(column.foreign_keys)).column.table.name, letter)
        return self.plain(column, letter)

    def reference(self, table: str, letter: str) -> Any:
        if table == "app_user":
            return self.world.people[OWNERS.get(letter, "onec")]
        known = self.world.rows.get(table, {})
        if letter in known or HOUSE in known:
            return known.get(letter, known.get(HOUSE))
        return self.session.execute(sa.select(sa.func.min(metadata.tables[table].c.id))).scalar()

    def plain(self, column: sa.Column[Any], letter: str) -> Any:
        """A value of the column's type; every text is a canary of its own."""
        number = next(self.numbers)
        if column.name == "phone":
            return f"+7999{MILLIONS[letter]}{number:06d}"
        for kind, value in PLAIN.items():
            if isinstance(column.type, kind):
                return value(column, CANARY.format(letter=letter, number=number), self.world.now)
        return None if column.nullable else "127.0.0.1"

    def _remember(self, table: sa.Table, letter: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            for text in texts_in(value):
                if text.startswith("zqz") or name == "phone":
                    self.world.sown(letter, f"{table.name}.{name}", text)
                if name == "phone":
                    self.world.sown(letter, f"{table.name}.{name}", formats.phone(text).replace("\xa0", " "))


def first_id(table: str, letter: str) -> int:
    """The number of the owner's first row, known before it is there: events speak of rows to come."""
    place = [known.name for known in metadata.sorted_tables].index(table)
    return MILLIONS[letter] * 1_000_000 + place * 1000 + 1


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)


def build(session: Session) -> World:
    """Everything, on top of the tests' own small world; the caller commits."""
    world = World()
    people(session, world)
    sower = Sower(session, world)
    for table in metadata.sorted_tables:
        if table.name in OF_THE_HOUSE:
            sower.row(table, HOUSE, **special(session, world, table.name, HOUSE))
    for letter in OWNERS:
        everything_of(session, sower, letter)
    for letter in OWNERS:
        more_of(session, sower, letter)
    everywhere = [
        "exchange",
        *(f"{what}-{sower.reference(what, HOUSE)}" for what in ("building", "funnel", "unit")),
    ]
    sower.row(metadata.tables["event"], HOUSE, "news", topics=everywhere, subject_id=1, deal_id=None)
    return world


def people(session: Session, world: World) -> None:
    """The cast, a head of another region over Timur, and somebody who was let go."""
    kazan = session.exec(select(Region).where(Region.name == "Казань")).one()
    password = session.exec(select(User).where(User.login == "anna")).one().password_hash
    rustam = User(login="rustam", name="Рустам", role=Role.HEAD, password_hash=password, region_id=kazan.id)
    gone = User(login="gone", name="Уволенный", role=Role.MANAGER, password_hash=password)
    session.add_all([rustam, gone])
    session.flush()
    for user in session.exec(select(User)):
        world.people[user.login] = user.id
        if user.login == "timur":
            user.chief_id = rustam.id
        if user.login not in {"anna", "onec"}:
            user.phone = world.sown(HOUSE, "app_user.phone", f"+7999{900_0000 + user.id}")
        now = world.now
        enter = visiting.enter if user.role is Role.EXCHANGE else sessions.sign_in
        world.tokens[user.login] = enter(session, user, agent="walls", address="127.0.0.1", now=now)
    gone.disabled_at = world.now
    session.flush()


def everything_of(session: Session, sower: Sower, letter: str) -> None:
    """A row of every table that is somebody's."""
    for table in metadata.sorted_tables:
        if is_somebodys(table):
            sower.row(table, letter, **special(session, sower.world, table.name, letter))


def is_somebodys(table: sa.Table) -> bool:
    """Unless it is listed otherwise; numbers about shared things alone are as shared as these."""
    if table.name in SHARED | dict.fromkeys(OF_THE_HOUSE | MACHINERY):
        return False
    about = {key.column.table.name for key in table.foreign_keys}
    says = any(isinstance(column.type, sa.String | JSONB | sa.LargeBinary) for column in table.columns)
    return says or not about <= set(SHARED) - {"app_user"}


def special(session: Session, world: World, table: str, letter: str) -> dict[str, Any]:
    """What a row needs beyond its types: the values that make it the ordinary one of its kind."""
    return SPECIAL[table](session, world, letter) if table in SPECIAL else {}


def first_stage(session: Session) -> int:
    return session.exec(select(Stage.id).where(Stage.position == 0)).one()


def an_event(session: Session, world: World, letter: str) -> dict[str, Any]:
    deal = first_id("deal", letter)
    said = {"name": "deal.commented", "subject_kind": "comment", "subject_id": 1}
    topics = [f"deal-{deal}", f"user-{world.person(letter)}"]
    return {**said, "deal_id": deal, "topics": topics}


def a_message(session: Session, world: World, letter: str) -> dict[str, Any]:
    """Given up, with a file, about the owner's company."""
    canary = world.sown(letter, "file", CANARY.format(letter=letter, number=9990))
    kept = storing.keep(session, [canary.encode()], media_type="text/xml", now=world.now)
    about = {"subject_kind": "company", "subject_id": first_id("company", letter), "kind": "odd"}
    return {**about, "state": "dead", "lease_until": None, "file_sha256": kept.sha256}


def a_company(session: Session, world: World, letter: str) -> dict[str, Any]:
    """With requisites that are right, for the form looks at them."""
    nine = f"{MILLIONS[letter]}00000000"
    check = sum(int(digit) * weight for digit, weight in zip(nine, INN_WEIGHTS, strict=True)) % 11 % 10
    return {"inn": world.sown(letter, "company.inn", f"{nine}{check}"), "kpp": KPP}


def an_attachment(session: Session, world: World, letter: str) -> dict[str, Any]:
    canary = world.sown(letter, "attached", CANARY.format(letter=letter, number=9991))
    return {
        "sha256": storing.keep(session, [canary.encode()], media_type="text/plain", now=world.now).sha256,
        "media_type": "text/plain",
    }


SPECIAL: dict[str, Callable[[Session, World, str], dict[str, Any]]] = {
    "connection": lambda session, world, letter: {
        "kind": "commerceml", "login": "onec", "timezone": "Europe/Moscow", "mapping": {},
    },
    "deal": lambda session, world, letter: {
        "stage_id": first_stage(session), "rank": MILLIONS[letter], "amount": 1_000_000, "version": 3,
    },
    "stage_stay": lambda session, world, letter: {"stage_id": first_stage(session)},
    "task": lambda session, world, letter: {"due_at": world.now + timedelta(minutes=1)},
    "booking": lambda session, world, letter: {
        "until": world.now + SOON, "unit_id": free_unit(session), "extensions": 0,
    },
    "event": an_event,
    "user_session": lambda session, world, letter: {"expires_at": world.now + SOON},
    "message": a_message,
    "company": a_company,
    "attachment": an_attachment,
    "selection": lambda session, world, letter: {"building_id": None, "shared": False},
}  # fmt: skip


def more_of(session: Session, sower: Sower, letter: str) -> None:
    """What walls are tried at besides the first row: done, closed, moved, and a client of somebody else's."""
    world, tables = sower.world, metadata.tables
    mine = world.person(letter)
    sower.row(tables["task"], letter, "task done", done_at=world.now)
    sower.row(
        tables["booking"],
        letter,
        "booking over",
        unit_id=free_unit(session),
        state="cancelled",
        until=world.now + SOON,
        closed_at=world.now,
    )
    for what in ("person", "booking"):
        about = {"subject_kind": what, "subject_id": world.id(what, letter)}
        sower.row(
            tables["message"], letter, f"message of {what}", **a_message(session, world, letter) | about
        )
    sower.row(tables["comment"], letter, "comment two")
    first, own = sower.reference("unit", letter), {"selection_id": world.id("selection", letter)}
    sower.row(tables["choice"], letter, "choice two", **own, unit_id=first + 1, position=2)
    sower.row(tables["choice"], letter, "choice removed", **own, unit_id=first + 2, removed_at=world.now)
    for called, gone in (("selection shared", None), ("selection shared removed", world.now)):
        sower.row(tables["selection"], letter, called, building_id=None, shared=True, removed_at=gone)
    shared = {"selection_id": world.id("selection shared", letter), "unit_id": first}
    sower.row(tables["choice"], letter, "choice shared", **shared, position=1)
    sower.row(tables["choice"], letter, "choice shared two", **shared | {"unit_id": first + 1}, position=2)
    not_shared = {"building_id": None, "shared": False}
    other = world.id("deal", "c" if letter == "o" else "o")
    sower.row(tables["selection"], letter, "selection for another's deal", **not_shared, deal_id=other)
    about = {"subject_kind": "booking", "subject_id": world.id("booking", letter)}
    told = {"name": "unit.booked", "deal_id": None, "topics": [], "payload": {"price": "2"}}
    sower.row(tables["event"], letter, "another price", **about, **told)
    sower.row(tables["selection"], letter, "selection removed", **not_shared, removed_at=world.now)
    off = an_attachment(session, world, letter)
    if letter == "o":
        sower.row(tables["attachment"], letter, IN_ANNAS_DEAL, **off)
    sower.row(tables["attachment"], letter, "attachment off", **off, removed_at=world.now)
    stages = session.exec(select(Stage).order_by(Stage.position)).all()
    if letter in {"c", "f"}:
        theirs = an_attachment(session, world, "o") | {"deal_id": world.id("deal", "o"), "added_by_id": mine}
        sower.row(tables["attachment"], letter, IN_ANNAS_DEAL, **theirs, name="plan.txt")
        sower.row(
            tables["deal"],
            letter,
            "deal with a client of Anna's",
            stage_id=stages[0].id,
            rank=MILLIONS[letter] * 10,
            amount=1_000_000,
            person_id=world.id("person", "o"),
            company_id=world.id("company", "o"),
        )
    sower.row(
        tables["event"],
        letter,
        "move",
        name="deal.moved",
        actor_id=mine,
        subject_kind="deal",
        subject_id=world.id("deal", letter),
        deal_id=world.id("deal", letter),
        topics=[],
        at=world.now,
        payload={
            "left": stages[1].name,
            "left_id": stages[1].id,
            "entered": stages[0].name,
            "entered_id": stages[0].id,
            "version": 3,
        },
    )


def free_unit(session: Session) -> int:
    """A unit nobody holds; three are left to the end for those who come to book."""
    booked = sa.select(metadata.tables["booking"].c.unit_id)
    free = select(Unit.id).where(Unit.availability == Availability.ON_SALE, Unit.id.not_in(booked))  # type: ignore[attr-defined]
    return session.exec(free.order_by(Unit.id)).first() or 0  # type: ignore[arg-type]


@contextmanager
def settled(databases: servers.Databases, template: str) -> Iterator[World]:
    """A database with this world, made the one of this process."""
    with databases.new(template, "walls") as url, in_use(url) as database:
        with Session(database.engine, expire_on_commit=False) as session:
            world = build(session)
            shared = {
                "stage": session.exec(select(Stage.id).order_by(Stage.position)).all()[1],
                "stage first": first_stage(session),
                "funnel": session.exec(select(Funnel.id)).first(),
                "unit": free_unit(session),
                "unit first": session.execute(sa.text("select min(id) from unit")).scalar(),
                "project": session.execute(sa.text("select min(id) from project")).scalar(),
                "building": session.execute(sa.text("select min(id) from building")).scalar(),
            }
            for what, number in shared.items():
                world.rows[what] = dict.fromkeys(OWNERS, number)
            for letter in OWNERS:
                held = sa.text("select unit_id from booking where id = :id")
                number = session.execute(held, {"id": world.id("booking", letter)}).scalar_one()
                world.rows.setdefault("unit held", {})[letter] = number
            session.commit()
        yield world


def moment(later: timedelta) -> str:
    """As `<input type="datetime-local">` writes it."""
    return f"{formats.here(datetime.now(UTC) + later):%Y-%m-%dT%H:%M}"
