"""Limits of agencies on the screens: told where one books; an agent's own is set by who is above alone."""

import re

import pytest
from sqlmodel import select

from domain import deals
from domain.access import Role, User
from domain.agencies.models import Agency, AgencyDeal, Agent
from domain.estate.terms import Allowance, Whose
from domain.kernel import clock
from tests.sites import HTMX


@pytest.fixture
def agents(session, anna, stas, agata) -> dict[str, User]:
    """Agata, whose agency Anna answers for, and an agent of an agency of Stas, who has no head."""
    bulat = User(login="bulat", name="Булат Агентов", role=Role.AGENT, password_hash="-")
    session.add(bulat)
    for name, manager, agent in (("АН «Невский»", anna, agata), ("АН «Дом»", stas, bulat)):
        agency = Agency(name=name, manager_id=manager.id)
        session.add(agency)
        session.flush()
        session.add(Agent(user_id=agent.id, agency_id=agency.id))
    session.commit()
    return {"agata": agata, "bulat": bulat}


def offered(page: str) -> list[str]:
    chooser = page.partition('id="limit-user"')[2].partition("</select>")[0]
    return [" ".join(name.split()) for name in re.findall(r">([^<]+)</option>", chooser)]


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("boris", {"agata": "АН «Невский»"}),
        ("admin", {"agata": "АН «Невский»", "bulat": "АН «Дом»"}),
    ],
)
def test_agents_are_offered_with_their_agency_to_who_answers_for_them(open_client, agents, login, sees):
    names = offered(open_client(login).get("/estate/terms").text)

    theirs = [name for name in names if "АН «" in name]
    assert theirs == sorted(f"{agents[one].name}, {agency}" for one, agency in sees.items())


def test_the_limit_of_one_agent_is_set_shown_changed_and_removed(open_client, session, agents):
    boris, agata = open_client("boris"), agents["agata"]
    assert boris.post("/estate/limits", data={"user_id": agata.id, "most": 3}).status_code == 303

    own = session.exec(select(Allowance).where(Allowance.user_id == agata.id)).one()
    page = boris.get("/estate/terms").text
    row = page.split(f'id="limit-{own.id}"')[1].split("</form>")[0]
    assert own.whose is Whose.AGENT
    assert agata.name in row and "агент, АН «Невский»" in row and 'value="3"' in row
    assert not any(agata.name in name for name in offered(page))

    changed = boris.post(f"/estate/limits/{own.id}", data={"version": 1, "most": 1}, headers=HTMX)
    assert changed.status_code == 200
    session.refresh(own)
    assert own.most == 1
    assert boris.post(f"/estate/limits/{own.id}/removal").status_code == 303
    session.rollback()
    assert session.exec(select(Allowance).where(Allowance.user_id == agata.id)).first() is None


def test_a_strangers_agent_is_nobody_here(open_client, session, agents):
    boris, bulat = open_client("boris"), agents["bulat"]
    assert (
        boris.post("/estate/limits", data={"user_id": bulat.id, "most": 3}, headers=HTMX).status_code == 422
    )
    assert (
        open_client("admin").post("/estate/limits", data={"user_id": bulat.id, "most": 3}).status_code == 303
    )

    theirs = session.exec(select(Allowance).where(Allowance.user_id == bulat.id)).one()
    assert bulat.name not in boris.get("/estate/terms").text
    answer = boris.post(f"/estate/limits/{theirs.id}", data={"version": 1, "most": 9}, headers=HTMX)
    assert answer.status_code == 404


@pytest.mark.parametrize("login", ["anna", "agata", "vera"])
def test_neither_the_agencys_manager_nor_the_agent_sets_it(open_client, agents, login):
    answer = open_client(login).post("/estate/limits", data={"user_id": agents["agata"].id, "most": 100})

    assert answer.status_code == 403


def test_who_books_in_a_deal_of_the_agency_reads_its_limit_and_no_deal_of_a_colleague(
    open_client, session, agents, flats, ivanov, ivanov_deal, anna, maria, flat_1, flat_2
):
    now, agata = clock.now(), agents["agata"]
    nevsky = session.exec(select(Agency).where(Agency.manager_id == anna.id)).one()
    hers = deals.open_deal(session, funnel=flats, title="Вторая", client=ivanov, by=maria, now=now)
    for deal in (ivanov_deal, hers):
        session.add(AgencyDeal(deal_id=deal.id, agency_id=nevsky.id, agent_id=agata.id))
    deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=now)
    nevsky.most_bookings = 1
    session.commit()

    answer = open_client("maria").post(
        f"/units/{flat_2.id}/booking", data={"deal_id": hers.id, "days": 1}, headers=HTMX
    )

    assert answer.status_code == 409
    for word in ("АН «Невский»", "на странице агентства", "№ 1, Дом 1: до"):
        assert word in answer.text
    assert f"сделка № {ivanov_deal.id}" not in answer.text
