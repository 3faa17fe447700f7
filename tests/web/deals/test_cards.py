"""The deal's page over HTTP: seen by those who may, edited with a version, discussed and planned."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from domain import activities, deals
from domain.activities.models import Comment, Task
from domain.deals import Deal
from domain.deals.timeline import ON_CARD, PAGE
from domain.kernel import formats
from tests.sites import HTMX

TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T10:00"
ALL = ["anna", "boris", "olga", "maria", "stas", "vera", "admin"]


@pytest.fixture
def page(ivanov_deal):
    return f"/deals/{ivanov_deal.id}"


@pytest.fixture
def step(session, ivanov_deal, anna):
    due_at = datetime.now(UTC) + timedelta(hours=5)
    task = activities.plan(
        session, ivanov_deal, title="Позвонить", due_at=due_at, by=anna, now=datetime.now(UTC)
    )
    session.commit()
    return task


def fresh(session, kind, number):
    session.rollback()
    session.expire_all()
    return session.get(kind, number)


@pytest.mark.parametrize("login, status", list(zip(ALL, [200, 200, 200, 404, 404, 403, 403], strict=True)))
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_sees_the_card(open_client, page, login, status, headers):
    answer = open_client(login).get(page, headers=headers)

    assert answer.status_code == status
    assert ("Двухкомнатная" in answer.text) is (status == 200)


@pytest.mark.parametrize("login, status", list(zip(ALL, [200, 200, 403, 404, 404, 403, 403], strict=True)))
@pytest.mark.parametrize("address", ["/edit", "/tasks/new"])
def test_who_may_open_its_forms(open_client, page, login, status, address):
    assert open_client(login).get(page + address, headers=HTMX).status_code == status


@pytest.mark.parametrize("login, status", list(zip(ALL, [200, 200, 403, 404, 404, 403, 403], strict=True)))
@pytest.mark.parametrize(
    "address, values",
    [
        ("", {"version": "1", "title": "Студия", "amount": "1"}),
        ("/tasks", {"title": "Показ", "due_at": TOMORROW}),
        ("/tasks/{task}/completion", {}),
        ("/tasks/{task}/moment", {"due_at": TOMORROW, "shown": "as it is"}),
    ],
)
def test_who_may_change_it(open_client, page, step, login, status, address, values):
    if "shown" in values:
        values = {**values, "shown": f"{formats.here(step.due_at):%Y-%m-%dT%H:%M}"}
    answer = open_client(login).post(page + address.format(task=step.id), data=values, headers=HTMX)

    assert answer.status_code == status


@pytest.mark.parametrize("login, status", list(zip(ALL, [200, 200, 200, 404, 404, 403, 403], strict=True)))
def test_who_may_comment(open_client, page, login, status):
    assert (
        open_client(login).post(page + "/comments", data={"text": "Да"}, headers=HTMX).status_code == status
    )


def test_an_accountant_reads_without_buttons(open_client, page):
    text = open_client("olga").get(page).text

    assert f'{page}/edit"' not in text and f'{page}/moves"' not in text


@pytest.mark.parametrize("number", ["0", "-1", "999999", "9223372036854775808", "9" * 60, "1e3", "abc"])
def test_no_such_deal(open_client, number):
    assert open_client("anna").get(f"/deals/{number}").status_code == 404


def test_a_comment_is_escaped_and_the_composer_comes_back_empty(open_client, page, session, ivanov_deal):
    answer = open_client("anna").post(page + "/comments", data={"text": "<script>x</script>"}, headers=HTMX)

    assert answer.status_code == 200 and "<script>x" not in answer.text
    assert "&lt;script&gt;x" in answer.text and "></textarea>" in answer.text
    assert session.exec(select(Comment.text)).all() == ["<script>x</script>"]


@pytest.mark.parametrize("text", ["", "  \n", "я" * 5001])
def test_a_comment_that_is_refused_keeps_what_was_typed(open_client, page, text):
    answer = open_client("anna").post(page + "/comments", data={"text": text}, headers=HTMX)

    assert answer.status_code == 422 and f">{text}</textarea>" in answer.text.replace("\r", "")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"title": "Показ"},
        {"title": "", "due_at": TOMORROW},
        {"title": "Показ", "due_at": "2020-01-01T10:00"},
        {"title": "Показ", "due_at": "завтра"},
        {"title": "Показ", "due_at": "0001-01-01T00:00"},
        {"title": "Показ", "due_at": "9999-12-31T23:59"},
        {"title": "Показ", "due_at": "99999999999999999999"},
    ],
)
def test_a_step_that_makes_no_sense_is_the_form_again(open_client, page, session, values):
    answer = open_client("anna").post(page + "/tasks", data=values, headers=HTMX)

    assert answer.status_code == 422 and "aria-invalid" in answer.text
    assert session.exec(select(Task)).all() == []


def test_a_step_is_planned_in_the_zone_of_the_office(open_client, page, session):
    open_client("anna").post(page + "/tasks", data={"title": "Показ", "due_at": TOMORROW})

    assert session.exec(select(Task)).one().due_at.astimezone(UTC).hour == 7


def test_a_step_is_done_once_and_undone(open_client, page, step, session):
    anna = open_client("anna")

    done = anna.post(f"{page}/tasks/{step.id}/completion", headers=HTMX)
    assert f"{page}/tasks/{step.id}/reopening" in done.headers["hx-trigger"]
    assert anna.post(f"{page}/tasks/{step.id}/completion", headers=HTMX).status_code == 409
    assert anna.post(f"{page}/tasks/{step.id}/reopening", headers=HTMX).status_code == 200
    assert fresh(session, Task, step.id).done_at is None


def test_the_nearest_three_steps_are_open_and_the_further_ones_folded(
    open_client, page, session, ivanov_deal, anna
):
    now = datetime.now(UTC)
    for hours in (5, 1, 4, 2, 3):
        due_at = now + timedelta(hours=hours)
        activities.plan(session, ivanov_deal, title=f"Шаг {hours}", due_at=due_at, by=anna, now=now)
    session.commit()

    said = open_client("anna").get(page).text
    nearest, further = said[said.index(f'id="deal-{ivanov_deal.id}-next"') :].split("nexts__more")

    assert re.findall(r"Шаг \d", nearest) == ["Шаг 1", "Шаг 2", "Шаг 3"]
    assert "Ещё 2 шага" in further
    assert re.findall(r"Шаг \d", further.partition("</details>")[0]) == ["Шаг 4", "Шаг 5"]


def test_a_step_of_another_deal_is_not_reached_through_mine(
    open_client, page, step, session, flats, mayak, anna
):
    other = deals.open_deal(session, funnel=flats, title="Офис", client=mayak, by=anna, now=datetime.now(UTC))
    session.commit()

    answer = open_client("anna").post(f"/deals/{other.id}/tasks/{step.id}/completion", headers=HTMX)

    assert answer.status_code == 404


def test_a_save_over_somebody_elses_shows_both_values_and_keeps_mine(
    open_client, page, session, ivanov_deal, anna
):
    boris = open_client("boris")
    values = {"version": "1", "title": "Студия", "amount": "7000000", "responsible_id": str(anna.id)}
    assert boris.post(page, data=values, headers=HTMX).status_code == 200

    answer = open_client("anna").post(
        page, data={"version": "1", "title": "Евродвушка", "amount": "7000000"}, headers=HTMX
    )

    assert answer.status_code == 409
    assert "Студия" in answer.text and 'value="Евродвушка"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert fresh(session, Deal, ivanov_deal.id).title == "Студия"


@pytest.mark.parametrize(
    "values",
    [
        {"version": "1", "title": ""},
        {"version": "1", "title": "я" * 301},
        {"version": "1", "title": "Студия", "amount": "-5"},
        {"version": "1", "title": "Студия", "amount": "1e400"},
        {"version": "", "title": "Студия"},
        {"version": "1", "title": "Студия", "responsible_id": "x"},
    ],
)
def test_a_wrong_edit_changes_nothing(open_client, page, session, ivanov_deal, values):
    answer = open_client("anna").post(page, data=values, headers=HTMX)

    assert answer.status_code == 422
    assert fresh(session, Deal, ivanov_deal.id).version == 1


def test_a_head_hands_a_deal_over_and_a_manager_may_not(open_client, page, session, ivanov_deal, maria, stas):
    values = {"version": "1", "title": "Студия", "responsible_id": str(maria.id)}
    assert open_client("anna").post(page, data=values, headers=HTMX).status_code == 403
    assert open_client("boris").post(page, data={**values, "responsible_id": str(stas.id)}).status_code == 403

    assert open_client("boris").post(page, data=values, headers=HTMX).status_code == 200
    assert fresh(session, Deal, ivanov_deal.id).responsible_id == maria.id
    assert open_client("anna").get(page).status_code == 404


def test_what_happened_long_ago_is_on_a_page_of_its_own(open_client, page, session, ivanov_deal, anna):
    for number in range(ON_CARD + PAGE + 1):
        activities.comment(session, ivanov_deal, text=f"Звонок {number}", by=anna, now=datetime.now(UTC))
    session.commit()
    anna_s = open_client("anna")

    told = [anna_s.get(page).text]
    while further := re.search(r'href="([^"]+history[?]before=\d+)"', told[-1]):
        told.append(anna_s.get(further[1]).text)

    assert [html.count('id="event-') for html in told] == [ON_CARD, PAGE, 1]
    assert "Звонок 0<" in told[-1]
    assert anna_s.get(f"{page}/history?before=999999999").text.count('id="event-') == 0
    assert anna_s.get(f"{page}/history?before=вчера").status_code == 422
