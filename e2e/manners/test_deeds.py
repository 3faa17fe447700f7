"""Doing and undoing: words after a deed, keys, a form that is sent once."""

from playwright.sync_api import Page, expect

from e2e.manners.conftest import FORM, Answers

UNDO = "/nowhere/undone"
TOAST = f"""document.dispatchEvent(new CustomEvent("karkas:toast", {{
    detail: {{ text: "Сделка перенесена", undo: "{UNDO}" }} }}))"""


def test_a_deed_is_taken_back_from_the_toast_by_ctrl_z(page: Page):
    undone = Answers(page, UNDO, "")
    page.evaluate(TOAST)
    expect(page.get_by_role("status").filter(has_text="Сделка перенесена")).to_be_visible()

    page.keyboard.press("Control+KeyZ")

    expect(page.locator(".toast")).to_have_count(0)
    assert len(undone.asked) == 1
    assert undone.asked[0]["x-csrftoken"]


def test_ctrl_z_in_a_field_takes_back_letters_and_no_deeds(page: Page):
    undone = Answers(page, UNDO, "")
    page.evaluate(FORM)
    page.evaluate(TOAST)

    page.locator("#deed input").fill("буквы")
    page.locator("#deed input").press("Control+KeyZ")

    expect(page.locator(".toast")).to_be_visible()
    assert undone.asked == []


def test_a_toast_leaves_by_itself_but_not_while_it_is_looked_at(page: Page):
    page.clock.install()
    page.evaluate(TOAST)
    page.locator(".toast").hover()
    page.clock.run_for(20_000)
    expect(page.locator(".toast")).to_be_visible()

    page.mouse.move(700, 500)
    page.clock.run_for(7_000)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_question_mark_shows_the_keys_whatever_the_layout(page: Page):
    for key in ("?", "Shift+Slash"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_contain_text("Ctrl K")

        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_single_letters_may_be_switched_off(page: Page):
    page.goto("/deals")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Одиночные буквы").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("KeyC")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Одиночные буквы").check()
    page.keyboard.press("Escape")
    page.keyboard.press("KeyC")
    expect(page.get_by_role("dialog")).to_contain_text("Новая сделка")


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page: Page):
    deeds = Answers(page, "/nowhere/deed", "<b>Готово</b>")
    page.evaluate(FORM)

    page.evaluate("for (let times = 0; times < 3; times++) document.querySelector('#deed button').click()")

    expect(page.locator("#deed")).to_have_text("Готово")
    assert len(deeds.asked) == 1


def test_the_button_says_what_is_going_on_and_may_be_pressed_again_after_a_refusal(page: Page):
    refusal = {
        "status": 409,
        "body": "<div class='banner bad'>Квартиру только что забронировали</div>",
        "headers": {"HX-Retarget": "#flash", "HX-Reswap": "innerHTML", "Content-Type": "text/html"},
    }
    deeds = Answers(page, "/nowhere/deed", refusal, "<b>Готово</b>")
    page.evaluate(FORM)
    page.locator("#deed input").fill("для Громовой")

    page.locator("#deed button").click()

    expect(page.get_by_role("alert")).to_have_text("Квартиру только что забронировали")
    expect(page.locator("#deed input")).to_have_value("для Громовой")
    expect(page.locator("#deed button")).to_have_text("Забронировать")
    page.locator("#deed button").click()
    expect(page.locator("#deed")).to_have_text("Готово")
    expect(page.get_by_role("alert")).to_be_empty()
    assert len(deeds.asked) == 2
