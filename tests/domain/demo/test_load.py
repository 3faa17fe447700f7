"""The load: as many as asked, again and again, shaped like the real thing."""

import sqlalchemy as sa
from sqlmodel import Session

from domain.demo import load


def count(session: Session, statement: str) -> int:
    return int(session.execute(sa.text(statement)).scalar_one())


def test_units_stand_in_new_buildings_of_one_project(session: Session):
    before = count(session, "select count(*) from unit")

    load.add_units(session, 450)
    load.add_units(session, 10)

    assert count(session, "select count(*) from unit") == before + 460
    in_load = "from building join project on project.id = project_id where project.name = 'ЖК Нагрузка'"
    assert count(session, f"select count(*) {in_load}") == 2
    assert count(session, "select count(distinct (floor_id, position)) from unit where number = '1'") == 3


def test_deals_are_open_owned_and_each_on_one_stage(session: Session):
    load.add_deals(session, 100)
    load.add_deals(session, 100)

    added = "from deal join person on person.id = person_id where phone like '+7999%'"
    assert count(session, f"select count(*) {added}") == 200
    assert count(session, f"select count(distinct stage_id) {added}") == 3
    assert count(session, f"select count(distinct deal.responsible_id) {added}") == 3
    stays = "select count(*) from stage_stay join deal on deal.id = deal_id where left_at is null"
    assert count(session, f"{stays} and stage_stay.stage_id = deal.stage_id") == 201
