"""Plans in the browser: an outline drawn by mouse and keys, a flat opened on its floor, tall cells."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from domain.estate import Unit
from e2e.conftest import OpenAs

PROMPTLY = 3000


@pytest.fixture
def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 200), "white").save(out, "PNG")
    return out.getvalue()


class Drawing:
    """The screen on which the administrator outlines units."""

    def __init__(self, page: Page) -> None:
        self.page, self.sheet = page, page.locator("[data-sheet]")
        self.field = page.locator("[name=points]")

    def upload(self, floor: int, picture: bytes) -> None:
        self.page.goto(f"/floors/{floor}/plan")
        self.page.set_input_files(
            "[name=file]", {"name": "план.png", "mimeType": "image/png", "buffer": picture}
        )
        self.page.get_by_role("button", name="Загрузить").click()
        expect(self.sheet).to_be_visible()

    def press(self, *corners: tuple[float, float]) -> None:
        """At parts of the plan's width and height."""
        for x, y in corners:
            self.page.mouse.click(*self._at(x, y))

    def drag(self, corner: int, to: tuple[float, float]) -> None:
        box = self.page.locator(".corner__dot").nth(corner).bounding_box()
        assert box
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(*self._at(*to), steps=4)
        self.page.mouse.up()

    def touch(self, *corners: tuple[float, float]) -> None:
        """The same pressed by a finger."""
        for x, y in corners:
            self.page.touchscreen.tap(*self._at(x, y))

    def pull(self, corner: int, by: tuple[float, float], *, beside: int = 0) -> None:
        """A finger set `beside` pixels off a corner pulls it by parts of the plan's width and height."""
        dot, box = (
            self.page.locator(".corner__dot").nth(corner).bounding_box(),
            self.sheet.locator("image").bounding_box(),
        )
        assert dot and box
        x, y = dot["x"] + dot["width"] / 2 + beside, dot["y"] + dot["height"] / 2 + beside
        glass = self.page.context.new_cdp_session(self.page)
        glass.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for part in (1 / 3, 2 / 3, 1):
            point = {"x": x + by[0] * box["width"] * part, "y": y + by[1] * box["height"] * part}
            glass.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        glass.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def corners(self) -> list[tuple[float, float]]:
        """As whole per cents: a mouse does not hit fractions."""
        return [
            (round(float(x)), round(float(y)))
            for x, y in (part.split(",") for part in self.field.input_value().split())
        ]

    def _at(self, x: float, y: float) -> tuple[float, float]:
        box = self.sheet.locator("image").bounding_box()
        assert box
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def test_an_outline_is_drawn_moved_undone_saved_and_opens_its_flat(
    open_as: OpenAs, picture: bytes, flat_1: Unit, flat_2: Unit, river
):
    drawing = Drawing(open_as("admin"))
    drawing.upload(flat_1.floor_id, picture)

    drawing.press((0.1, 0.2), (0.4, 0.2), (0.4, 0.8), (0.1, 0.8))
    assert drawing.corners() == [(10, 20), (40, 20), (40, 80), (10, 80)]
    drawing.drag(2, to=(0.5, 0.9))
    assert drawing.corners()[2] == (50, 90)
    keyboard = drawing.page.keyboard
    keyboard.press("ArrowLeft")
    keyboard.press("Shift+ArrowUp")
    assert drawing.field.input_value().split()[2] != "50,90" and drawing.corners()[2][1] == 88
    keyboard.press("Delete")
    assert len(drawing.corners()) == 3
    for _ in range(4):
        keyboard.press("Control+KeyZ")
    assert drawing.corners() == [(10, 20), (40, 20), (40, 80), (10, 80)]

    drawing.page.get_by_role("button", name="Сохранить").click()
    expect(drawing.page).to_have_url(re.compile(f"unit={flat_2.id}$"))

    anna = open_as("anna")
    building = flat_1.floor.section.building_id
    anna.goto(f"/estate/{river.id}/chessboard?building={building}&view=floor&floor=1")
    anna.locator(f"#unit-{flat_1.id} polygon").click()
    expect(anna.locator(f"#unit-panel [data-unit='{flat_1.id}']")).to_be_visible()
    expect(anna).to_have_url(re.compile(f"unit={flat_1.id}"))
    anna.locator("#unit-panel summary", has_text="Где это на этаже").click()
    expect(anna.locator("#unit-panel .onplan polygon")).to_be_visible()


def test_an_outline_can_be_begun_and_drawn_by_keys_alone(open_as: OpenAs, picture: bytes, flat_1: Unit):
    drawing = Drawing(open_as("admin"))
    drawing.upload(flat_1.floor_id, picture)

    drawing.page.get_by_role("button", name="Угол", exact=True).press("Enter")
    assert drawing.corners() == [(40, 40), (60, 40), (60, 60), (40, 60)]
    drawing.page.keyboard.press("Shift+ArrowLeft")
    drawing.page.keyboard.press("Enter")
    assert len(drawing.corners()) == 5 and drawing.corners()[0] == (38, 40)
    drawing.field.fill("10,10 30,10 30,40")
    expect(drawing.page.locator(".corner")).to_have_count(3)
    drawing.field.press("Enter")

    expect(drawing.page.locator("#toasts")).to_contain_text("№ 1", timeout=PROMPTLY)


def test_an_outline_is_drawn_by_a_finger(open_as: OpenAs, picture: bytes, flat_1: Unit):
    """On a phone: tapped, pulled by the edge of a corner without a jump, nudged, a corner taken away."""
    drawing = Drawing(open_as("admin", phone=True))
    drawing.upload(flat_1.floor_id, picture)
    page = drawing.page

    drawing.touch((0.1, 0.2), (0.4, 0.2), (0.4, 0.8), (0.1, 0.8))
    near(drawing.corners(), [(10, 20), (40, 20), (40, 80), (10, 80)])
    drawing.pull(2, by=(0.3, -0.2), beside=12)
    near(drawing.corners(), [(10, 20), (40, 20), (70, 60), (10, 80)])
    assert page.evaluate("scrollY") == 0, "the page does not scroll under a pulled corner"

    before = drawing.field.input_value().split()[2].split(",")
    page.get_by_role("button", name="Выбранный угол влево").tap()
    after = drawing.field.input_value().split()[2].split(",")
    assert (round(float(before[0]) - float(after[0]), 2), before[1]) == (0.5, after[1])
    page.get_by_role("button", name="Убрать выбранный угол").tap()
    near(drawing.corners(), [(10, 20), (40, 20), (10, 80)])
    for button in page.locator("[data-nudge]").all():
        box = button.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44
    page.get_by_role("button", name="Сохранить").tap()

    expect(page.locator("#toasts")).to_contain_text("№ 1", timeout=PROMPTLY)


def near(corners: list[tuple[float, float]], wanted: list[tuple[float, float]]) -> None:
    """Within what a pixel of a phone is of the plan."""
    assert len(corners) == len(wanted)
    for (x, y), (left, top) in zip(corners, wanted, strict=True):
        assert abs(x - left) <= 1 and abs(y - top) <= 1, corners


def test_another_screen_follows_when_a_plan_is_drawn(open_as: OpenAs, picture: bytes, flat_1: Unit, river):
    anna = open_as("anna")
    building = flat_1.floor.section.building_id
    anna.goto(f"/estate/{river.id}/chessboard?building={building}&view=floor&floor=1")
    expect(anna.get_by_text("Плана этого этажа пока нет")).to_be_visible()

    Drawing(open_as("admin")).upload(flat_1.floor_id, picture)

    expect(anna.locator("#board svg.onplan")).to_be_visible(timeout=PROMPTLY)


def test_arrows_walk_over_a_flat_of_two_floors(open_as: OpenAs, session: Session, flat_2: Unit, river):
    """Flat 2 of the first floor reaches into the second, whose flats stand around it."""
    gone = session.exec(select(Unit).where(Unit.number == "6")).one()
    building = flat_2.floor.section.building_id
    by_number = {unit.number: unit.id for unit in session.exec(select(Unit)).all()}
    session.delete(gone)
    flat_2.storeys = 2
    session.commit()
    anna = open_as("anna")
    anna.goto(f"/estate/{river.id}/chessboard?building={building}")

    def at(number: str) -> None:
        expect(anna.locator(f"#unit-{by_number[number]}")).to_be_focused()

    anna.locator(f"#unit-{by_number['10']}").focus()
    for key, number in (
        ("ArrowDown", "2"), ("ArrowRight", "7"), ("ArrowLeft", "2"), ("ArrowLeft", "5"), ("ArrowDown", "1"),
        ("ArrowRight", "2"), ("ArrowUp", "10"), ("End", "12"), ("Home", "9"), ("PageDown", "1"),
        ("PageUp", "9"),
    ):  # fmt: skip
        anna.keyboard.press(key)
        at(number)
