"""A heavy load beside the demo world: many units in one building, many open deals in one funnel.

Made by the database in one statement a table, and without history: it is for measuring screens.
"""

import sqlalchemy as sa
from sqlmodel import Session

PROJECT, FUNNEL = "ЖК Нагрузка", "Квартиры"
FLOORS, FLATS_ON_A_FLOOR = 25, 8

BUILDING = """
    with project as (
      insert into project (name, city, position) values (:project, 'Санкт-Петербург', 100)
      on conflict (name) do update set position = excluded.position returning id)
    insert into building (project_id, name, position)
    select project.id, 'Дом ' || :number, :number from project returning id
"""
UNITS = """
    with wanted as (
      select place, place / (:floors * :flats) + 1 as section, place / :flats % :floors + 1 as floor,
             place % :flats + 1 as position
        from generate_series(0, :count - 1) as place),
    sections as (
      insert into section (building_id, number) select distinct cast(:building as bigint), section from wanted
      returning id, number),
    floors as (
      insert into floor (section_id, number)
      select distinct sections.id, wanted.floor from wanted join sections on sections.number = wanted.section
      returning id, section_id, number)
    insert into unit (floor_id, kind, number, position, rooms, area_total, finish, availability, price)
    select floors.id, 'flat', (place + 1)::text, position, position % 4, 28 + position * 7, 'fine',
           (array['on_sale', 'on_sale', 'on_sale', 'contract', 'sold'])[place % 5 + 1], 5000000 + place * 1000
      from wanted
      join sections on sections.number = wanted.section
      join floors on floors.section_id = sections.id and floors.number = wanted.floor
"""
DEALS = """
    with sellers as (
      select array_agg(id order by id) as ids from app_user
       where role = 'manager' and region_id is not null),
    stages as (
      select array_agg(stage.id order by stage.position) as ids
        from stage join funnel on funnel.id = funnel_id where funnel.name = :funnel and kind = 'open'),
    clients as (
      insert into person (name, phone, responsible_id)
      select 'Клиент ' || number, '+7999' || lpad(number::text, 7, '0'),
             ids[number % array_length(ids, 1) + 1]
        from generate_series(:first, :first + :count - 1) as number, sellers
      returning id, name, responsible_id),
    opened as (
      insert into deal (title, amount, stage_id, rank, version, responsible_id, person_id, source)
      select 'Квартира для: ' || name, 4000000 + clients.id % 900 * 10000,
             stages.ids[clients.id % array_length(stages.ids, 1) + 1], clients.id * 1024, 1,
             responsible_id, clients.id, 'сайт'
        from clients, stages
      returning id, stage_id, responsible_id),
    stays as (
      insert into stage_stay (deal_id, stage_id, entered_by_id)
      select id, stage_id, responsible_id from opened)
    insert into task (deal_id, title, due_at, responsible_id)
    select id, 'Перезвонить', clock_timestamp() + (id % 30 - 5) * interval '1 day', responsible_id
      from opened where id % 3 > 0
"""


def add_units(session: Session, count: int) -> None:
    """A building of so many flats in the project of the load."""
    number = session.execute(sa.text("select count(*) + 1 from building")).scalar_one()
    building = session.execute(sa.text(BUILDING), {"project": PROJECT, "number": number}).scalar_one()
    measures = {"floors": FLOORS, "flats": FLATS_ON_A_FLOOR}
    session.execute(sa.text(UNITS), {"count": count, "building": building, **measures})


def add_deals(session: Session, count: int) -> None:
    """So many open deals, each with a client, spread over the sellers and the open stages."""
    first = session.execute(sa.text("select count(*) from person where phone like '+7999%'")).scalar_one()
    session.execute(sa.text(DEALS), {"count": count, "first": first, "funnel": FUNNEL})
