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
from sqlmodel import Session, col, select

from domain.access import Region, Role, User, sessions
from domain.deals.models import Funnel, Stage
from domain.estate.drawings import CharacteristicType, characteristics, layouts, plans
from domain.estate.models import Availability, Project, Unit, UnitKind
from domain.estate.pricing.models import (
    CoefficientKind,
    Effect,
    ListState,
    Master,
    PriceCoefficient,
    PriceList,
    ProjectPricing,
    Promotion,
    Rule,
)
from domain.exchange import visiting
from domain.files import storing
from domain.files.pictures import SVG, Picture
from domain.kernel import clock, formats
from domain.offers import links
from domain.offers.models import MortgageProgramme, PaymentTemplate
from domain.tables import metadata
from tests import servers
from tests.fixtures import in_use
from tests.world import published

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
    "layout": "as the units that have it",
    "plan": "as what it is the plan of",
    "outline": "as the unit",
    "characteristic": "as the units",
    "service": "the company's catalogue",
    "unit_period": "what units were, no more a secret than what they are; written by triggers",
    "claim_period": "while units were held, as the chessboard shows everyone; written by triggers",
    "layout_period": "what layouts were called, as everyone sees them; written by triggers",
    "plan_period": "what was drawn, as everyone saw it; written by triggers",
    "outline_period": "where units were on it, as everyone saw it; written by triggers",
    "terms": "the company's rules of bookings, the same for all",
    "project_pricing": "who is the master of prices is the company's own",
    "price_list": "prices of what everybody sells",
    "price_list_line": "prices of what everybody sells",
    "list_price": "prices of what everybody sells",
    "price_coefficient": "prices of what everybody sells",
    "promotion": "prices of what everybody sells",
    "discount_limit": "how much each role gives is known to all who give",
    "payment_template": "how the company sells, the same for all",
    "mortgage_programme": "what banks tell everyone",
    "publication": "what everybody outside is shown",
    "listing": "what everybody outside is shown",
    "listed_kind": "what everybody outside is shown",
    "consent_text": "shown to everybody who leaves a request",
    "app_user": "colleagues are known by name: their bookings, deals and clients are told to be theirs",
}
"""Tables whose rows belong to nobody, with the reason why they are no secret between colleagues."""
OF_THE_HOUSE = {
    "connection", "external_id", "catalogue_entry", "login_throttle", "received_part", "stored_file",
    "stock_import", "stock_import_row",
    "public_site", "feed", "feed_fetch",
}  # fmt: skip
"""Secret from everyone without a permission of their own; one row each."""
MACHINERY = {"event_unrelayed", "event_seal"}
"""Numbers and hashes that the database and the keeper of history write by themselves."""

CANARY = "zqz{letter}{number:04d}"
INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
KPP = "770701001"
TOKEN = 777
"""In the address of Anna's offer for her client."""
PICTURE = 778
"""What the content of the plan in an offer is called in its address: here all is called by numbers."""
IN_ANNAS_DEAL = "attachment in Anna's deal"
"""By whoever the file was attached, it is hers to see."""
HOLDING = ("booking", *(f"booking {what}" for what in (
    "plain", "extended", "offered", "contracted", "swapped", "transferred",
)))  # fmt: skip
TOLD_NUMBERS = {IN_ANNAS_DEAL, *HOLDING}
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
    sa.Date: lambda column, canary, now: None if column.nullable else now.date(),
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
    price: str = ""
    """Of the unit that is left for those who come to book."""
    consent: int = 0
    """The version of the consent that is shown."""

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
        if column.name == "passport":
            return []
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
    world.consent = published.wording(session).id
    published.publish(session)
    published.open_to(session)
    sower = Sower(session, world)
    for table in metadata.sorted_tables:
        if table.name in OF_THE_HOUSE:
            sower.row(table, HOUSE, **special(session, world, table.name, HOUSE))
    done = a_file_of_the_stock(session, world, "done")
    sower.row(metadata.tables["stock_import"], HOUSE, "stock import done", **done)
    for letter in OWNERS:
        everything_of(session, sower, letter)
    for letter in OWNERS:
        more_of(session, sower, letter)
    priced(session, world)
    shared = ("building", "funnel", "unit")
    everywhere = [
        "exchange",
        "leads",
        f"prices-{session.execute(sa.text('select min(id) from project')).scalar_one()}",
        *(f"{what}-{sower.reference(what, HOUSE)}" for what in shared),
        f"showing-{sower.reference('building', HOUSE)}",
        f"stage-{first_stage(session)}",
    ]
    sower.row(metadata.tables["event"], HOUSE, "news", topics=everywhere, subject_id=1, deal_id=None)
    return world


def people(session: Session, world: World) -> None:
    """The cast, a head of another region over Timur, and somebody who was let go."""
    kazan = session.exec(select(Region).where(Region.name == "Казань")).one()
    password = session.exec(select(User).where(User.login == "anna")).one().password_hash
    rustam = User(login="rustam", name="Рустам", role=Role.HEAD, password_hash=password, region_id=kazan.id)
    gone = User(login="gone", name="Уволенный", role=Role.MANAGER, password_hash=password)
    others = [
        User(login=f"agent-{letter}", name="Агент", role=Role.AGENT, password_hash=password)
        for letter in OWNERS
        if letter != "o"
    ]
    session.add_all([rustam, gone, *others])
    session.flush()
    for user in session.exec(select(User)):
        world.people[user.login] = user.id
        if user.login == "timur":
            user.chief_id = rustam.id
        if user.login not in {"anna", "agata", "onec"}:
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


def agent_of(world: World, letter: str) -> int:
    """Agata works with the agency Anna answers for, other agents with the others'."""
    return world.people["agata" if letter == "o" else f"agent-{letter}"]


def an_export(session: Session, world: World, letter: str) -> dict[str, Any]:
    canary = world.sown(letter, "exported", CANARY.format(letter=letter, number=9992))
    kept = storing.keep(session, [canary.encode()], media_type="text/plain", now=world.now)
    project = session.execute(sa.text("select min(id) from project")).scalar_one()
    return {"project_id": project, "asked": {}, "step": "made", "sha256": kept.sha256}


def a_file_of_the_stock(session: Session, world: World, step: str) -> dict[str, Any]:
    canary = world.sown(HOUSE, "file of the stock", CANARY.format(letter=HOUSE, number=9993))
    kept = storing.keep(session, [canary.encode()], media_type="text/plain", now=world.now)
    return {"step": step, "sha256": kept.sha256, "remarks": [], "applied_at": world.now}


def a_contract(session: Session, world: World, letter: str) -> dict[str, Any]:
    """Of a booking of its own: under contract, as only such a booking is."""
    number = first_id("booking", letter) + 500
    held = {"state": "contract", "unit_id": one_more_unit(session), "price": 1, "extensions": 0}
    whose = {"deal_id": first_id("deal", letter), "booked_by_id": world.person(letter), "kind": "verbal"}
    when = {"booked_at": world.now - timedelta(hours=1), "until": world.now + SOON}
    session.execute(sa.insert(metadata.tables["booking"]).values({"id": number} | held | whose | when))
    world.rows.setdefault("booking contracted", {})[letter] = number
    return {"booking_id": number, "sold_at": None, "sold_by_id": None, "ended_by_id": None}


def a_waiting(session: Session, world: World, letter: str) -> dict[str, Any]:
    """Everybody in one line, in the order of owners."""
    if "unit awaited" not in world.rows:
        world.rows["unit awaited"] = dict.fromkeys(OWNERS, one_more_unit(session))
    return {
        "unit_id": world.id("unit awaited", letter), "place": MILLIONS[letter], "booking_id": None,
    }  # fmt: skip


def an_offer(session: Session, world: World, letter: str) -> dict[str, Any]:
    """A version whose words are the owner's canaries, of a unit that everyone sees."""
    conditions, seller = (
        world.sown(letter, f"offer.{name}", CANARY.format(letter=letter, number=number))
        for name, number in (("conditions", 9992), ("plan", 9993))
    )
    picture = storing.path_of(str(PICTURE))
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"drawn")
    drawn = {
        "sha256": picture.name, "small_sha256": picture.name, "media_type": "image/png", "width": 8,
        "height": 8,
    }  # fmt: skip
    unit = {
        "plan": drawn, "unit_id": free_unit(session), "kind": "flat", "number": "1", "rooms": 1,
        "area": "30.00", "living": None, "kitchen": None, "finish": "none", "floor": 1, "section": 1,
        "building": "Дом 1", "project": "Речной квартал", "city": "", "price": "1000000", "parts": [],
    }  # fmt: skip
    plan = {"name": seller, "extra_percent": "0", "total": "1000000", "payments": [], "template_id": None}
    content = {
        "units": [unit], "plans": [plan], "mortgages": [], "conditions": conditions,
        "seller": {"name": "Продавец", "phone": None}, "valid_until": "2090-01-01",
    }  # fmt: skip
    return {"content": content, "valid_until": world.now.date() + SOON, "total": 1_000_000}


def a_document(session: Session, world: World, letter: str) -> dict[str, Any]:
    canary = world.sown(letter, "printed", CANARY.format(letter=letter, number=9994))
    pdf = f"%PDF-1.7 {canary} %%EOF".encode()
    return {"sha256": storing.keep(session, [pdf], media_type="application/pdf", now=world.now).sha256}


def a_link(session: Session, world: World, letter: str) -> dict[str, Any]:
    """Of Anna's the token is known: whoever holds it sees her offer, so no other link is ever tried."""
    token = str(TOKEN) if letter == "o" else f"of {letter}"
    return {"token_hash": links.fingerprint(token), "expires_at": world.now + SOON, "openings": 0}


SPECIAL: dict[str, Callable[[Session, World, str], dict[str, Any]]] = {
    "connection": lambda session, world, letter: {
        "kind": "commerceml",
        "login": "onec",
        "timezone": "Europe/Moscow",
        "mapping": {},
    },
    "deal": lambda session, world, letter: {
        "stage_id": first_stage(session),
        "rank": MILLIONS[letter],
        "amount": 1_000_000,
        "version": 3,
    },
    "stage_stay": lambda session, world, letter: {"stage_id": first_stage(session)},
    "task": lambda session, world, letter: {"due_at": world.now + timedelta(minutes=1)},
    "booking": lambda session, world, letter: {
        "until": world.now + SOON,
        "unit_id": free_unit(session),
        "extensions": 0,
        "passport": [],
        "price": 1_000_000,
    },
    "discount": lambda session, world, letter: {"effect": "amount", "value": 1, "amount": 1, "share": 90},
    "event": an_event,
    "user_session": lambda session, world, letter: {"expires_at": world.now + SOON},
    "message": a_message,
    "company": a_company,
    "lead": lambda session, world, letter: {"state": "taken", "deal_id": None},
    "attachment": an_attachment,
    "agency": lambda session, world, letter: {"fixed_for": 30, "most_bookings": 50},
    "agent": lambda session, world, letter: {"user_id": agent_of(world, letter)},
    "fixation": lambda session, world, letter: {
        "agent_id": agent_of(world, letter), "until": world.now + SOON,
    },
    "booking_request": lambda session, world, letter: {
        "unit_id": free_unit(session, last=True), "deal_id": None, "state": "waiting",
    },
    "agency_deal": lambda session, world, letter: {"agent_id": agent_of(world, letter)},
    "stock_export": an_export,
    "stock_import": lambda session, world, letter: a_file_of_the_stock(session, world, "checked"),
    "stock_import_row": lambda session, world, letter: {
        "said": {}, "verdict": "changed", "outcome": "applied",
    },
    "allowance": lambda session, world, letter: {"whose": "manager", "most": 50},
    "approval": lambda session, world, letter: {
        "kind": "extension", "subject_id": first_id("booking", letter), "until": world.now + SOON,
        "wish": {"days": 3, "number": "1"}, "granted": {}, "state": "waiting",
    },
    "unit_contract": a_contract,
    "waiting": a_waiting,
    "selection": lambda session, world, letter: {"building_id": None, "shared": False},
    "offer_version": an_offer,
    "offer_document": a_document,
    "offered_unit": lambda session, world, letter: {"unit_id": the_offered(session, world)},
    "offer_link": a_link,
}  # fmt: skip


def priced(session: Session, world: World) -> None:
    """Prices belong to nobody: one of each document, and its states."""
    river = session.exec(select(Project.id)).first()
    boris = world.people["boris"]

    def add(what: str, row: Any) -> None:
        session.add(row)
        session.flush()
        world.rows[what] = dict.fromkeys(OWNERS, row.id)

    add("project_pricing", ProjectPricing(project_id=river, master=Master.LISTS, version=1))
    for number, state in enumerate((ListState.DRAFT, ListState.SCHEDULED, ListState.APPLIED), start=1):
        called = "price_list" if state is ListState.DRAFT else f"price_list {state.value}"
        document = PriceList(
            project_id=river, number=number, rule=Rule.PERCENT, value=2, state=state,
            effect_at=world.now + SOON, made_by_id=boris, applied_by_id=boris,
        )  # fmt: skip
        add(called, document)
    low = {"floor_to": 1}
    for called, removed in (("price_coefficient", None), ("price_coefficient removed", world.now)):
        add(called, PriceCoefficient(project_id=river, kind=CoefficientKind.FLOOR, name="Низ", criteria=low,
                                     factor=1, made_by_id=boris, removed_at=removed))  # fmt: skip
        low = {"floor_from": 2}
    add("promotion", Promotion(project_id=river, name="Осень", badge="−1 %", effect=Effect.PERCENT, value=1,
                               criteria={"floor_from": 90}, made_by_id=boris,
                               starts_at=world.now - SOON))  # fmt: skip


def more_of(session: Session, sower: Sower, letter: str) -> None:  # noqa: PLR0915  one row after another
    """What walls are tried at besides the first row: done, closed, moved, and a client of somebody else's."""
    world, tables = sower.world, metadata.tables
    mine = world.person(letter)
    sower.row(tables["task"], letter, "task done", done_at=world.now)
    sower.row(
        tables["booking"],
        letter,
        "booking over",
        unit_id=left_unit(session),
        state="cancelled",
        until=world.now + SOON,
        closed_at=world.now,
    )
    if letter != "v":
        plain = special(session, world, "booking", letter) | {"unit_id": one_more_unit(session)}
        sower.row(tables["booking"], letter, "booking plain", **plain)
    over_a_while = {"booked_at": world.now - timedelta(days=3), "until": world.now - timedelta(hours=2)}
    sower.row(
        tables["booking"],
        letter,
        "booking expired",
        unit_id=left_unit(session),
        state="expired",
        closed_at=world.now - timedelta(hours=2),
        extensions=0,
        **over_a_while,
    )
    sower.row(
        tables["booking"],
        letter,
        "booking extended",
        unit_id=free_unit(session),
        until=world.now + SOON,
        extensions=1,
    )
    sower.row(
        tables["approval"],
        letter,
        "approval decided",
        **special(session, world, "approval", letter)
        | {
            "state": "declined",
            "subject_id": world.id("booking expired", letter),
            "decided_at": world.now,
            "decided_by_id": world.people["rustam" if letter == "c" else "boris"],
        },
    )
    of_discount = {"discount": world.id("discount", letter), "amount": "1", "share": "90", "number": "1"}
    asked = special(session, world, "approval", letter) | {"kind": "discount", "wish": of_discount}
    sower.row(tables["approval"], letter, "approval of a discount", **asked)
    if letter == "o":
        hers = {"deal_id": world.id("deal", "c"), "unit_id": left_unit(session), "state": "cancelled"}
        over = {"until": world.now + SOON, "closed_at": world.now}
        sower.row(tables["booking"], letter, "booking for a colleague's deal", **hers, **over)
    if letter == "c":
        asked = special(session, world, "approval", letter)
        mine_too = {"asked_by_id": world.people["boris"], "subject_id": world.id("booking extended", letter)}
        sower.row(tables["approval"], letter, "approval of a head", **asked | mine_too)
    for what in ("person", "booking"):
        about = {"subject_kind": what, "subject_id": world.id(what, letter)}
        sower.row(
            tables["message"], letter, f"message of {what}", **a_message(session, world, letter) | about
        )
    lines_of(session, sower, letter)
    sower.row(tables["comment"], letter, "comment two")
    sower.row(tables["agency"], letter, "agency closed", closed_at=world.now)
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
    region = "Санкт-Петербург" if letter == "o" else "Казань"
    here = session.exec(select(Region.id).where(Region.name == region)).one()
    waiting = {"state": "new", "responsible_id": None, "deal_id": None, "region_id": here}
    sower.row(tables["lead"], letter, "lead waiting", **waiting)
    sower.row(tables["lead"], letter, "lead to take", state="new", deal_id=None)
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
            tables["agency_deal"],
            letter,
            "sale of Anna's agency",
            deal_id=world.id("deal with a client of Anna's", letter),
            agency_id=world.id("agency", "o"),
            agent_id=agent_of(world, "o"),
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


def drawn(session: Session) -> dict[str, int]:
    """The stock as the administrator has arranged it: a layout, plans, a characteristic."""
    admin = session.exec(select(User).where(User.login == "admin")).one()
    flat = session.exec(select(Unit).order_by(col(Unit.id))).first()
    other = session.exec(select(Unit).where(Unit.floor_id == flat.floor_id, Unit.id != flat.id)).first()
    project, picture = flat.floor.section.building.project, Picture(b"<svg/>", b"<svg/>", SVG, 40, 30)
    layout = layouts.add(
        session, project, kind=UnitKind.FLAT, code="С-36", rooms=0, area_total=flat.area_total, by=admin
    )
    now = clock.now()
    plan, off = (plans.keep(session, thing, picture, by=admin, now=now) for thing in (flat.floor, other))
    plans.take_off(session, off, by=admin, now=now)
    known = characteristics.add(
        session,
        kind=UnitKind.FLAT,
        code="note",
        type=CharacteristicType.TEXT,
        title="Заметка",
        by=admin,
    )
    return {
        "layout": layout.id,
        "plan": plan.id,
        "plan off": off.id,
        "floor": flat.floor_id,
        "unit drawn": flat.id,
        "characteristic": known.id,
    }


def free_unit(session: Session, *, last: bool = False) -> int:
    """A unit nobody holds; three are left to the end for those who come to book, and for whom others ask."""
    booked = sa.select(metadata.tables["booking"].c.unit_id)
    flat = Unit.kind != UnitKind.PARKING
    free = select(Unit.id).where(flat, Unit.availability == Availability.ON_SALE, Unit.id.not_in(booked))  # type: ignore[attr-defined]
    return session.exec(free.order_by(Unit.id.desc() if last else Unit.id)).first() or 0  # type: ignore[arg-type,attr-defined]


def left_unit(session: Session) -> int:
    """One that has been booked and is free again: all bookings that are over are of it."""
    over = sa.text("select min(unit_id) from booking where closed_at is not null")
    return session.execute(over).scalar() or free_unit(session)


IN_THE_LINE_OF = {"o": "f", "c": "o", "f": "c", "v": "f"}
"""Who waits for whose unit."""


def lines_of(session: Session, sower: Sower, letter: str) -> None:
    """A place in a colleague's line, one given up, an offer; a booking just swapped, one just handed over."""
    world, tables = sower.world, metadata.tables
    of = sa.text("select unit_id from booking where id = :id")
    held = session.execute(of, {"id": world.id("booking", IN_THE_LINE_OF[letter])}).scalar_one()
    sower.row(tables["waiting"], letter, "waiting in line", unit_id=held, booking_id=None)
    over = {"state": "left", "left_at": world.now, "booking_id": None}
    sower.row(tables["waiting"], letter, "waiting over", unit_id=held, **over)
    until = {"until": world.now + SOON, "extensions": 0}
    unit = one_more_unit(session)
    offer = sower.row(tables["booking"], letter, "booking offered", unit_id=unit, kind="offer", **until)
    sower.row(
        tables["waiting"], letter, "waiting offered", unit_id=unit, state="offered", booking_id=offer,
        offered_at=world.now, answer_until=world.now + SOON,
    )  # fmt: skip
    world.rows.setdefault("unit offered", {})[letter] = unit
    signed = {
        "name": "booking.contracted",
        "subject_id": world.id("booking contracted", letter),
        "at": world.now,
    }
    sower.row(
        tables["event"], letter, "event signed", **signed, subject_kind="booking", topics=[],
        actor_id=world.person(letter), deal_id=None, payload={},
    )  # fmt: skip
    came_from = world.id("deal", "c" if letter != "c" else "o")
    done = {
        "swapped": ("unit.booked", {"swapped_from": world.id("booking over", letter)}),
        "transferred": (
            "booking.transferred", {"came_from": came_from, "held_by": world.person(letter), "reason": ""},
        ),
    }  # fmt: skip
    for what, (name, said) in done.items():
        booking = sower.row(
            tables["booking"], letter, f"booking {what}", unit_id=one_more_unit(session), **until
        )
        sower.row(
            tables["event"], letter, f"event {what}", name=name, actor_id=world.person(letter), at=world.now,
            subject_kind="booking", subject_id=booking, deal_id=world.id("deal", letter), topics=[],
            payload=said | {"price": "1", "until": world.now.isoformat(), "number": "1"},
        )  # fmt: skip


def one_more_unit(session: Session) -> int:
    """A parking place on sale beside the flats, for what flats are too few for."""
    like = session.exec(select(Unit).order_by(Unit.id)).first()  # type: ignore[arg-type]
    assert like
    number = session.execute(sa.text("select count(*) from unit where kind = 'parking'")).scalar_one()
    unit = Unit(
        floor_id=like.floor_id, kind=UnitKind.PARKING, number=f"М{number + 1}", area_total=like.area_total,
        availability=Availability.ON_SALE, price=like.price,
    )  # fmt: skip
    session.add(unit)
    session.flush()
    return unit.id


def ways_to_pay(session: Session, now: datetime) -> dict[str, int]:
    """A template and a programme, and one of each that is not offered any more."""
    made: dict[str, Any] = {
        "payment_template": PaymentTemplate(name="Полная оплата"),
        "template retired": PaymentTemplate(name="Прежняя", retired_at=now),
    }
    for name, retired_at in (("mortgage_programme", None), ("programme retired", now)):
        made[name] = MortgageProgramme(
            bank="Банк", name=name, rate=6, valid_from=now.date(), rates_of=now.date(), retired_at=retired_at
        )
    session.add_all(made.values())
    session.flush()
    return {name: one.id for name, one in made.items()}


def the_offered(session: Session, world: World) -> int:
    """One unit is offered to everybody's client."""
    if "unit in an offer" not in world.rows:
        world.rows["unit in an offer"] = dict.fromkeys(OWNERS, last_free_unit(session))
    return world.rows["unit in an offer"]["o"]


def last_free_unit(session: Session) -> int:
    """One of those left to the end."""
    on_sale = sa.select(sa.func.max(Unit.id)).where(Unit.availability == Availability.ON_SALE)  # type: ignore[arg-type]
    return session.execute(on_sale).scalar_one()


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
                "terms": session.execute(sa.text("select min(id) from terms")).scalar(),
                "unit first": session.execute(sa.text("select min(id) from unit")).scalar(),
                "unit asked about": session.execute(sa.text("select min(id) from unit")).scalar(),
                "project": session.execute(sa.text("select min(id) from project")).scalar(),
                "site": session.execute(sa.text("select min(id) from public_site")).scalar(),
                "building": session.execute(sa.text("select min(id) from building")).scalar(),
                **drawn(session),
                "token": TOKEN,
                "picture": PICTURE,
                "project first": session.execute(sa.text("select min(id) from project")).scalar(),
                **ways_to_pay(session, world.now),
            }
            shared |= {name: world.rows[name][HOUSE] for name in ("stock_import", "stock import done")}
            for what in ("unit", "claim", "layout", "plan", "outline"):  # a past to be looked at
                session.execute(sa.text(f"update {what}_period set since = since - interval '5 days'"))
            world.price = str(session.get_one(Unit, shared["unit"]).price)
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
