"""The widget on a page of somebody else, under a strict policy of that page: chosen, asked for, a request."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from domain.estate import Project
from domain.estate.pricing.promotions import add_promotion
from domain.kernel import clock
from domain.leads import Lead
from e2e.conftest import DESK, PHONE
from e2e.manners.test_every_page import AXE, WIDER
from jobs import work
from tests.fixtures import Database
from tests.world import published
from tests.world.promoted import five_off

PAGE = """<!doctype html><html lang="ru"><title>Речной квартал</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<script src="{site}/public/widget.js" async></script>
<main><h1>Квартиры</h1>
<karkas-flats data-project="{project}" data-color="#0a6b4f" data-language="ru"></karkas-flats>
</main></html>"""
POLICY = (
    "default-src 'none'; script-src {site}; connect-src {site}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'"
)

SMALL = """() => [...document.querySelector("karkas-flats").shadowRoot
    .querySelectorAll("button,select,summary,label.chip")]
    .map((one) => one.getBoundingClientRect()).filter((box) => box.height && box.height < 44).length"""
"""How many things to press are smaller than a finger."""


@dataclass(frozen=True)
class Elsewhere:
    """A site of the developer's, on a port of its own."""

    url: str
    project: int


@pytest.fixture
def elsewhere(_address: str, database: Database) -> Iterator[Elsewhere]:
    with work.unit_of_work() as session:
        project = published.publish(session, booked=True)
        published.wording(session)
    page = PAGE.format(site=_address, project=project.id).encode()
    policy = POLICY.format(site=_address)

    class Served(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/flats"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page if found else b"")

        def log_message(self, *_words: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Elsewhere(f"http://127.0.0.1:{server.server_port}", project.id)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def listed(elsewhere: Elsewhere) -> Elsewhere:
    with work.unit_of_work() as session:
        published.open_to(session, elsewhere.url)
    return elsewhere


@pytest.fixture
def visit(browser: Browser) -> Iterator[object]:
    """A visitor's window; what its console complains about is told at the end."""
    contexts, complaints = [], []

    def open_page(site: Elsewhere, *, phone: bool = False) -> Page:
        context = browser.new_context(locale="ru-RU", **(PHONE if phone else DESK))
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: told.type == "error" and complaints.append(told.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site.url}/flats?utm_source=yandex&utm_campaign=spring")
        return page

    open_page.complaints = complaints  # type: ignore[attr-defined]
    yield open_page
    for context in contexts:
        context.close()


def ours(complaints: list[str]) -> list[str]:
    return [told for told in complaints if "favicon" not in told and "status of 404" not in told]


def requests(session: Session) -> list[Lead]:
    session.expire_all()
    return list(session.exec(select(Lead)))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_visitor_chooses_a_flat_and_leaves_a_request(
    visit, listed: Elsewhere, session: Session, phone: bool
):
    page = visit(listed, phone=phone)
    expect(page.get_by_text("Найдено: 11")).to_be_visible()
    page.get_by_role("checkbox", name="Студия").check()
    expect(page.get_by_text("Найдено: 3")).to_be_visible()
    page.get_by_role("button", name="Список").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator("tbody [data-unit='1']").click()

    card = page.get_by_role("dialog")
    expect(card).to_contain_text("6 550 000 ₽".replace(" ", "\u00a0", 2))
    agreed = card.get_by_label("Я согласен на обработку")
    expect(agreed).not_to_be_checked()
    card.get_by_role("button", name="Отправить").click()
    expect(card).to_contain_text("Как к вам обращаться?")
    assert requests(session) == []

    card.get_by_label("Как вас зовут").fill("Нина")
    card.get_by_label("Телефон").fill("8 921 555-00-11")
    card.get_by_role("button", name="Отправить").click()
    expect(card).to_contain_text("Без вашего согласия мы не вправе хранить телефон")
    agreed.check()
    card.get_by_role("button", name="Отправить").click()
    expect(card.get_by_role("status")).to_contain_text("Спасибо. Мы вам перезвоним.")

    (lead,) = requests(session)
    assert (lead.phone, lead.unit_id, lead.page) == ("+79215550011", 1, f"{listed.url}/flats")
    assert lead.utm == {"utm_source": "yandex", "utm_campaign": "spring"}
    assert lead.consent_text_id == published.wording(session).id
    assert [told for told in ours(visit.complaints) if "422" not in told] == []


def test_the_board_is_walked_by_keys_and_read_by_everyone(visit, listed: Elsewhere):
    page = visit(listed)
    expect(page.get_by_text("Найдено: 11")).to_be_visible()
    first = page.locator("button.unit[tabindex='0']")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("№ 6")
    assert complaints_of_axe(page) == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert complaints_of_axe(page) == []
    assert ours(visit.complaints) == []


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_promotion_is_seen_on_the_board_in_the_list_and_close_up(visit, listed: Elsewhere, phone: bool):
    with work.unit_of_work() as session:
        project, boris = session.get_one(Project, listed.project), published.head(session)
        add_promotion(session, project, five_off(clock.now()), by=boris, now=clock.now())
    page = visit(listed, phone=phone)
    expect(page.locator("[data-unit='1'] em")).to_have_text("−5 %")
    assert page.evaluate(WIDER) <= 0
    page.get_by_role("button", name="Список").click()
    expect(page.locator("tr", has=page.locator("[data-unit='1']")).locator("s")).to_contain_text("6")
    assert page.evaluate(WIDER) <= 0 and page.evaluate(SMALL) == 0
    page.locator("[data-unit='1']").click()
    expect(page.get_by_role("dialog")).to_contain_text("до ")
    assert complaints_of_axe(page) == []


def test_it_fits_a_small_phone(visit, listed: Elsewhere):
    page = visit(listed, phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    expect(page.get_by_text("Найдено: 11")).to_be_visible()
    assert page.evaluate(WIDER) <= 0
    page.get_by_role("button", name="Список").click()
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(SMALL) == 0


def test_a_site_that_is_not_listed_is_told_so_on_its_page(visit, elsewhere: Elsewhere):
    page = visit(elsewhere)

    expect(page.get_by_role("alert")).to_contain_text(
        f"Сайту {elsewhere.url} не разрешено показывать квартиры"
    )
    assert any("не разрешено" in told for told in visit.complaints)


def complaints_of_axe(page: Page) -> list[str]:
    """By a world of its own: the policy of the page lets no script of ours in."""
    client = page.context.new_cdp_session(page)
    frame = client.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = client.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    inside = {"contextId": world["executionContextId"]}
    client.send("Runtime.evaluate", {"expression": AXE, **inside})
    found = client.send(
        "Runtime.evaluate",
        {
            # A cell shows «2 54,3» and is read aloud in whole words, as on our own chessboard.
            "expression": """axe.run("karkas-flats", {
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
                rules: {"label-content-name-mismatch": {enabled: false}},
            }).then(({violations}) => violations.flatMap(({id, nodes}) =>
                nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`)))""",
            "awaitPromise": True,
            "returnByValue": True,
            **inside,
        },
    )
    assert "exceptionDetails" not in found, found
    return list(found["result"]["value"])
