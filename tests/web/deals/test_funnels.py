"""How deals follow their bookings, set on a screen: who may, what it says, and that deals then do so."""

import re

import pytest
from sqlmodel import select

from domain import deals
from domain.deals import Stage
from domain.deals.funnels import booked_stage
from domain.events import Event
from domain.kernel import clock
from tests.sites import HTMX


@pytest.fixture
def save(open_client, session, flats):
    """`save("boris", stage_id=…)`: the form of flats as it stands, with these fields typed over."""

    def post(login, *, version=None, **typed):
        session.expire_all()
        form = {"version": version or flats.version, "name": flats.name, **typed}
        return open_client(login).post(f"/funnels/{flats.id}", data=form, headers=HTMX)

    return post


def stage_of(session, flats, name):
    session.rollback()
    return session.exec(select(Stage).where(Stage.funnel_id == flats.id, Stage.name == name)).one()


@pytest.fixture
def talks(session, flats):
    """An open stage with rules of entry."""
    return next(
        stage for stage in deals.stages_of(session, flats.id)[1:] if stage.kind is deals.StageKind.OPEN
    )


def test_a_booked_deal_goes_where_the_form_says(save, session, flats, talks, ivanov_deal, flat_1, anna):
    talks.rules = []
    session.commit()

    answer = save("admin", stage_id=talks.id, steps_back="1")
    assert answer.status_code == 200 and f"Стадия «{talks.name}» ничего не требует" in answer.text

    session.expire_all()
    assert booked_stage(session, flats.id).id == talks.id and (flats.steps_back, flats.calls_back) == (
        True,
        False,
    )
    deal = session.get(deals.Deal, ivanov_deal.id)
    deals.book(session, deal, session.get(type(flat_1), flat_1.id), days=1, by=anna, now=clock.now())
    assert deal.stage_id == talks.id


def test_what_the_stage_wants_is_said(save, session, talks):
    talks.rules = ["amount"]
    session.commit()

    assert "сделка войдёт, когда: сумма указана" in save("boris", stage_id=talks.id).text


def test_nowhere_is_a_choice(save, session, flats, talks):
    save("boris", stage_id=talks.id)
    assert save("boris", stage_id="").status_code == 200

    session.expire_all()
    assert booked_stage(session, flats.id) is None


def test_each_save_is_history(save, session, flats, talks, boris):
    save("boris", stage_id=talks.id, calls_back="1", name="Продажа квартир")

    event = session.exec(select(Event).where(Event.name == "funnel.edited")).one()
    assert event.actor_id == boris.id
    assert event.payload["changes"] == {
        "name": ["Квартиры", "Продажа квартир"],
        "on_booking": [None, talks.name],
        "calls_back": [False, True],
    }
    assert save("boris", stage_id=talks.id, calls_back="1", name="Продажа квартир").status_code == 200
    assert len(session.exec(select(Event).where(Event.name == "funnel.edited")).all()) == 1


def test_who_saves_over_another_sees_both(save, session, flats, talks):
    save("admin", stage_id=talks.id, steps_back="1", name="Квартиры админа")

    answer = save("boris", version=1, name="Квартиры Бориса")

    assert answer.status_code == 409 and "Эту воронку уже сохранили до вас" in answer.text
    assert 'value="Квартиры Бориса"' in answer.text
    for theirs in ("Квартиры админа", talks.name, "да"):
        assert f"Сейчас: «{theirs}»" in answer.text
    version = re.search(
        rf'action="/funnels/{flats.id}".*?name="version" value="(\d+)"', answer.text, re.DOTALL
    )
    assert version[1] == "2"
    session.expire_all()
    assert flats.name == "Квартиры админа"


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "От 1 до 100 букв"), ("ы" * 101, "От 1 до 100 букв"), ("Подряд", "Так называется другая")],
)
def test_a_name_is_the_funnel_s_own(save, session, name, words):
    deals.arrange(session, "Подряд", [], by=None)
    session.commit()

    answer = save("boris", name=name)

    assert answer.status_code == 422 and words in answer.text


def test_a_stage_of_another_funnel_is_refused(save, session):
    other = deals.arrange(session, "Подряд", [deals.StagePlan("Заявка")], by=None)
    session.commit()

    assert save("boris", stage_id=deals.stages_of(session, other.id)[0].id).status_code == 409
    assert save("boris", stage_id=999_999).status_code == 404


def test_without_scripts_the_page_comes_back(open_client, flats):
    answer = open_client("boris").post(f"/funnels/{flats.id}", data={"version": 1, "name": "Квартиры"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/funnels")
    assert open_client("boris").post(f"/funnels/{flats.id}", data={"version": 1}).status_code == 422


@pytest.mark.parametrize(
    ("login", "status"), [("admin", 200), ("boris", 200), ("anna", 403), ("olga", 403), ("vera", 403)]
)
def test_funnels_are_set_by_heads_and_the_administrator(open_client, flats, login, status):
    client = open_client(login)

    assert client.get("/funnels").status_code == status
    assert (
        client.post(f"/funnels/{flats.id}", data={"version": 1, "name": "К"}, headers=HTMX).status_code
        == status
    )
    assert client.post("/funnels/99999", data={}, headers=HTMX).status_code == (404 if status == 200 else 403)
