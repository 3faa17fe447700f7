"""The list of requests: own and waiting ones, taken by one, made a deal in one press."""

import pytest

from domain import leads
from domain.kernel import clock
from domain.leads import Lead
from domain.parties.models import Person
from tests.sites import HTMX
from tests.world import published


@pytest.fixture
def lead(session, flat_1, anna):
    """About a flat in Kazan, so it waits for Timur and Boris."""
    found = leads.receive(
        session, name="Петрова Нина", phone="+79215550011", source="widget", unit_id=flat_1.id,
        consent=published.consent(session), now=clock.now(),
    )  # fmt: skip
    session.commit()
    return found


def fresh(session, lead):
    session.expire_all()
    return session.get_one(Lead, lead.id)


@pytest.mark.parametrize(
    ("login", "seen"), [("timur", True), ("boris", True), ("anna", False), ("maria", False), ("stas", False)]
)
def test_it_is_seen_by_its_region_and_the_head(open_client, lead, login, seen):
    page = open_client(login).get("/leads")

    assert page.status_code == 200 and ("Петрова Нина" in page.text) == seen


@pytest.mark.parametrize("login", ["olga", "vera", "admin", "agata"])
def test_other_roles_have_no_such_screen(open_client, lead, login):
    browser = open_client(login)

    assert browser.get("/leads").status_code == 403
    assert browser.post(f"/leads/{lead.id}/taking").status_code == 403


def test_who_may_not_see_it_may_not_touch_it(open_client, session, lead):
    anna = open_client("anna")
    for deed in ("taking", "deal", "junk"):
        assert anna.post(f"/leads/{lead.id}/{deed}", data={"reason": "x"}).status_code == 404
    assert fresh(session, lead).responsible_id is None


def test_taken_it_is_ones_own_and_the_list_says_so(open_client, session, lead, timur):
    answer = open_client("timur").post(f"/leads/{lead.id}/taking?state=open", headers=HTMX)

    assert answer.status_code == 200 and f'id="lead-{lead.id}"' in answer.text and "в работе" in answer.text
    assert fresh(session, lead).responsible_id == timur.id


def test_the_second_one_reads_who_was_first(open_client, lead):
    open_client("timur").post(f"/leads/{lead.id}/taking")
    answer = open_client("boris").post(f"/leads/{lead.id}/taking", headers=HTMX)

    assert answer.status_code == 409 and "Тимур Ахметов" in answer.text


def test_one_press_makes_a_deal_and_leads_to_it(open_client, session, lead):
    answer = open_client("timur").post(f"/leads/{lead.id}/deal")
    deal = fresh(session, lead).deal_id

    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{deal}")
    assert "Петрова Нина" in open_client("timur").get(f"/deals/{deal}").text


def test_a_client_of_a_colleague_is_told_and_handed_over(open_client, session, lead, anna):
    session.add(Person(name="Нина", phone=lead.phone, responsible_id=anna.id, created_at=clock.now()))
    session.commit()
    answer = open_client("timur").post(f"/leads/{lead.id}/deal", headers=HTMX)

    assert answer.status_code == 200 and "Петрова Нина" not in answer.text
    assert "\\u0410\\u043d\\u043d\\u0430" in answer.headers["hx-trigger"], "Анна is named"
    assert "Петрова Нина" in open_client("anna").get("/leads").text


def test_putting_aside_without_a_reason_keeps_it(open_client, session, lead):
    timur = open_client("timur")
    answer = timur.post(f"/leads/{lead.id}/junk", data={"reason": ""}, headers=HTMX)

    assert answer.status_code == 422 and "почему это не обращение" in answer.text
    timur.post(f"/leads/{lead.id}/junk", data={"reason": "реклама"})
    assert "реклама" in timur.get("/leads?state=junk").text and "Петрова" not in timur.get("/leads").text


def test_the_flats_panel_counts_them_for_those_who_may_take_them(open_client, lead, flat_1):
    panel = f"/units/{flat_1.id}"

    assert "1 обращение с сайта" in open_client("timur").get(panel).text
    for login in ("anna", "vera", "olga"):
        assert "обращение с сайта" not in open_client(login).get(panel).text


def test_nonsense_in_the_address_is_the_usual_list(open_client, lead):
    for query in ("state=x", "after=x", "unit=-1", "after=99999999999999999999"):
        assert "Петрова Нина" in open_client("timur").get(f"/leads?{query}").text
