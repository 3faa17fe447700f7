"""The load: as many as asked, again and again, and nothing in it breaks a rule of the base."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from domain import deals
from domain.demo import load
from domain.demo.load import Load
from domain.kernel import clock
from tests.fixtures import Database

NOTHING_WRONG = {
    "an open deal without a present stay, or a stay on another stage": """
        select count(*) from deal left join stage_stay stay on stay.deal_id = deal.id and left_at is null
         where stay.stage_id is distinct from deal.stage_id""",
    "stays that do not follow each other": """
        select count(*) from (
          select left_at, lead(entered_at) over (partition by deal_id order by entered_at, id) as following
            from stage_stay) stays where left_at is distinct from following""",
    "a deal whose client is a colleague's": """
        select count(*) from deal join person on person.id = person_id
         where person.responsible_id <> deal.responsible_id""",
    "a deal that nobody opened": """
        select count(*) from deal where not exists (
          select from event where deal_id = deal.id and name = 'deal.opened')""",
    "a version that does not count the moves": """
        select count(*) from deal where version <> 1 + (
          select count(*) from event where deal_id = deal.id and name = 'deal.moved')""",
    "an open step in a closed deal": """
        select count(*) from task join deal on deal.id = deal_id join stage on stage.id = stage_id
         where kind <> 'open' and done_at is null""",
    "a booked unit that is not for sale": """
        select count(*) from booking join unit on unit.id = unit_id
         where state = 'active' and (availability <> 'on_sale' or booking.price <> unit.price)""",
    "a phone of two people": "select count(*) - count(distinct phone) from person where phone is not null",
    "an event of the future": """
        select count(*) from event where at > clock_timestamp() + interval '1 hour'""",
    "a deal that does not know its nearest step": """
        select count(*) from deal where step_at is distinct from (
          select min(due_at) from task where deal_id = deal.id and done_at is null)""",
    "an event that will be told again": "select count(*) from event_unrelayed",
}


WHOLE_SCHEMA = """
    select string_agg(told, ' | ' order by told) from (
      select pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indrelid
       where relnamespace = 'public'::regnamespace
      union all
      select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
        from pg_constraint
      union all
      select concat_ws(' ', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
    ) as them (told)
"""

Fill = Callable[..., None]


@pytest.fixture
def fill(database: Database) -> Iterator[Fill]:
    """Add a load as the owner of the tables does, and commit it."""

    def fill(**asked: int) -> None:
        with Session(database.engine) as session:
            load.fill(session, Load(**asked), now=clock.now(), told=print)
            session.commit()

    yield fill


def count(session: Session, statement: str, **values: object) -> int:
    session.rollback()
    return int(session.execute(sa.text(statement), values).scalar_one())


def test_as_many_as_asked_are_added_again_and_again(fill: Fill, session: Session, monkeypatch):
    monkeypatch.setattr(load, "MOST_OPEN", 40)
    tables = ("deal", "unit", "person")
    before = {table: count(session, f"select count(*) from {table}") for table in tables}

    for _time in range(2):
        fill(deals=100, units=2_300, people=150)

    after = {table: count(session, f"select count(*) from {table}") for table in tables}
    added = {table: after[table] - before[table] for table in tables}
    assert added == {"deal": 200, "unit": 4_600, "person": 300}
    in_work = "select count(*) from deal join stage on stage.id = stage_id where kind = 'open'"
    assert count(session, in_work) == 40


def test_deals_of_known_clients_bring_no_new_ones(fill: Fill, session: Session):
    fill(people=150)
    clients = count(session, "select max(id) from person")

    fill(deals=100, known=150)

    assert count(session, "select max(id) from person") == clients
    theirs = "select count(*) from deal where person_id > :before and person_id <= :clients"
    assert count(session, theirs, before=clients - 150, clients=clients) == 100


def test_the_rows_are_as_the_verbs_would_have_left_them(fill: Fill, session: Session, monkeypatch):
    monkeypatch.setattr(load, "MOST_OPEN", 100)
    was = {wrong: count(session, statement) for wrong, statement in NOTHING_WRONG.items()}

    fill(deals=400, units=800, people=300)

    assert {wrong: count(session, statement) for wrong, statement in NOTHING_WRONG.items()} == was


def test_what_is_put_aside_meanwhile_comes_back_as_it_was(fill: Fill, session: Session, monkeypatch):
    monkeypatch.setattr("domain.demo.copying.FEW", 0)
    before = session.execute(sa.text(WHOLE_SCHEMA)).scalar_one()

    fill(deals=30, units=200)

    session.rollback()
    assert session.execute(sa.text(WHOLE_SCHEMA)).scalar_one() == before


def test_what_comes_after_the_load_is_numbered_and_placed_after_it(
    fill: Fill, session: Session, flats, ivanov, anna
):
    fill(deals=30, units=200)
    last = count(session, "select max(id) from deal")
    top = count(session, "select floor(min(rank))::bigint from deal")

    opened = deals.open_deal(session, funnel=flats, title="Новая", client=ivanov, by=anna, now=clock.now())

    assert opened.id > last
    assert opened.rank < 0 and opened.rank < top + 1024 * 40
