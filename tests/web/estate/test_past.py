"""The chessboard of a past day, what changed between two days, and a unit's own history."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlmodel import select

from domain import deals, estate
from domain.access import User
from domain.estate import Availability, drawings
from domain.estate.drawings import Layout, Outline, layouts, outlines
from domain.estate.prices import change_availability, reprice
from domain.events import Event
from domain.kernel import clock, formats
from jobs.work import unit_of_work
from tests.sites import HTMX
from tests.web.walls import uploads
from web.estate import past, press


def day(ago):
    return (formats.here(clock.now()) - timedelta(days=ago)).date().isoformat()


@pytest.fixture
def long_ago(database):
    """As if all this had been here for a month."""
    with database.engine.begin() as owner:
        owner.execute(sa.text("update unit_period set since = since - interval '30 days'"))


@pytest.fixture
def board(river, building, long_ago):
    return f"/estate/{river.id}/chessboard?building={building.id}"


@pytest.fixture
def sold(board, flat_1):
    """Sold and repriced today."""
    with unit_of_work() as session:
        change_availability(session, {flat_1.id: Availability.SOLD})
        reprice(session, {flat_1.id: Decimal(9_999_000)})


def status(html, unit):
    found = re.search(rf'id="unit-{unit.id}" class="u [^"]*" data-status="(\w+)" href="([^"]+)"', html)
    return found.groups() if found else None


def test_the_board_of_a_past_day_is_as_it_was(open_client, board, flat_1, sold):
    anna = open_client("anna")
    present, yesterday = anna.get(board).text, anna.get(f"{board}&as_of={day(1)}").text

    assert status(present, flat_1) == ("sold", f"/units/{flat_1.id}")
    assert status(yesterday, flat_1) == ("free", f"/units/{flat_1.id}?as_of={day(1)}")
    assert "Так было" in yesterday and "К сегодня" in yesterday and "Так было" not in present
    assert re.search(r'data-count="11" data-status="free"', yesterday)
    assert "data-live=" not in yesterday.partition('id="board"')[2].partition(">")[0]
    assert "data-several" not in yesterday and 'id="basket"' not in yesterday


@pytest.mark.parametrize("login", ["anna", "maria", "stas", "boris", "vera", "olga", "admin"])
def test_everyone_who_sees_the_stock_sees_its_past(open_client, board, login, flat_1, river):
    client = open_client(login)

    for address in (f"{board}&as_of={day(1)}", f"/units/{flat_1.id}/history", f"/estate/{river.id}/changes"):
        assert client.get(address).status_code == 200, address


def test_an_agent_and_a_stranger_do_not(open_client, client, board, flat_1, river):
    for address in (f"{board}&as_of={day(1)}", f"/units/{flat_1.id}/history", f"/estate/{river.id}/changes"):
        assert open_client("agata").get(address).status_code == 403
        assert client.get(address).status_code in {303, 401}


def test_the_panel_of_a_past_day_tells_and_offers_nothing(open_client, board, flat_1, ivanov_deal, anna):
    with unit_of_work() as session:
        deal = session.get(deals.Deal, ivanov_deal.id)
        unit = session.get(estate.Unit, flat_1.id)
        deals.book(session, deal, unit, days=7, by=anna, now=clock.now() - timedelta(days=2))
    asked = f"/units/{flat_1.id}?as_of={day(1)}"

    mine = open_client("anna").get(asked, headers=HTMX).text
    others = open_client("maria").get(asked, headers=HTMX).text

    assert "аброни" in mine and anna.name in mine and f"/deals/{ivanov_deal.id}" in mine
    assert anna.name in others and f"/deals/{ivanov_deal.id}" not in others
    assert "<form" not in mine
    beside = open_client("anna").get(f"{board}&unit={flat_1.id}&as_of={day(1)}").text
    assert "<form" not in beside.partition('id="unit-panel"')[2].partition("</aside>")[0]


@pytest.mark.parametrize(
    ("as_of", "says"),
    [("2999-01-01", "не наступило"), ("1066-10-14", "слишком давно"), ("вчера", "Нет такой")],
)
def test_an_absurd_day_is_answered_in_words_over_the_present(open_client, board, flat_1, as_of, says):
    answer = open_client("anna").get(f"{board}&as_of={as_of}")

    assert answer.status_code == 422 and says in answer.text
    assert status(answer.text, flat_1) == ("free", f"/units/{flat_1.id}")


def test_today_is_the_present_and_before_the_beginning_is_said(open_client, board, flat_1):
    anna = open_client("anna")

    assert status(anna.get(f"{board}&as_of={day(0)}").text, flat_1) == ("free", f"/units/{flat_1.id}")
    before = anna.get(f"{board}&as_of={day(60)}").text
    assert "История этого дома начинается" in before and "ещё не было" in before


def test_since_when_layouts_are_known_is_said(open_client, board, database):
    anna = open_client("anna")
    assert "Планировки и двухэтажные квартиры известны" not in anna.get(f"{board}&as_of={day(9)}").text
    with database.engine.begin() as owner:
        owner.execute(sa.text("update unit_period set believed_until = now() - interval '5 days'"))

    assert "Планировки и двухэтажные квартиры известны" in anna.get(f"{board}&as_of={day(9)}").text
    assert "Планировки и двухэтажные квартиры известны" not in anna.get(f"{board}&as_of={day(3)}").text


def test_another_layout_is_a_change_with_both_named(open_client, board, river, flat_1):
    with unit_of_work() as session:
        unit = session.get_one(estate.Unit, flat_1.id)
        layout = layouts.add(
            session, session.get_one(estate.Project, river.id), kind=unit.kind, code="Д-36", rooms=0,
            area_total=Decimal(36), by=None,
        )  # fmt: skip
        session.flush()
        unit.layout_id, unit.storeys = layout.id, 2
    html = open_client("anna").get(f"/estate/{river.id}/changes?from={day(1)}&deed=rearranged").text

    assert f'data-unit="{flat_1.id}"' in html and html.count("data-unit=") == 1
    assert "планировка: не было → Д-36" in html and "этажей: 1 → 2" in html


def test_filters_and_the_list_work_in_the_past(open_client, board, flat_1, sold):
    anna = open_client("anna")
    listed = anna.get(f"{board}&as_of={day(1)}&view=list&status=free").text

    assert f'href="/units/{flat_1.id}?as_of={day(1)}"' in listed
    assert f'name="as_of" value="{day(1)}"' in listed
    assert f"as_of={day(1)}" in re.search(r'class="lg" href="([^"]+)"', listed)[1]


def test_past_boards_are_kept_apart_and_never_instead_of_the_present(
    open_client, board, flat_1, sold, monkeypatch
):
    anna = open_client("anna")
    present = anna.get(board, headers=HTMX)
    past_ = anna.get(f"{board}&as_of={day(1)}", headers=HTMX)
    monkeypatch.setattr(past.board, "read", lambda *_, **__: pytest.fail("read again"))

    again = anna.get(f"{board}&as_of={day(1)}", headers={**HTMX, "If-None-Match": past_.headers["etag"]})

    assert again.status_code == 304
    assert anna.get(f"{board}&as_of={day(1)}", headers=HTMX).text == past_.text != present.text
    assert anna.get(board, headers=HTMX).text == present.text
    assert len(press.sheets._things) == 1 and len(past.sheets._things) == 1


def test_what_is_written_late_about_a_day_is_shown(open_client, board, flat_1, database):
    anna = open_client("anna")
    assert status(anna.get(f"{board}&as_of={day(2)}").text, flat_1)[0] == "free"
    with unit_of_work() as session:
        change_availability(session, {flat_1.id: Availability.SOLD})
        session.flush()
        session.execute(
            sa.text(
                "update unit_period set since = since - interval '3 days'"
                " where unit_id = :id and till is null"
            ),
            {"id": flat_1.id},
        )
        session.execute(
            sa.text("update unit_period set till = till - interval '3 days' where unit_id = :id"),
            {"id": flat_1.id},
        )

    assert status(anna.get(f"{board}&as_of={day(2)}").text, flat_1)[0] == "sold"


def test_the_difference_of_two_days_names_and_sums(open_client, board, river, flat_1, sold):
    anna = open_client("anna")
    html = anna.get(f"/estate/{river.id}/changes?from={day(1)}&to={day(0)}").text

    assert f'data-unit="{flat_1.id}"' in html and html.count("data-unit=") == 1
    counts = dict(re.findall(r'data-deed="(\w+)"[^>]*><span[^>]*>[^<]*</span><b>(\d+)</b>', html))
    assert counts["sold"] == counts["repriced"] == "1" and counts["moved"] == "0"
    assert "data-unit=" not in anna.get(f"/estate/{river.id}/changes?from={day(3)}&to={day(1)}").text
    assert "data-unit=" not in anna.get(f"/estate/{river.id}/changes?from={day(1)}&deed=moved").text


@pytest.mark.parametrize(
    "query", ["from=2999-01-01", "to=нет", "from={tomorrow}&to={today}", "from=1000-01-01"]
)
def test_wrong_days_are_told_at_their_fields(open_client, river, query):
    query = query.format(tomorrow=day(0), today=day(1))
    answer = open_client("anna").get(f"/estate/{river.id}/changes?{query}")

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_the_difference_goes_to_excel_and_into_history(open_client, board, river, flat_1, sold, session):
    answer = open_client("boris").post(f"/estate/{river.id}/changes/exports?from={day(1)}")

    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    heads, row = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    told = dict(zip(heads, row, strict=True))
    assert (
        told["Код"] == flat_1.id and told["Статус стал"] == "Продано" and told["Цена стала, ₽"] == 9_999_000
    )
    event = session.exec(sa.select(Event).where(Event.name == "stock.exported")).scalars().one()
    assert event.payload == {"what": "changes", "units": 1} and event.actor_id


def test_the_history_page_says_the_price_in_words_and_draws_it(open_client, board, flat_1, sold):
    html = open_client("anna").get(f"/units/{flat_1.id}/history").text

    assert "цена изменилась с" in html and re.search(r'<path d="M[\d ]+H\d+L', html)
    assert "другой статус; другая цена" in html
    assert open_client("anna").get("/units/999999999/history").status_code == 404


@pytest.fixture
def drawn(database, river, building, flat_1):
    """The floor, its flat's outline and layout were there for a month; today each is another."""

    def arranged(work, side, corners, code):
        unit = work.get_one(estate.Unit, flat_1.id)
        picture = BytesIO(uploads.picture("PNG", (side, side)))
        plan = drawings.put(work, unit.floor, "план.png", picture, by=None, now=clock.now())
        shown = outlines.written(there.points) if (there := work.exec(select(Outline)).first()) else ""
        admin = work.exec(select(User).where(User.login == "admin")).one()
        drawings.draw(work, plan, unit, points=corners, shown=shown, by=admin)
        layout = work.exec(select(Layout)).first() or layouts.add(
            work, work.get_one(estate.Project, river.id), kind=unit.kind, code=code, rooms=0,
            area_total=unit.area_total, by=None,
        )  # fmt: skip
        unit.layout_id, layout.code = layout.id, code

    with unit_of_work() as work:
        arranged(work, 8, "10,10 40,10 40,50 10,50", "Прежняя")
    with database.engine.begin() as owner:
        for what in ("unit", "layout", "plan", "outline"):
            owner.execute(sa.text(f"update {what}_period set since = since - interval '30 days'"))
    with unit_of_work() as work:
        arranged(work, 20, "10,10 80,10 80,50 10,50", "Нынешняя")
    return f"/estate/{river.id}/chessboard?building={building.id}"


def test_the_floor_of_a_past_day_is_drawn_as_it_was(open_client, drawn):
    anna = open_client("anna")
    now_is, was = (anna.get(f"{drawn}&view=floor{asked}").text for asked in ("", f"&as_of={day(1)}"))

    assert 'viewBox="0 0 20 20"' in now_is and 'points="2.0,2.0 16.0,2.0' in now_is
    assert 'viewBox="0 0 8 8"' in was and 'points="0.8,0.8 3.2,0.8' in was
    image = re.search(r'<image href="(/plans/[^"]+)"', was)[1]
    assert image.endswith(f"?as_of={day(1)}")
    before, after = anna.get(image), anna.get(image.partition("?")[0])
    assert before.headers["content-type"] == "image/png" and before.content != after.content
    assert anna.get(image.replace("?", "/thumbnail?")).status_code == 200
    assert open_client("agata").get(image).status_code == 403


def test_a_plan_is_asked_about_days_it_was_there(open_client, drawn):
    anna = open_client("anna")
    image = re.search(r'<image href="(/plans/\d+)"', anna.get(f"{drawn}&view=floor").text)[1]

    assert anna.get(f"{image}?as_of={day(60)}").status_code == 404
    assert anna.get(f"{image}?as_of=вчера").status_code == 422
    assert anna.get(f"{image}?as_of={day(0)}").content == anna.get(image).content


def test_layouts_of_a_past_day_are_called_as_they_were(open_client, drawn, river, flat_1):
    anna = open_client("anna")
    now_is, was = (anna.get(f"{drawn}&view=layouts{asked}").text for asked in ("", f"&as_of={day(1)}"))

    assert "<b>Нынешняя</b>" in now_is and "<b>Прежняя</b>" in was and "Нынешняя" not in was
    chosen = re.search(r"layout=(\d+)", was)[1]
    assert "Прежняя" in anna.get(f"{drawn}&layout={chosen}&as_of={day(1)}").text
    with unit_of_work() as work:
        work.get_one(estate.Unit, flat_1.id).layout_id = None
    told = anna.get(f"/estate/{river.id}/changes?from={day(1)}&deed=rearranged").text
    assert "планировка: Прежняя → нет" in told


def test_a_unit_of_a_past_day_has_the_plan_it_had(open_client, board, database, flat_1):
    anna, asked = open_client("anna"), f"/units/{flat_1.id}?as_of={day(1)}"
    with unit_of_work() as work:
        picture = BytesIO(uploads.picture("PNG", (8, 8)))
        drawings.put(work, work.get_one(estate.Unit, flat_1.id), "1.png", picture, by=None, now=clock.now())
    assert "/plans/" not in anna.get(asked, headers=HTMX).text
    with database.engine.begin() as owner:
        owner.execute(sa.text("update plan_period set since = since - interval '9 days'"))

    image = re.search(r'<img src="(/plans/[^"]+)"', anna.get(asked, headers=HTMX).text)[1]
    assert image.endswith(f"?as_of={day(1)}") and anna.get(image).status_code == 200


def test_since_when_plans_are_known_is_said(open_client, drawn, database):
    anna, told = open_client("anna"), "Планы и названия планировок известны"
    assert told not in anna.get(f"{drawn}&view=floor&as_of={day(9)}").text
    with database.engine.begin() as owner:
        owner.execute(sa.text("update plan_period set believed_until = now() - interval '5 days'"))

    for view, is_said in (("floor", True), ("layouts", True), ("list", False)):
        assert (told in anna.get(f"{drawn}&view={view}&as_of={day(9)}").text) is is_said
        assert told not in anna.get(f"{drawn}&view={view}&as_of={day(3)}").text
