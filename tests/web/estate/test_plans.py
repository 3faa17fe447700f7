"""Plans over HTTP: the administrator puts and draws them, everyone with real estate sees them."""

import re

import pytest
from sqlmodel import select

from domain.estate import Unit, drawings
from domain.estate.drawings import Characteristic, Layout, Outline, Plan
from tests.web.walls import uploads

SQUARE = "10,10 40,10 40,50 10,50"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><rect width="9" height="9"/></svg>'
PNG = ("план.png", uploads.picture(size=(40, 20)))


@pytest.fixture
def admin(open_client):
    return open_client("admin")


@pytest.fixture
def board(river, building):
    return f"/estate/{river.id}/chessboard?building={building.id}"


@pytest.fixture
def plan(admin, session, flat_1):
    assert admin.post(f"/floors/{flat_1.floor_id}/plan", files={"file": PNG}).status_code == 303
    return session.exec(select(Plan)).one()


def draw(admin, flat, points=SQUARE, shown=""):
    return admin.post(f"/floors/{flat.floor_id}/outlines/{flat.id}", data={"points": points, "shown": shown})


# -- who ----------------------------------------------------------------------------------------


def test_everyone_with_real_estate_sees_a_plan_and_only_the_administrator_changes_it(
    open_client, plan, flat_1
):
    for login in ("anna", "maria", "boris", "olga", "vera", "stas", "admin"):
        assert open_client(login).get(f"/plans/{plan.id}").status_code == 200
    assert open_client("agata").get(f"/plans/{plan.id}").status_code == 403
    for login in ("anna", "boris", "olga", "vera", "agata"):
        who = open_client(login)
        assert who.get(f"/floors/{flat_1.floor_id}/plan").status_code == 403
        assert who.post(f"/units/{flat_1.id}/plan", files={"file": PNG}).status_code == 403
        assert who.post(f"/plans/{plan.id}/removal").status_code == 403
        assert draw(who, flat_1).status_code == 403
        assert "/arrangement" not in who.get(f"/units/{flat_1.id}").text
    assert f"/units/{flat_1.id}/arrangement" in open_client("admin").get(f"/units/{flat_1.id}").text


# -- how a plan is served -------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["", "/thumbnail"])
def test_a_plan_is_a_picture_that_runs_nothing_and_is_asked_about_again(open_client, plan, part):
    anna = open_client("anna")
    answer = anna.get(f"/plans/{plan.id}{part}")

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-cache"
    again = anna.get(f"/plans/{plan.id}{part}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_drawing_is_served_as_it_was_written_again(admin, session, flat_1):
    sent = SVG.replace("<rect", '<rect data-x="1"')
    assert admin.post(f"/units/{flat_1.id}/plan", files={"file": ("план.svg", sent)}).status_code == 303

    answer = admin.get(f"/plans/{session.exec(select(Plan.id)).one()}")

    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "<rect" in answer.text and "data-x" not in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/plans/99999", "/plans/0/thumbnail", "/plans/99999999999999999999"])
def test_what_is_not_there_is_404(open_client, path):
    assert open_client("anna").get(path).status_code == 404


@pytest.mark.parametrize("where", ["units", "floors", "layouts"])
@pytest.mark.parametrize(
    "file",
    [
        ("план.svg", SVG.replace("<rect", "<script>1</script><rect")), ("план.png", b""),
        ("план.pdf", uploads.PDF),
        ("план.png", uploads.png_saying(50_000, 50_000)), ("план.jpg", uploads.picture("PNG")), None,
    ],
    ids=["script", "empty", "pdf", "bomb", "lie", "nothing"],
)  # fmt: skip
def test_what_is_no_plan_is_refused_at_the_field_and_nothing_is_kept(
    admin, session, river, flat_1, where, file
):
    layout = drawings.layouts.add(
        session, river, kind=flat_1.kind, code="С", rooms=0, area_total=flat_1.area_total, by=None
    )
    session.commit()
    number = {"units": flat_1.id, "floors": flat_1.floor_id, "layouts": layout.id}[where]

    answer = admin.post(f"/{where}/{number}/plan", files={"file": file or ("", b"")})

    assert answer.status_code == 422
    assert re.search(r'id="e-file" class="note bad"', answer.text)
    assert session.exec(select(Plan)).all() == []


# -- on the floor ---------------------------------------------------------------------------------


def test_an_outline_is_drawn_and_the_next_unit_is_offered(
    admin, open_client, session, plan, flat_1, flat_2, board
):
    answer = draw(admin, flat_1)

    assert answer.headers["location"] == f"/floors/{flat_1.floor_id}/plan?unit={flat_2.id}"
    html = open_client("anna").get(f"{board}&view=floor&floor=1").text
    assert f'<image href="/plans/{plan.id}" width="40" height="20"/>' in html
    shape = re.search(rf'<a id="unit-{flat_1.id}" class="ou s-free".*?</a>', html, re.DOTALL)[0]
    assert 'points="4.0,2.0 16.0,2.0 16.0,10.0 4.0,10.0"' in shape and "№ 1" in shape
    assert "Не обведены на плане" in html and f'id="unit-{flat_2.id}" class="u s-free"' in html


@pytest.mark.parametrize(
    ("availability", "letter"), [("on_sale", None), ("sold", "П"), ("off", "Н"), ("contract", "Д")]
)
def test_a_status_on_the_plan_is_a_letter_too(
    admin, open_client, session, plan, board, flat_1, availability, letter
):
    """Colours lie over a drawing there: sold and not for sale would differ by them alone."""
    draw(admin, flat_1)
    session.get_one(Unit, flat_1.id).availability = availability
    session.commit()
    html = open_client("anna").get(f"{board}&view=floor&floor=1").text

    name = re.search(r"№ 1(?: · (.))?</tspan>", html)
    assert name and name[1] == letter
    if letter:
        assert f">{letter}</span>" in html, "the legend says what it means"


def test_a_floor_without_a_plan_is_a_readable_grid(open_client, board):
    html = open_client("anna").get(f"{board}&view=floor&floor=2").text

    assert "Плана этого этажа пока нет" in html and len(re.findall(r'role="gridcell"', html)) == 4
    assert re.search(r'floor=2"[^>]*aria-current="page"', html)


@pytest.mark.parametrize("floor", ["99", "abc", "", "0"])
def test_a_floor_that_is_not_there_is_the_lowest_with_something_free(open_client, board, floor):
    html = open_client("anna").get(f"{board}&view=floor&floor={floor}").text

    assert re.search(r'floor=1"[^>]*aria-current="page"', html)


@pytest.mark.parametrize("points", ["10,10 20,20", "мимо", "10,10 50,50 50,10 10,50"])
def test_a_wrong_outline_is_told_at_the_field_and_kept_in_it(admin, session, plan, flat_1, points):
    answer = draw(admin, flat_1, points)

    assert answer.status_code == 422 and f'value="{points}"' in answer.text
    assert session.exec(select(Outline)).all() == []


def test_over_somebody_elses_outline_both_are_shown(admin, session, plan, flat_1):
    draw(admin, flat_1)

    answer = draw(admin, flat_1, "1,1 9,1 9,9")

    assert answer.status_code == 409
    assert f"Сейчас: «{SQUARE}»" in answer.text and 'value="1,1 9,1 9,9"' in answer.text
    assert f'name="shown" value="{SQUARE}"' in answer.text


def test_other_floors_get_the_same(admin, session, plan, flat_1):
    draw(admin, flat_1)

    assert admin.post(f"/floors/{flat_1.floor_id}/copies", data={"floors": "2-9"}).status_code == 303
    assert len(session.exec(select(Plan)).all()) == 3 and len(session.exec(select(Outline)).all()) == 3
    for nonsense in ("", "третий", "50-60"):
        answer = admin.post(f"/floors/{flat_1.floor_id}/copies", data={"floors": nonsense})
        assert answer.status_code == 422


def test_a_plan_taken_off_is_put_back_by_the_toast(admin, session, plan, flat_1):
    answer = admin.post(f"/plans/{plan.id}/removal")
    assert answer.headers["location"] == f"/floors/{flat_1.floor_id}/plan"
    assert f"/plans/{plan.id}/return" in admin.get(answer.headers["location"]).text.replace("&#34;", '"')

    assert admin.post(f"/plans/{plan.id}/return").status_code == 303
    assert drawings.plans.live(session, flat_1.floor)


# -- layouts and characteristics ------------------------------------------------------------------


def test_layouts_are_gathered_and_lead_to_the_board_of_their_flats(admin, open_client, session, river, board):
    assert admin.post("/layouts/gathering", data={"project_id": river.id}).status_code == 303
    layout = session.exec(select(Layout).where(Layout.rooms == 0)).one()
    admin.post(f"/layouts/{layout.id}/plan", files={"file": PNG})

    anna = open_client("anna")
    cards = anna.get(f"{board}&view=layouts").text
    assert "осталось 3" in cards and "6,55–6,65 млн ₽" in cards and "/thumbnail" in cards
    board_of_it = anna.get(f"{board}&layout={layout.id}").text
    assert f"layout={layout.id}" in cards and "Подходит 3 из 12" in board_of_it
    assert "Планировки С-36,0: показать все" in board_of_it


def test_a_layout_is_added_edited_and_given_to_units_like_it(admin, session, river, flat_1):
    form = {"project_id": river.id, "kind": "flat", "code": "С", "rooms": "0", "area_total": "36,0"}
    added = admin.post("/layouts", data=form)
    layout = session.exec(select(Layout)).one()
    assert added.headers["location"] == f"/layouts/{layout.id}"
    assert admin.post("/layouts", data=form).status_code == 422
    assert "Ещё у 3 помещений" in admin.get(f"/layouts/{layout.id}").text

    admin.post(f"/layouts/{layout.id}/units")
    edited = {"code": "С-1", "name": "Студия", "rooms": "0", "area_total": "36", "version": "1"}
    assert admin.post(f"/layouts/{layout.id}", data=edited).status_code == 303
    assert admin.post(f"/layouts/{layout.id}", data=edited | {"name": "Иначе"}).status_code == 409

    assert "Студия" in admin.get(f"/units/{flat_1.id}").text


def test_a_characteristic_is_added_filled_in_and_shown_to_sellers(admin, open_client, session, flat_1):
    form = {"kind": "flat", "code": "view", "type": "choice", "title": "Вид", "options": "на реку\r\nво двор"}
    assert admin.post("/characteristics", data=form).status_code == 303
    assert admin.post("/characteristics", data=form).status_code == 422
    known = session.exec(select(Characteristic)).one()
    assert known.options == ["на реку", "во двор"]

    address = f"/units/{flat_1.id}/arrangement"
    seen = re.search(r'name="seen" value="([^"]*)"', admin.get(address).text)[1].replace("&#34;", '"')
    told = {"storeys": "2", "layout_id": "", "seen": seen, "codes": "view", "values": "на реку"}
    assert admin.post(address, data=told | {"values": "на море"}).status_code == 422
    assert admin.post(address, data=told).status_code == 303
    assert admin.post(address, data=told | {"values": "во двор"}).status_code == 409

    html = open_client("anna").get(f"/units/{flat_1.id}").text
    assert re.search(r"Вид</dt><dd>на реку", html) and re.search(r"Уровней</dt><dd>2", html)
    session.expire_all()
    assert session.get(Unit, flat_1.id).characteristics == {"view": "на реку"}


def test_the_screens_of_the_administrator_say_how_far_a_project_is_drawn(admin, plan, flat_1, river):
    draw(admin, flat_1)

    html = admin.get(f"/drawings?project={river.id}").text

    assert "1 этаж, обведено 1 из 4" in html and "2 этаж, плана нет" in html
    for nonsense in ("", "999", "abc"):
        assert admin.get(f"/drawings?project={nonsense}").status_code == 200
    assert admin.get("/layouts/new?project=999").status_code == 404
