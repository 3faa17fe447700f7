"""A board is drawn once and kept: never a stale one, whoever changes the building and by whatever way."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import deals, estate, events
from domain.access import User
from domain.estate import Availability, Unit, drawings
from domain.estate.chessboard import Edition, board_rows, edition, merge_changes
from domain.estate.drawings import Layout
from domain.estate.drawings.layouts import layout_rows
from domain.estate.drawings.reading import floor_plans
from domain.estate.importing import Described, Stock, withdraw
from domain.estate.prices import change_availability, reprice
from domain.estate.pricing import Criteria
from domain.estate.pricing.models import Effect
from domain.estate.pricing.promotions import Wanted, add_promotion, end_promotion
from domain.estate.pricing.sale import coming
from domain.kernel import clock
from domain.notices.models import Notice
from domain.tables import metadata
from jobs.work import glance, unit_of_work
from tests.fixtures import Database
from tests.sites import HTMX
from tests.web.walls import uploads
from web.compression import Packed
from web.estate import press
from web.shelf import Shelf


@pytest.fixture
def board(river, building):
    return f"/estate/{river.id}/chessboard?building={building.id}"


class Board:
    """An open board: what it showed last, asked about again with the mark it was given."""

    def __init__(self, client, address, headers):
        self.client, self.address, self.headers = client, address, dict(headers)
        self.answer = client.get(address, headers=self.headers)
        assert self.answer.status_code == 200

    def again(self):
        known = {"If-None-Match": self.answer.headers["etag"]}
        answer = self.client.get(self.address, headers={**self.headers, **known})
        if answer.status_code == 200:
            self.answer = answer
        return answer


@pytest.fixture
def region(open_client, board):
    return Board(open_client("anna"), board, HTMX)


# -- what is not changed ------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["region", "page"])
def test_an_unchanged_board_is_not_drawn_again(open_client, board, headers, monkeypatch):
    shown = Board(open_client("anna"), board, headers)
    monkeypatch.setattr(press, "_printed", lambda *_, **__: pytest.fail("drawn again"))

    answer = shown.again()

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == shown.answer.headers["etag"]
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in answer.headers["vary"]


def test_everyone_gets_the_same_region_and_a_page_of_their_own(open_client, board):
    answers = [open_client(login).get(board, headers=HTMX) for login in ("anna", "boris", "vera")]
    pages = [open_client(login).get(board) for login in ("anna", "boris", "vera")]

    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len({page.headers["etag"] for page in pages}) == 3


def test_a_page_that_shows_more_than_the_board_is_not_kept(open_client, board, flat_1):
    anna = open_client("anna")

    with_a_unit = anna.get(f"{board}&unit={flat_1.id}")
    anna.cookies.set("karkas-flash", "%7B%22text%22%3A%20%22done%22%7D")
    with_a_toast = anna.get(board)

    for answer in (with_a_unit, with_a_toast):
        assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers


def test_the_page_is_another_when_what_surrounds_the_board_is(open_client, board, anna, session):
    shown = Board(open_client("anna"), board, {})
    event = events.record(session, "user.signed_in", anna, by=anna)
    session.flush()
    session.add(Notice(user_id=anna.id, event_id=event.id))
    session.commit()
    assert 'class="badge">1<' in shown.again().text

    shown.client.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in shown.again().text

    session.get_one(User, anna.id).locale = "en"
    session.commit()
    assert "Chessboard" in shown.again().text
    assert shown.again().status_code == 304


def test_filters_and_views_are_kept_apart(open_client, board):
    anna = open_client("anna")

    every = {
        suffix: anna.get(board + suffix, headers=HTMX).text
        for suffix in ("", "&rooms=1", "&rooms=2", "&view=list", "&status=free", "&price_to=7")
    }

    assert len(set(every.values())) == len(every)
    assert {s: anna.get(board + s, headers=HTMX).text for s in every} == every


# -- everyone who writes ------------------------------------------------------------------------


def booked(session, world):
    unit = session.get(Unit, world.flat)
    deal = session.get(deals.Deal, world.deal)
    return deals.book(session, deal, unit, days=1, by=world.anna, now=clock.now())


def cancelled(session, world):
    estate.cancel(session, booked(session, world), by=world.anna, now=clock.now())


def repriced(session, world):
    assert reprice(session, {world.flat: Decimal(1_234_567)})


def sold(session, world):
    assert change_availability(session, {world.flat: Availability.SOLD})


def taken_off(session, world):
    assert withdraw(session, [world.flat])


def described(session, world, **more):
    unit = session.get(Unit, world.flat)
    building = unit.floor.section.building
    told = {
        "project": building.project.name, "building": building.name, "section": 1, "floor": 1,
        "number": unit.number, "kind": unit.kind, "rooms": unit.rooms, "area_total": unit.area_total,
    }  # fmt: skip
    Stock(session).take([(unit.id, Described(**{**told, **more}))])


def renumbered(session, world):
    described(session, world, number="1А")


def moved(session, world):
    described(session, world, floor=2, number="99")


def gone_to_another_house(session, world):
    described(session, world, building="Дом 2")


def one_more(session, world):
    unit = session.get(Unit, world.flat)
    session.add(Unit(floor_id=unit.floor_id, number="100", area_total=Decimal(30)))


def one_less(session, world):
    session.delete(session.exec(select(Unit).where(Unit.number == "2")).one())


def drawn(session, world):
    flat = session.get(Unit, world.flat)
    plan = drawings.plans.live(session, flat.floor)
    drawings.draw(session, plan, flat, points="1,1 50,1 50,70", shown=SQUARE, by=world.admin)


def planned(session, world):
    flat = session.get(Unit, world.flat)
    drawings.put(session, flat.floor, "план.png", BytesIO(uploads.picture()), by=world.admin, now=clock.now())


def unplanned(session, world):
    layout = session.get(Layout, world.layout)
    drawings.take_off(session, drawings.plans.live(session, layout), by=world.admin, now=clock.now())


def renamed(session, world):
    layout, same = session.get(Layout, world.layout), {"rooms": 0, "area_total": Decimal(36), "version": 1}
    drawings.layouts.edit(session, layout, code="С", name="Студия", **same, by=world.admin)


def tall(session, world):
    flat = session.get(Unit, world.flat)
    seen = drawings.arranging.shown(flat)
    drawings.arrange(session, flat, storeys=2, layout_id=None, given={}, seen=seen, by=world.admin)


SQUARE = "10,10 40,10 40,50 10,50"


def promoted(session, world):
    flat = session.get(Unit, world.flat)
    wanted = Wanted("Осень", "−5 %", Criteria(), Effect.PERCENT, Decimal(5), clock.now(), None)
    boris = session.exec(select(User).where(User.login == "boris")).one()
    return add_promotion(session, flat.floor.section.building.project, wanted, by=boris, now=clock.now())


def promoted_no_more(session, world):
    promotion = promoted(session, world)
    end_promotion(session, promotion, by=promotion.made_by, now=clock.now() + timedelta(seconds=1))


@pytest.fixture
def world(database, session, river, flat_1, ivanov_deal, anna):
    """The first floor has a plan and the flat an outline on it; its layout has a plan too."""
    admin = session.exec(select(User).where(User.login == "admin")).one()
    drawings.layouts.gather(session, river, by=admin)
    layout = session.get(Layout, flat_1.layout_id)
    for thing in (flat_1.floor, layout):
        picture = BytesIO(uploads.picture(size=(9, 9)))
        plan = drawings.put(session, thing, "план.png", picture, by=admin, now=clock.now())
        if thing is flat_1.floor:
            drawings.draw(session, plan, flat_1, points=SQUARE, shown="", by=admin)
    session.commit()

    class World:
        flat, deal, layout = flat_1.id, ivanov_deal.id, flat_1.layout_id

    World.anna, World.admin = anna, admin
    return World


@pytest.mark.parametrize(
    "deed",
    [
        booked, cancelled, repriced, sold, taken_off, renumbered, moved, gone_to_another_house, one_more,
        one_less, drawn, planned, unplanned, renamed, tall,
        promoted, promoted_no_more,
    ],
    ids=lambda deed: deed.__name__,
)  # fmt: skip
def test_whoever_changes_the_building_makes_the_board_new(world, region, deed):
    assert region.again().status_code == 304

    with unit_of_work() as session:
        deed(session, world)

    assert region.again().status_code == 200
    assert region.again().status_code == 304


def test_what_rolled_back_leaves_the_board_as_it_was(world, region):
    with pytest.raises(RuntimeError), unit_of_work() as session:
        booked(session, world)
        raise RuntimeError

    assert region.again().status_code == 304


def test_a_booking_ends_by_the_clock_alone(world, region):
    """Nobody sweeps here: at the end of the term the board is another without any change in the base."""
    with unit_of_work() as session:
        booked(session, world).until = clock.now() + timedelta(seconds=1.5)
    assert f'id="unit-{world.flat}" class="u s-book"' in region.again().text
    assert region.again().status_code == 304

    time.sleep(1.6)

    assert f'id="unit-{world.flat}" class="u s-free"' in region.again().text
    assert region.again().status_code == 304


def test_views_of_one_building_show_each_change(open_client, board, world):
    """Every view of it is of the edition; each shows what was changed."""
    anna = open_client("anna")
    floor, cards = (Board(anna, f"{board}&view={view}", HTMX) for view in ("floor&floor=1", "layouts"))
    for deed, shown, words in ((drawn, floor, 'points="0.1,0.1'), (renamed, cards, "Студия")):
        assert words not in shown.answer.text
        with unit_of_work() as session:
            deed(session, world)
        assert words in shown.again().text


def test_a_promotion_begins_and_ends_by_the_clock_alone(region, world, flat_2):
    """On another flat than the booked one; nothing runs and nothing is written in between."""
    begins = clock.now() + timedelta(seconds=1.5)
    with unit_of_work() as session:
        river = session.get(Unit, flat_2.id).floor.section.building.project
        boris = session.exec(select(User).where(User.login == "boris")).one()
        wanted = Wanted("Осень", "Осень", Criteria(), Effect.AMOUNT, Decimal(550_000), begins,
                        begins + timedelta(seconds=1.5))  # fmt: skip
        add_promotion(session, river, wanted, by=boris, now=clock.now())
    assert "акция: Осень" not in region.again().text
    assert region.again().status_code == 304

    time.sleep(max((begins - clock.now()).total_seconds(), 0) + 0.1)
    assert "акция: Осень" in region.again().text

    time.sleep(1.6)
    assert "акция: Осень" not in region.again().text


NAMED_ONLY = {"app_user", "building"}
"""Joined by the promotions' statement for the project and for whose it is: nothing of theirs is shown."""


WATCHED = ("section", "floor", "unit", "booking", "layout", "plan", "outline", "promotion")


@pytest.mark.parametrize(
    "statement",
    [
        board_rows(),
        floor_plans(1, 1),
        layout_rows(1),
        coming(now=clock.now(), public=False),
    ],
    ids=["board", "floor", "layouts", "promotions"],
)
def test_every_table_a_board_is_read_from_is_watched(statement):
    """A new column or table on the board needs no thought when its table leaves marks."""
    text = str(statement)
    read = {name for name in metadata.tables if f"{name}." in text or f"FROM {name} " in text}

    assert read - NAMED_ONLY <= set(WATCHED), "give the new table its triggers, as migration 0003 does"


@pytest.mark.parametrize("table", WATCHED)
def test_any_column_of_a_watched_table_counts(database: Database, session: Session, building, world, table):
    booked(session, world)
    promoted(session, world)
    session.commit()
    for column in metadata.tables[table].columns:
        before = seen(building)
        with database.engine.begin() as connection:
            connection.execute(sa.text(f'update {table} set "{column.name}" = "{column.name}"'))

        assert seen(building) != before, column.name


# -- the order of commits -----------------------------------------------------------------------


def seen(building):
    with glance() as session:
        return edition(session, building.id, project_id=building.project_id)


def test_a_change_that_began_earlier_and_came_later_is_seen(database: Database, building, flat_1, flat_2):
    with database.engine.connect() as slow:
        slow.execute(sa.update(Unit).where(col(Unit.id) == flat_1.id).values(price=1))
        with database.engine.begin() as quick:
            quick.execute(sa.update(Unit).where(col(Unit.id) == flat_2.id).values(price=2))
        before = seen(building)

        slow.commit()

    assert seen(building) != before


def test_merged_marks_never_look_like_marks_seen_before(database: Database, building, flat_1, flat_2):
    """Also when one that began before the merging came after it, and was merged in its turn."""
    known = [seen(building)]
    with database.engine.connect() as slow:
        slow.execute(sa.update(Unit).where(col(Unit.id) == flat_1.id).values(price=1))
        for price in range(3):
            with database.engine.begin() as quick:
                quick.execute(sa.update(Unit).where(col(Unit.id) == flat_2.id).values(price=price))
            known.append(seen(building))
        merge()
        known.append(seen(building))
        slow.commit()
    known.append(seen(building))
    merge()
    known.append(seen(building))
    merge()

    assert len(set(known)) == len(known)
    assert seen(building) == known[-1] and known[-1].marks == 1


def merge():
    with unit_of_work() as session:
        merge_changes(session)


# -- many at once -------------------------------------------------------------------------------


def test_of_a_crowd_that_asks_at_once_one_draws(open_client, board, monkeypatch):
    drawn, read = [], press.promoted

    def slowly(*given, **more):
        drawn.append(1)
        time.sleep(0.2)
        return read(*given, **more)

    monkeypatch.setattr(press, "promoted", slowly)
    clients = [open_client(login) for login in ("anna", "boris", "vera", "olga")]

    with ThreadPoolExecutor(len(clients)) as threads:
        answers = list(threads.map(lambda client: client.get(board, headers=HTMX), clients))

    assert {answer.status_code for answer in answers} == {200} and len(drawn) == 1


def test_the_shelf_holds_as_much_as_it_has_room_for():
    shelf: Shelf[press.Sheet] = Shelf(room=3000)
    now, made = clock.now(), []

    def make(name):
        made.append(name)
        return press.Sheet(Packed(b"x" * 400, 400, 0), Edition(1, 1, 1, now), None)

    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.take(name, Edition(1, 1, 1, now), lambda name=name: make(name), now=now)

    assert made == ["a", "b", "c", "b"]
