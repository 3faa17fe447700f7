"""Who looks at a unit now: others see it, oneself never, and it is in nobody's way."""

import re
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import select

from domain import estate
from domain.estate import showing
from domain.estate.showing.models import Showing
from domain.estate.showing.presence import SILENCE
from domain.kernel import clock
from jobs.work import unit_of_work
from tests.sites import HTMX

NOW = clock.now()


@pytest.fixture
def beat(open_client, flat_1):
    """`beat("maria", "1")`: her heartbeat, and what her panel shows of others."""

    def send(login, client=""):
        answer = open_client(login).post(
            f"/units/{flat_1.id}/presence", data={"client": client} if client else {}, headers=HTMX
        )
        assert answer.status_code == 200
        return answer.text

    return send


def test_others_see_who_looks_and_who_shows_it_to_a_client(beat):
    assert "Мария" not in beat("maria")
    assert "Мария Лебедева смотрит это помещение" in beat("anna")
    assert 'aria-pressed="true"' in beat("maria", "1")
    assert "Мария Лебедева показывает это помещение клиенту" in beat("anna")
    assert "Анна" not in beat("anna") and "Анна Королёва смотрит" in beat("maria")
    assert "смотрит" in beat("maria", "0") and "Мария Лебедева смотрит" in beat("anna")


def test_the_panel_says_so_at_once(open_client, beat, flat_1):
    beat("maria", "1")

    assert "Мария Лебедева показывает" in open_client("vera").get(f"/units/{flat_1.id}", headers=HTMX).text


def test_a_heartbeat_keeps_what_was_said_and_since_when(session, flat_1, maria, anna):
    showing.arrive(session, flat_1, to_client=True, by=maria, now=NOW)
    later = NOW + timedelta(seconds=60)
    showing.arrive(session, flat_1, to_client=None, by=maria, now=later)

    (watcher,), mine = showing.present(session, flat_1, anna, now=later)
    assert watcher.to_client and watcher.since == NOW and not mine


def test_silence_ends_it_and_the_next_word_begins_anew(session, flat_1, maria, anna):
    showing.arrive(session, flat_1, to_client=True, by=maria, now=NOW)

    assert showing.present(session, flat_1, anna, now=NOW + SILENCE - timedelta(seconds=1))[0]
    assert not showing.present(session, flat_1, anna, now=NOW + SILENCE)[0]
    assert not showing.present(session, flat_1, maria, now=NOW + SILENCE)[1]

    back = NOW + timedelta(minutes=10)
    showing.arrive(session, flat_1, to_client=None, by=maria, now=back)
    (watcher,), _mine = showing.present(session, flat_1, anna, now=back)
    assert watcher.since == back and not watcher.to_client


def test_old_lines_of_a_person_go_when_they_look_elsewhere(session, flat_1, flat_2, maria):
    showing.arrive(session, flat_1, to_client=None, by=maria, now=NOW)
    showing.arrive(session, flat_2, to_client=None, by=maria, now=NOW + timedelta(minutes=5))

    assert [line.unit_id for line in session.exec(select(Showing)).all()] == [flat_2.id]


def test_who_leaves_is_gone_at_once(open_client, beat, flat_1):
    beat("maria")
    open_client("maria").post(f"/units/{flat_1.id}/presence/end")

    assert "Мария" not in beat("anna")


def test_only_news_are_announced(database, session, flat_1, building, maria):
    """A heartbeat every half minute of everybody must not make all open panels look again."""
    heard = []
    with psycopg.connect(database.url, autocommit=True) as listener:
        listener.execute("listen karkas")
        for to_client in (None, None, True, None, False, None):
            with unit_of_work() as work:
                unit, who = work.get(estate.Unit, flat_1.id), work.get(type(maria), maria.id)
                showing.arrive(work, unit, to_client=to_client, by=who, now=clock.now())
        with unit_of_work() as work:
            unit, who = work.get(estate.Unit, flat_1.id), work.get(type(maria), maria.id)
            showing.leave(work, unit, by=who)
            showing.leave(work, unit, by=who)
        heard = [notice.payload for notice in listener.notifies(timeout=0.5)]

    unit, board = f"unit-{flat_1.id}", f"showing-{building.id}"
    assert heard == [unit, f"{unit} {board}", f"{unit} {board}", unit]


def test_who_leaves_a_client_takes_the_mark_away(database, session, flat_1, building, maria):
    with unit_of_work() as work:
        unit, who = work.get(estate.Unit, flat_1.id), work.get(type(maria), maria.id)
        showing.arrive(work, unit, to_client=True, by=who, now=clock.now())
    with psycopg.connect(database.url, autocommit=True) as listener:
        listener.execute("listen karkas")
        with unit_of_work() as work:
            unit, who = work.get(estate.Unit, flat_1.id), work.get(type(maria), maria.id)
            showing.leave(work, unit, by=who)
        heard = [notice.payload for notice in listener.notifies(timeout=0.5)]

    assert heard == [f"unit-{flat_1.id} showing-{building.id}"]


def test_it_waits_for_nobody_and_nobody_for_it(database, session, flat_1, maria):
    """The unit's row is locked by who books it; a heartbeat goes through meanwhile."""
    unit_id, maria_id = flat_1.id, maria.id
    session.rollback()
    with database.engine.connect() as booking:
        booking.execute(sa.text("select from unit where id = :id for update"), {"id": unit_id})
        with unit_of_work() as work:
            work.execute(sa.text("set local lock_timeout = '200ms'"))
            unit, who = work.get(estate.Unit, unit_id), work.get(type(maria), maria_id)
            showing.arrive(work, unit, to_client=True, by=who, now=clock.now())


def test_those_without_real_estate_neither_see_nor_say(open_client, flat_1):
    agata = open_client("agata")

    assert agata.get(f"/units/{flat_1.id}/presence").status_code == 403
    assert agata.post(f"/units/{flat_1.id}/presence", data={}).status_code == 403
    assert open_client("anna").post("/units/99999/presence", data={}).status_code == 404


def test_a_plain_form_comes_back_to_its_page(open_client, flat_1):
    answer = open_client("anna").post(f"/units/{flat_1.id}/presence", data={"client": "1"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/units/{flat_1.id}")


# -- the marks on the board ---------------------------------------------------------------------


@pytest.fixture
def board(river, building):
    return f"/estate/{river.id}/chessboard?building={building.id}"


@pytest.fixture
def marks(open_client, building):
    """`marks("anna")`: the numbers of units her board would mark, and all that is said of them."""

    def read(login):
        answer = open_client(login).get(f"/buildings/{building.id}/presence", headers=HTMX)
        assert answer.status_code == 200
        return re.findall(r'data-shows="(\d+)"', answer.text), answer.text

    return read


def test_the_board_marks_what_others_show_to_clients(beat, marks, open_client, board, flat_1):
    beat("maria")
    assert marks("anna")[0] == []
    beat("maria", "1")

    shown, said = marks("anna")
    assert shown == [str(flat_1.id)] and "Мария Лебедева показывает это помещение клиенту" in said
    assert marks("maria")[0] == [], "one's own is known to oneself"
    assert marks("vera")[0] == shown
    assert f'data-shows="{flat_1.id}"' in open_client("anna").get(board).text
    assert (
        "data-shows"
        not in open_client("anna").get(f"{board}&as_of={clock.now().date() - timedelta(days=2)}").text
    )

    beat("maria", "0")
    assert marks("anna")[0] == []


def test_marks_of_those_who_are_silent_or_dismissed_are_gone(session, flat_1, building, maria, anna):
    showing.arrive(session, flat_1, to_client=True, by=maria, now=NOW)

    def shown(now):
        return [line.unit_id for line in showing.shown_in(session, building.id, anna, now=now)]

    assert shown(NOW + SILENCE - timedelta(seconds=1)) == [flat_1.id]
    assert shown(NOW + SILENCE) == []
    maria.disabled_at = NOW
    session.flush()
    assert shown(NOW) == []


def test_another_building_has_no_marks_of_this_one(open_client, beat, session, river, flat_1):
    other = estate.Building(project_id=river.id, name="Дом без показов", position=9)
    session.add(other)
    session.commit()
    beat("maria", "1")

    assert "data-shows" not in open_client("anna").get(f"/buildings/{other.id}/presence").text


def test_marks_cost_the_kept_board_nothing(open_client, beat, board, building):
    """The sheet that is the same for everyone is not drawn or sent again; only the page around it is."""
    anna = open_client("anna")
    region, page = anna.get(board, headers=HTMX), anna.get(board)

    def again(answer, headers=()):
        return anna.get(board, headers={**dict(headers), "If-None-Match": answer.headers["etag"]}).status_code

    beat("maria", "1")
    assert again(region, HTMX.items()) == 304
    assert again(page) == 200
    beat("maria", "0")
    assert again(page) == 304


def test_marks_are_one_short_question(session, flat_1, building, maria, anna, queries):
    showing.arrive(session, flat_1, to_client=True, by=maria, now=NOW)
    session.flush()
    with queries(1):
        assert showing.shown_in(session, building.id, anna, now=NOW)


def test_marks_are_for_those_with_real_estate(open_client, building):
    agata = open_client("agata")

    assert agata.get(f"/buildings/{building.id}/presence").status_code == 403
    assert open_client("anna").get("/buildings/99999/presence").status_code == 404
    assert f"showing-{building.id}" not in agata.get("/").text
