"""Terms over HTTP: the form that books, the register, and the page of rules."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import select

from domain import deals, estate
from domain.estate import BookingKind
from domain.estate.models import Booking
from domain.estate.terms import Allowance, Terms
from domain.kernel import clock
from tests.sites import HTMX

PANEL = {**HTMX, "HX-Target": "aside#unit-panel"}


@pytest.fixture
def ran_out(session, flat_1, ivanov_deal, anna):
    """Ended an hour ago by its term; nobody has swept: the workers are down."""
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())
    booking.booked_at, booking.until = clock.now() - timedelta(days=3), clock.now() - timedelta(hours=1)
    session.commit()
    return booking


def bookings(session, unit):
    session.rollback()
    found = select(Booking).where(Booking.unit_id == unit.id).order_by(Booking.id)
    return session.exec(found.execution_options(populate_existing=True)).all()


def test_the_panel_books_by_the_chosen_kind(open_client, session, flat_1, ivanov_deal):
    anna = open_client("anna")
    form = anna.get(f"/units/{flat_1.id}").text
    assert 'data-behavior="terms"' in form and "Платная, 30 000 ₽" in form.replace("\xa0", " ")
    assert (
        "Корпоративная" not in form
        and "Корпоративная" in open_client("boris").get(f"/units/{flat_1.id}").text
    )

    answer = anna.post(
        f"/units/{flat_1.id}/booking",
        data={"deal_id": ivanov_deal.id, "days": 14, "kind": "mortgage"},
        headers=PANEL,
    )

    assert answer.status_code == 200 and "Ипотечная" in answer.text
    assert bookings(session, flat_1)[0].kind is BookingKind.MORTGAGE


@pytest.mark.parametrize(
    ("typed", "status", "word"),
    [
        ({"kind": "mortgage", "days": 3}, 422, "7 или 14"),
        ({"kind": "verbal", "days": 14}, 422, "1, 3 или 7"),
        ({"kind": "offer", "days": 1}, 422, "Такого вида"),
        ({"kind": "ерунда", "days": 1}, 422, "Такого вида"),
        ({"kind": "corporate", "days": 30}, 403, "руководитель"),
    ],
)
def test_a_kind_or_term_that_is_not_offered_is_told_in_words(
    open_client, session, flat_1, ivanov_deal, typed, status, word
):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, **typed}, headers=PANEL
    )

    assert (answer.status_code, bookings(session, flat_1)) == (status, []) and word in answer.text


def test_days_alone_are_a_verbal_booking(open_client, session, flat_1, ivanov_deal):
    answer = open_client("anna").post(
        f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1}
    )

    assert answer.status_code == 303 and bookings(session, flat_1)[0].kind is BookingKind.VERBAL


def test_a_basket_is_booked_by_one_kind(open_client, session, flat_1, flat_2, ivanov_deal):
    answer = open_client("anna").post(
        "/baskets",
        data={
            "units": f"{flat_1.id},{flat_2.id}", "deal_id": ivanov_deal.id, "days": 7, "kind": "paid",
        },
        headers=HTMX,
    )  # fmt: skip

    assert answer.status_code == 200
    assert {one.kind for unit in (flat_1, flat_2) for one in bookings(session, unit)} == {BookingKind.PAID}


def test_a_limit_is_told_with_what_fills_it(open_client, session, flat_1, flat_2, ivanov_deal, anna):
    session.exec(select(Allowance).where(Allowance.whose == "manager")).one().most = 1
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()

    answer = open_client("anna").post(
        f"/units/{flat_2.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1}, headers=PANEL
    )

    assert answer.status_code == 409
    for word in ("1 бронь", "Борис Громов", "№ 1, Дом 1", 'name="deal_id"'):
        assert word in answer.text


def test_past_its_minute_nothing_holds_though_nobody_swept(
    open_client, session, ran_out, flat_1, ivanov_deal, building, booking_stage
):
    """Read, claim, board, list, the deal's card, the kanban, stage rules and my day say the same."""
    anna = open_client("anna")
    cell = re.compile(rf'id="unit-{flat_1.id}"[^>]*data-status="(\w+)"')
    board = f"/estate/{building.project_id}/chessboard?building={building.id}"
    assert cell.search(anna.get(board).text)[1] == "free"
    assert cell.search(anna.get(f"{board}&view=list").text)[1] == "free"
    assert f'action="/units/{flat_1.id}/booking"' in anna.get(f"/units/{flat_1.id}").text
    deal = anna.get(f"/deals/{ivanov_deal.id}").text
    assert f'id="booking-{ran_out.id}"' not in deal and "Ничего не забронировано" in deal
    card = anna.get("/deals").text.split(f'id="deal-{ivanov_deal.id}"')[1].split("</article>")[0]
    assert 'class="blk"' not in card
    move = {"stage_id": booking_stage.id, "version": 1}
    refused = anna.post(f"/deals/{ivanov_deal.id}/moves", data=move)
    assert refused.status_code == 409 and "Забронируйте помещение" in refused.text
    assert f'action="/bookings/{ran_out.id}/renewal"' in anna.get("/").text
    assert f"booking-{ran_out.id}" not in anna.get("/bookings").text
    assert f"booking-{ran_out.id}" in anna.get("/bookings?state=overdue").text
    assert anna.post(f"/bookings/{ran_out.id}/extensions", data={"days": 1}).status_code == 409
    assert open_client("maria").post(f"/bookings/{ran_out.id}/cancellation").status_code == 404

    maria = {"new": "1", "client": "Петрова Нина", "phone": "+7 921 555-00-11", "days": 1}
    assert open_client("maria").post(f"/units/{flat_1.id}/booking", data=maria).status_code == 303
    assert [one.state.value for one in bookings(session, flat_1)] == ["expired", "active"]


def test_one_press_books_it_again_or_closes_it(open_client, session, ran_out, flat_1):
    anna = open_client("anna")
    page = anna.get("/bookings?state=overdue").text
    assert "Забронировать снова" in page and f'action="/bookings/{ran_out.id}/settlement"' in page

    closed = anna.post(f"/bookings/{ran_out.id}/settlement", headers=HTMX)
    assert closed.status_code == 200 and "Просроченных броней нет" in anna.get("/bookings?state=overdue").text
    assert anna.post(f"/bookings/{ran_out.id}/settlement?back=1", headers=HTMX).status_code == 200
    assert anna.post(f"/bookings/{ran_out.id}/renewal", headers=HTMX).status_code == 200

    assert [one.state.value for one in bookings(session, flat_1)] == ["expired", "active"]
    assert "Просроченных броней нет" in anna.get("/bookings?state=overdue").text


def test_the_register_counts_filters_and_pages(open_client, ran_out, anna, building):
    boris = open_client("boris")
    page = boris.get("/bookings?state=overdue").text

    assert re.search(r'aria-current="true">Просроч\w+ <b>1</b>', page)
    assert "№ 1" in boris.get(f"/bookings?state=overdue&building={building.id}&person={anna.id}").text
    assert "№ 1<" not in boris.get("/bookings?state=overdue&kind=paid").text
    assert boris.get("/bookings?state=ерунда&kind=x&person=-1&building=&page=0").status_code == 200
    for login in ("vera", "admin", "olga"):
        assert open_client(login).get("/bookings").status_code == 403


def test_the_register_is_an_excel_file_of_what_one_may_see(open_client, ran_out):
    for login, sees in (("anna", True), ("boris", True), ("maria", False)):
        answer = open_client(login).get("/bookings/excel?state=overdue")
        assert answer.status_code == 200 and "bookings-overdue.xlsx" in answer.headers["content-disposition"]
        with ZipFile(BytesIO(answer.content)) as book:
            words = (
                book.read("xl/sharedStrings.xml").decode() + book.read("xl/worksheets/sheet1.xml").decode()
            )
        assert ("Иванов Пётр Сергеевич" in words) is sees


def test_the_register_has_a_budget(open_client, ran_out, queries):
    boris = open_client("boris")

    with queries(8):
        boris.get("/bookings", headers=HTMX)


TERMS = {
    "version": 1, "days": "1, 2; 5", "default_days": "2", "total_days": "10", "own_extensions": "2",
    "price": "5 000,50", "head_only": "", "at_once": "",
}  # fmt: skip


@pytest.mark.parametrize("login", ["boris", "admin"])
def test_a_head_and_the_administrator_set_terms(open_client, session, login):
    client = open_client(login)
    verbal = session.exec(select(Terms).where(Terms.kind == BookingKind.VERBAL)).one()
    assert f'action="/estate/terms/{verbal.id}"' in client.get("/estate/terms").text

    assert client.post(f"/estate/terms/{verbal.id}", data=TERMS).status_code == 303

    session.refresh(verbal)
    assert (verbal.days, verbal.total_days, str(verbal.price)) == ([1, 2, 5], 10, "5000.50")
    stale = client.post(f"/estate/terms/{verbal.id}", data=TERMS | {"total_days": "20"}, headers=HTMX)
    assert stale.status_code == 409 and "Сейчас: «10»" in stale.text and 'value="20"' in stale.text


@pytest.mark.parametrize("login", ["anna", "vera", "olga", "stas"])
def test_others_do_not(open_client, session, login):
    client = open_client(login)

    assert client.get("/estate/terms").status_code == 403
    assert client.post("/estate/terms/1", data=TERMS).status_code == 403
    assert client.post("/estate/limits", data={"user_id": 1, "most": 100}).status_code == 403


def test_what_makes_no_sense_is_said_at_the_field_and_kept(open_client):
    answer = open_client("boris").post(
        "/estate/terms/1", data=TERMS | {"days": "семь", "price": "1e400"}, headers=HTMX
    )

    assert answer.status_code == 422
    for kept in ('value="семь"', 'value="1e400"', "От 1 до 6 сроков", "От 0 до 10 миллионов"):
        assert kept in answer.text


def test_a_limit_for_one_person_is_set_changed_and_removed(open_client, session, anna):
    boris = open_client("boris")
    assert boris.post("/estate/limits", data={"user_id": anna.id, "most": 5}).status_code == 303
    own = session.exec(select(Allowance).where(Allowance.user_id == anna.id)).one()
    assert "свой лимит" in boris.get("/estate/terms").text

    changed = boris.post(f"/estate/limits/{own.id}", data={"version": 1, "most": ""}, headers=HTMX)
    assert changed.status_code == 200
    session.refresh(own)
    assert own.most is None
    assert boris.post(f"/estate/limits/{own.id}", data={"version": 1, "most": 3}).status_code == 409
    assert boris.post(f"/estate/limits/{own.id}/removal").status_code == 303
    session.rollback()
    assert session.exec(select(Allowance).where(Allowance.user_id == anna.id)).first() is None


def test_the_deal_says_why_it_did_not_follow(open_client, session, flats, booking_stage, flat_1, ivanov_deal):
    deals.funnels.follow_bookings(session, flats, stage=booking_stage, by=None)
    session.commit()
    anna = open_client("anna")
    anna.post(f"/units/{flat_1.id}/booking", data={"deal_id": ivanov_deal.id, "days": 1})

    page = anna.get(f"/deals/{ivanov_deal.id}").text

    assert "Помещение забронировано, но сделка не перешла на «Бронь»" in page
    assert "Запланируйте следующий шаг с датой" in page
