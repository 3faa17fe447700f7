"""A heavy load beside the demo world: years of deals, with the units, clients, steps, talk and history
that such a company has. It is written past the verbs, so every row is made as the verbs would have left it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import sqlalchemy as sa
from sqlmodel import Session

from domain.demo import names, stock
from domain.demo.copying import Copying, Sheet, copying, set_aside
from domain.demo.trade import SOURCES, STEPS, WORDS

FUNNEL = "Квартиры"
MOST_OPEN = 10_000
"""Deals beyond these, whenever they were added, are closed: people can't lead more at once."""
YEARS = 10
PROJECTS = ("ЖК «Лесной квартал»", "ЖК «Парковый»", "ЖК «Набережная»", "ЖК «Янтарный»", "ЖК «Северный луч»")
SECTIONS, FLOORS, PLACES = 10, 25, 8
UNITS_OF_BUILDING = SECTIONS * FLOORS * PLACES
WISHES = ("Студия", "1-комнатная", "2-комнатная", "3-комнатная")
DAY = 86_400
NULL = "\\N"

TABLES = ("person", "deal", "stage_stay", "task", "comment", "booking", "event")
ROWS_OF_A_DEAL = 10
"""About; with its stays, steps, talk and events."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Load:
    deals: int = 0
    units: int = 0
    people: int = 0
    known: int = 0
    """Deals are of so many clients that were loaded last, and not of new ones."""

    @property
    def clients(self) -> int:
        """New ones: as many as asked, and at least one for every two deals."""
        return self.people if self.known else max(self.people, -(-self.deals // 2))

    @property
    def rows(self) -> int:
        return self.deals * ROWS_OF_A_DEAL + self.units + self.clients * 2


@dataclass(frozen=True)
class Filled:
    rows: int
    seconds: float

    def __str__(self) -> str:
        return f"Added {self.rows:,} rows in {self.seconds:.0f} s ({self.rows / self.seconds:,.0f} a second)."


def fill(session: Session, load: Load, *, now: datetime, told: Told) -> Filled:
    """Add the load to a demo base as the owner of its tables; the caller commits.

    Nobody is told of this past: no screen looks again, nothing goes to 1C. `told` hears how far it has come.
    """
    began = time.monotonic()
    tables = (*(TABLES if load.clients or load.deals else ()), *(("unit",) if load.units else ()))
    with set_aside(session, tables, rows=load.rows):
        _triggers(session, "disable")
        with copying(session) as copy:
            World(session, copy, now=now, told=told).fill(load)
        _triggers(session, "enable")
        told("Building the indexes and checking the references…")
    session.execute(sa.text("analyze"))
    return Filled(copy.rows, time.monotonic() - began)


def _triggers(session: Session, how: str) -> None:
    """Those that work for the living: deals of a load are written with their nearest steps."""
    session.execute(sa.text(f"alter table event {how} trigger event_announced"))
    session.execute(sa.text(f"alter table task {how} trigger task_insert_steps"))


@dataclass(frozen=True)
class Stage:
    id: int
    name: str


@dataclass(frozen=True)
class Flat:
    id: int
    number: str
    rooms: int
    price: int


class Clock:
    """Moments as seconds, written as COPY reads them; a table is ten times quicker than a datetime."""

    def __init__(self, now: datetime) -> None:
        self.now = int(now.timestamp())
        self._days = {
            day: (datetime.fromtimestamp(day * DAY, UTC)).date().isoformat()
            for day in range(self.now // DAY - (YEARS + 1) * 366, self.now // DAY + 60)
        }
        self._clock = [
            f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+00" for second in range(DAY)
        ]

    def written(self, moment: int) -> str:
        return f"{self._days[moment // DAY]} {self._clock[moment % DAY]}"


class World:
    def __init__(self, session: Session, copy: Copying, *, now: datetime, told: Told) -> None:
        self.session, self.copy, self.told = session, copy, told
        self.clock = Clock(now)
        self.now = self.clock.now
        self.chance = Random(2026)
        self.sellers = self._numbers(
            "select id from app_user where role = 'manager' and chief_id is not null and disabled_at is null"
        )

    def fill(self, load: Load) -> None:
        if load.units:
            self.told(f"Writing {load.units:,} units…")
            Estate(self.session, self.copy).build(load.units)
        if load.clients or load.deals:
            self.told(f"Writing {load.clients:,} clients and {load.deals:,} deals…")
            Trade(self, load).run()

    def _numbers(self, statement: str) -> list[int]:
        found = list(self.session.execute(sa.text(f"{statement} order by id")).scalars())
        assert found, "a load is added to the demo world"
        return found

    def stages(self) -> dict[str, list[Stage]]:
        """Of the funnel of the load, by kind, in order."""
        rows = self.session.execute(
            sa.text(
                "select stage.kind, stage.id, stage.name from stage join funnel on funnel.id = funnel_id"
                " where funnel.name = :funnel order by stage.position"
            ),
            {"funnel": FUNNEL},
        )
        found: dict[str, list[Stage]] = {}
        for kind, number, name in rows:
            found.setdefault(kind, []).append(Stage(number, name))
        return found

    def deals_on(self, stages: list[Stage]) -> int:
        counted = sa.text("select count(*) from deal where stage_id = any(:stages)")
        return int(self.session.execute(counted, {"stages": [stage.id for stage in stages]}).scalar_one())

    def free_flats(self) -> list[Flat]:
        """On sale, priced, booked by nobody; scattered, since people choose differently."""
        rows = self.session.execute(
            sa.text(
                "select id, number, rooms, price::bigint from unit"
                " where kind = 'flat' and availability = 'on_sale' and price is not null and not exists ("
                "   select from booking where unit_id = unit.id and closed_at is null) order by id"
            )
        )
        flats = [Flat(*row) for row in rows]
        self.chance.shuffle(flats)
        return flats

    def office_hour(self, moment: int) -> int:
        """The same day between nine and seven."""
        return moment - moment % DAY + 6 * 3600 + int(self.chance.random() * 36_000)


class Estate:
    """Buildings of two thousand flats, the last one smaller."""

    def __init__(self, session: Session, copy: Copying) -> None:
        self.session = session
        self.copy = copy
        self.sheet = copy.sheet(
            "unit", "floor_id", "kind", "number", "position", "rooms", "area_total", "area_living",
            "area_kitchen", "finish", "availability", "price",
        )  # fmt: skip
        self.chance = Random(2026)

    def build(self, count: int) -> None:
        first = self._one("select count(*) from building")
        for number, start in enumerate(range(0, count, UNITS_OF_BUILDING), start=first + 1):
            self._building(number, min(UNITS_OF_BUILDING, count - start))
            self.copy.send()
            self.copy.settle()

    def _building(self, number: int, flats: int) -> None:
        project = self._one(
            "insert into project (name, city, position) values (:name, 'Санкт-Петербург', 100)"
            " on conflict (name) do update set position = excluded.position returning id",
            name=PROJECTS[number % len(PROJECTS)],
        )
        building = self._one(
            "insert into building (project_id, name, position) values (:project, :name, :number)"
            " returning id",
            project=project, name=f"Дом {number}", number=number,
        )  # fmt: skip
        floors = self._floors(building, sections=-(-flats // (FLOORS * PLACES)))
        for place in range(flats):
            self._flat(floors[place // PLACES], place)

    def _flat(self, floor: tuple[int, int], place: int) -> None:
        floor_id, storey = floor
        layout = stock.FLOOR_PLANS[place // (FLOORS * PLACES) % 3][place % 4]
        drawn = self.chance.random()
        sold = "on_sale" if drawn < 0.55 else "sold" if drawn < 0.9 else "contract" if drawn < 0.97 else "off"
        self.sheet.put(
            f"{floor_id}\tflat\t{place + 1}\t{place % PLACES + 1}\t{layout.rooms}\t{layout.total}"
            f"\t{layout.living}\t{layout.kitchen}\tfine\t{sold}\t{stock.price(layout, storey)}"
        )

    def _floors(self, building: int, *, sections: int) -> list[tuple[int, int]]:
        made = self.session.execute(
            sa.text(
                "with made as (insert into section (building_id, number)"
                "   select :building, number from generate_series(1, :sections) number returning id)"
                " insert into floor (section_id, number)"
                " select made.id, storey from made, generate_series(1, :floors) storey"
                " returning section_id, number, id"
            ),
            {"building": building, "sections": sections, "floors": FLOORS},
        )
        return [(number, storey) for _section, storey, number in sorted(made.all())]

    def _one(self, statement: str, **values: object) -> int:
        return int(self.session.execute(sa.text(statement), values).scalar_one())


class Trade:
    """Clients, and for each deal the whole way it went, in the order it happened."""

    def __init__(self, world: World, load: Load) -> None:
        self.world, self.load, self.copy = world, load, world.copy
        self.chance, self.written, self.now = world.chance, world.clock.written, world.now
        stages = world.stages()
        self.open, self.won, self.lost = stages["open"], stages["won"][0], stages["lost"][0]
        self.in_work = min(load.deals, max(MOST_OPEN - world.deals_on(self.open), 0))
        self.flats = world.free_flats()
        self.places = [project.removeprefix("ЖК ").strip("«»") for project in (*PROJECTS, stock.PINE)]
        self._open_sheets()
        self.clients = load.known or load.clients
        self.first_client = self.person.next_id - load.known
        self.booked = 0

    def _open_sheets(self) -> None:
        sheet = self.copy.sheet
        self.person = sheet("person", "name", "phone", "email", "responsible_id", "created_at")
        self.deal = sheet(
            "deal", "title", "amount", "stage_id", "rank", "version", "responsible_id", "person_id", "source",
            "created_at", "stage_entered_at", "step_at",
        )  # fmt: skip
        self.stay = sheet(
            "stage_stay", "deal_id", "stage_id", "entered_at", "entered_by_id", "left_at", "left_by_id"
        )
        self.task = sheet("task", "deal_id", "title", "due_at", "responsible_id", "created_at", "done_at")
        self.comment = sheet("comment", "deal_id", "author_id", "text", "created_at")
        self.booking = sheet(
            "booking", "unit_id", "deal_id", "booked_by_id", "price", "booked_at", "until", "kind", "state",
            "closed_at", "extensions",
        )  # fmt: skip
        self.event: Sheet = sheet(
            "event",
            "name",
            "subject_kind",
            "subject_id",
            "deal_id",
            "actor_id",
            "at",
            "payload",
        )

    def run(self) -> None:
        for number in range(self.load.clients):
            self._client(number)
            self.copy.breathe()
        for number, opened in enumerate(self._openings(), start=1):
            self._deal(opened, is_open=number > self.load.deals - self.in_work)
            if self.copy.breathe() or number == self.load.deals:
                self.world.told(f"{number:,} deals, {self.copy.rows:,} rows")

    def _openings(self) -> Iterator[int]:
        """The archive evenly over the years, the open ones over the last two months."""
        archive = self.load.deals - self.in_work
        for number in range(archive):
            back = (YEARS * 365 - 60) * (archive - number) // archive + 60
            yield self.world.office_hour(self.now - back * DAY)
        current = self.in_work
        for number in range(current):
            yield self.world.office_hour(self.now - (1 + 59 * (current - number) // current) * DAY)

    def _client(self, number: int) -> None:
        chance = self.chance
        person_id = self.person.next_id
        name, phone = names.client_in_full(chance, person_id)
        age = YEARS * 365 * (self.load.clients - number) // self.load.clients + 60
        at = self.written(self.world.office_hour(self.now - age * DAY))
        seller = self._seller_of(person_id)
        email = f"client{person_id}@example.org" if chance.random() < 0.3 else NULL
        self.person.put(f"{name}\t{phone}\t{email}\t{seller}\t{at}")
        self._happened("person.added", "person", person_id, NULL, seller, at, f'{{"client": {person_id}}}')

    def _seller_of(self, person_id: int) -> int:
        return self.world.sellers[person_id * 7919 // 64 % len(self.world.sellers)]

    def _deal(self, opened: int, *, is_open: bool) -> None:
        chance = self.chance
        deal_id = self.deal.next_id
        person_id = self.first_client + int(chance.random() * self.clients)
        seller = self._seller_of(person_id)
        flat = self.flats[int(chance.random() * len(self.flats))] if self.flats else None
        wish = WISHES[min(flat.rooms, 3) if flat else deal_id % 4]
        title = f"{wish}, {self.places[int(chance.random() * len(self.places))]}"
        way = self._way(is_open)
        moments = self._moments(opened, len(way), until=self.now - DAY // 2 if is_open else None)
        knows_price = len(way) > 1 or chance.random() < 0.3
        amount = (
            (flat.price if flat else 4_000_000 + int(chance.random() * 900) * 10_000) if knows_price else NULL
        )
        due = self._due(moments[-1], is_open=is_open)
        self.deal.put(
            f"{title}\t{amount}\t{way[-1].id}\t{-deal_id * 1024}\t{len(way)}\t{seller}\t{person_id}"
            f"\t{SOURCES[int(chance.random() * len(SOURCES))]}\t{self.written(opened)}"
            f"\t{self.written(moments[-1])}\t{self.written(due) if due and is_open else NULL}"
        )
        self._stays(deal_id, seller, title, way, moments)
        self._talk(deal_id, seller, opened, moments[-1], due, is_open=is_open)
        if flat and len(way) > 3:
            self._book(deal_id, seller, flat, moments, is_open=is_open)

    def _way(self, is_open: bool) -> list[Stage]:
        """Most requests end early; every seventh closed deal is won."""
        drawn = self.chance.random()
        if is_open:
            far = int(len(self.open) * drawn**1.5)
            return self.open[: far + 1]
        if drawn < 0.14:
            return [*self.open, self.won]
        early = 1 + int((len(self.open) - 1) * ((drawn - 0.14) / 0.86) ** 3)
        return [*self.open[:early], self.lost]

    def _moments(self, opened: int, count: int, *, until: int | None) -> list[int]:
        """When each stage was entered: days apart, in office hours, not later than `until`."""
        if until is not None:
            gap = max(until - opened, 0) // count
        else:
            gap = (1 + int(self.chance.random() * 9)) * DAY
        hour = int(self.chance.random() * 3600)
        return [opened, *(opened + gap * number + hour for number in range(1, count))]

    def _stays(self, deal_id: int, seller: int, title: str, way: list[Stage], moments: list[int]) -> None:
        at = self.written(moments[0])
        payload = f'{{"title": "{title}", "stage": "{way[0].name}"}}'
        self._happened("deal.opened", "deal", deal_id, deal_id, seller, at, payload)
        for number, stage in enumerate(way[:-1], start=1):
            left, entered = self.written(moments[number]), way[number]
            self.stay.put(f"{deal_id}\t{stage.id}\t{at}\t{seller}\t{left}\t{seller}")
            payload = (
                f'{{"left": "{stage.name}", "left_id": {stage.id}, "entered": "{entered.name}",'
                f' "entered_id": {entered.id}, "version": {number + 1}}}'
            )
            self._happened("deal.moved", "deal", deal_id, deal_id, seller, left, payload)
            at = left
        self.stay.put(f"{deal_id}\t{way[-1].id}\t{at}\t{seller}\t{NULL}\t{NULL}")

    def _due(self, ended: int, *, is_open: bool) -> int | None:
        """When its last step was or is to be done, if it has one."""
        chance = self.chance
        if chance.random() >= (0.85 if is_open else 0.6):
            return None
        return self.now + int((chance.random() * 16 - 4) * DAY) if is_open else ended

    def _talk(
        self, deal_id: int, seller: int, opened: int, ended: int, due: int | None, *, is_open: bool
    ) -> None:
        chance = self.chance
        if due is not None:
            step = STEPS[int(chance.random() * len(STEPS))]
            at, moment = self.written(opened), self.written(due)
            done = NULL if is_open else moment
            task = self.task.put(f"{deal_id}\t{step}\t{moment}\t{seller}\t{at}\t{done}")
            payload = f'{{"title": "{step}", "due_at": "{moment.replace(" ", "T")}:00"}}'
            self._happened("task.planned", "task", task, deal_id, seller, at, payload)
            if not is_open:
                payload = f'{{"title": "{step}"}}'
                self._happened("task.done", "task", task, deal_id, seller, moment, payload)
        if chance.random() < (0.5 if is_open else 0.25):
            words, at = WORDS[int(chance.random() * len(WORDS))], self.written(ended)
            comment = self.comment.put(f"{deal_id}\t{seller}\t{words}\t{at}")
            self._happened(
                "deal.commented", "comment", comment, deal_id, seller, at, f'{{"text": "{words}"}}'
            )

    def _book(self, deal_id: int, seller: int, flat: Flat, moments: list[int], *, is_open: bool) -> None:
        """A present booking holds a flat nobody else does; those of the archive have run out."""
        start, state, closed = moments[2], "expired", NULL
        if is_open:
            if self.booked >= len(self.flats):
                return
            flat, state = self.flats[self.booked], "active"
            self.booked += 1
            until = self.world.office_hour(self.now + (1 + deal_id % 7) * DAY)
        else:
            until = start + 7 * DAY
            closed = self.written(until)
        at, end = self.written(start), self.written(until)
        booking = self.booking.put(
            f"{flat.id}\t{deal_id}\t{seller}\t{flat.price}\t{at}\t{end}\tverbal\t{state}\t{closed}\t0"
        )
        unit = f'"unit": {flat.id}, "number": "{flat.number}"'
        payload = f'{{{unit}, "price": "{flat.price}.00", "until": "{end.replace(" ", "T")}:00"}}'
        self._happened("unit.booked", "booking", booking, deal_id, seller, at, payload)
        if not is_open:
            self._happened("booking.expired", "booking", booking, deal_id, NULL, closed, f"{{{unit}}}")

    def _happened(
        self, name: str, kind: str, subject: int, deal: int | str, actor: int | str, at: str, payload: str
    ) -> None:
        self.event.put(f"{name}\t{kind}\t{subject}\t{deal}\t{actor}\t{at}\t{payload}")
