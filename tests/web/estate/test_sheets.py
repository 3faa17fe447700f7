"""Workbooks over HTTP: who may, what is shown, what a worker does, what is left in history."""

import io
import re

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from domain.estate import Unit
from domain.estate.sheets import asking, exporting, receiving
from domain.estate.sheets.models import ExportStep, ImportStep, StockExport, StockImport
from domain.events import Event
from jobs.estate import stock_files
from tests.domain.estate import workbooks
from tests.domain.estate.workbooks import book
from tests.sites import HTMX

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bring(client, content, name="stock.xlsx"):
    return client.post("/estate/imports", files={"file": (name, content, XLSX)})


def brought(client, content, name="stock.xlsx"):
    answer = bring(client, content, name)
    assert answer.status_code == 303, answer.text[-500:]
    return answer.headers["location"]


def table(content):
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


# -- out --------------------------------------------------------------------------------------------


def test_what_the_board_shows_is_handed_out_and_remembered(open_client, river, building, session):
    asked = f"/estate/{river.id}/exports?building={building.id}&rooms=1&status=free"
    answer = open_client("anna").post(asked)

    assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
    assert {row["Комнат"] for row in table(answer.content)} == {1}
    event = session.exec(select(Event).where(Event.name == "stock.exported")).one()
    assert event.payload["what"] == "stock" and event.subject_id == river.id


@pytest.mark.parametrize("login", ["maria", "stas", "vera", "olga", "admin"])
def test_whoever_sees_the_stock_takes_it_out(open_client, river, login):
    assert open_client(login).post(f"/estate/{river.id}/exports").status_code == 200


def test_an_agent_does_not(open_client, client, river, session):
    assert open_client("agata").post(f"/estate/{river.id}/exports").status_code == 403
    assert client.post(f"/estate/{river.id}/exports").status_code in {303, 401, 403}
    assert session.exec(select(StockExport)).all() == []


def test_a_large_one_is_made_by_a_worker_and_handed_to_its_own_person(
    open_client, river, monkeypatch, session
):
    monkeypatch.setattr("web.estate.exports.AT_ONCE", 3)
    anna, maria = open_client("anna"), open_client("maria")
    to = anna.post(f"/estate/{river.id}/exports").headers["location"]
    number = int(to.rpartition("/")[2])

    waiting = anna.get(to, headers=HTMX).text
    assert 'hx-trigger="every 2s"' in waiting and "0 из 12" in waiting
    assert anna.get(f"{to}/file").status_code == 409
    stock_files.stock_export.fn(number)

    assert "hx-trigger" not in anna.get(to, headers=HTMX).text
    assert len(table(anna.get(f"{to}/file").content)) == 12
    for address in (to, f"{to}/file"):
        assert maria.get(address).status_code == 404 and open_client("boris").get(address).status_code == 404
    session.expire_all()
    record = session.get(StockExport, number)
    assert (record.step, record.passed) == (ExportStep.MADE, 12)


def test_one_that_breaks_is_said_to_have_failed(open_client, river, monkeypatch, session):
    monkeypatch.setattr("web.estate.exports.AT_ONCE", 3)
    monkeypatch.setattr(asking, "workbook", lambda *_, **__: 1 / 0)
    anna = open_client("anna")
    to = anna.post(f"/estate/{river.id}/exports").headers["location"]
    stock_files.stock_export.fn(int(to.rpartition("/")[2]))

    assert "не получился" in anna.get(to).text


# -- in ---------------------------------------------------------------------------------------------


def test_the_administrator_sees_differences_takes_them_over_and_back(open_client, session, flat_1):
    admin = open_client("admin")
    before = flat_1.price
    to = brought(admin, book({"Код": flat_1.id, "Цена": 7_000_000}, {"Код": 999_999}))
    shown = admin.get(to).text
    assert "Загрузить 1 строку" in shown and "Строка 3: помещения с кодом 999999 нет" in shown
    assert "7\u00a0000\u00a0000\u00a0₽" in shown and 'data-verdict="wrong" data-outcome' in shown
    assert 'data-verdict="changed" data-outcome' not in admin.get(f"{to}?verdict=wrong").text

    assert admin.post(f"{to}/application").status_code == 303
    session.expire_all()
    assert session.get(Unit, flat_1.id).price == 7_000_000
    assert "Отменить импорт" in admin.get(to).text
    assert admin.post(f"{to}/application").status_code == 409

    assert admin.post(f"{to}/undoing").status_code == 303
    session.expire_all()
    assert session.get(Unit, flat_1.id).price == before
    assert "отменён" in admin.get(to).text and admin.post(f"{to}/undoing").status_code == 409
    assert "stock.xlsx" in admin.get("/estate/imports").text


def test_a_workbook_taken_out_and_brought_back_says_there_are_no_changes(open_client, river):
    content = open_client("anna").post(f"/estate/{river.id}/exports").content
    admin = open_client("admin")

    shown = admin.get(brought(admin, content)).text

    assert "Изменений нет" in shown and "/application" not in shown


@pytest.mark.parametrize("login", ["anna", "boris", "stas", "vera", "olga", "agata"])
def test_nobody_else_brings_files_in(open_client, login, session, flat_1):
    admin, other = open_client("admin"), open_client(login)
    to = brought(admin, book({"Код": flat_1.id, "Цена": 1}))

    for address in ("/estate/imports", to, f"{to}/file"):
        assert other.get(address).status_code == 403
    assert bring(other, book({"Код": 1, "Цена": 2})).status_code == 403
    for deed in ("application", "undoing"):
        assert other.post(f"{to}/{deed}").status_code == 403
    assert len(session.exec(select(StockImport)).all()) == 1
    assert 'href="/estate/imports"' not in other.get("/estate").text


def test_a_file_that_cannot_be_read_is_kept_and_reported(open_client, session):
    admin = open_client("admin")
    to = brought(admin, b"PK\x03\x04 nonsense", "цены.xlsx")

    assert "не читается" in admin.get(to).text and "/application" not in admin.get(to).text
    assert admin.get(f"{to}/file").content == b"PK\x03\x04 nonsense"
    assert admin.post(f"{to}/application").status_code == 409
    told = session.exec(select(Event).where(Event.name == "stock.import_checked")).one()
    assert told.payload["step"] == "unreadable"


def test_hostile_files_are_answered_over_http(open_client):
    admin = open_client("admin")
    for name, content in workbooks.hostile():
        if len(content) <= receiving.SMALL:
            assert 'class="banner bad"' in admin.get(brought(admin, content, name)).text, name


def test_nothing_chosen_is_told_in_its_place(open_client):
    admin = open_client("admin")

    assert admin.post("/estate/imports", files={"other": b"x"}).status_code == 422
    assert "Сначала выберите файл" in admin.post("/estate/imports", files={"file": ("", b"")}).text


@pytest.fixture
def carried_here(monkeypatch):
    """Every row is a worker's, and nobody can be woken but whoever looks for files."""
    monkeypatch.setattr(receiving, "FEW", 0)
    monkeypatch.setattr(stock_files.queue, "enqueue", lambda *_: False)


def test_a_large_file_is_carried_by_a_worker_step_by_step(
    open_client, session, flat_1, carried_here, monkeypatch
):
    monkeypatch.setattr(receiving, "SMALL", 10)
    admin = open_client("admin")
    to = brought(admin, book({"Код": flat_1.id, "Цена": 5}))
    number = int(to.rpartition("/")[2])

    def step():
        session.expire_all()
        return session.get(StockImport, number).step

    assert step() is ImportStep.CHECKING and 'hx-trigger="every 2s"' in admin.get(to, headers=HTMX).text
    stock_files.look_for_files()
    assert step() is ImportStep.CHECKED
    admin.post(f"{to}/application")
    assert step() is ImportStep.APPLYING
    stock_files.look_for_files()
    assert step() is ImportStep.DONE and session.get(Unit, flat_1.id).price == 5
    admin.post(f"{to}/undoing")
    stock_files.look_for_files()
    assert step() is ImportStep.UNDONE


def test_what_breaks_in_the_middle_leaves_nothing(open_client, session, flat_1, carried_here, monkeypatch):
    admin = open_client("admin")
    to = brought(admin, book({"Код": flat_1.id, "Цена": 5}))
    admin.post(f"{to}/application")
    monkeypatch.setattr("domain.estate.sheets.applying._finish", lambda *_, **__: 1 / 0)
    stock_files.look_for_files()

    session.expire_all()
    assert session.get(Unit, flat_1.id).price != 5
    shown = admin.get(to).text
    assert "не загружен" in shown and "Сбой на нашей стороне" in shown


def test_the_page_of_rows_goes_on(open_client, monkeypatch):
    monkeypatch.setattr("domain.estate.sheets.listing.ROWS", 2)
    admin = open_client("admin")
    to = brought(admin, book(*({"Код": number, "Цена": 1} for number in range(5000, 5005))))

    first = admin.get(to).text
    after = re.search(r'after=(\d+)"', first)[1]
    assert first.count("<tr data-row") == 2 and 'data-row="4"' in admin.get(f"{to}?after={after}").text


def test_a_past_day_is_taken_out_as_it_was(open_client, river, session, flat_1, database):
    import sqlalchemy as sa  # noqa: PLC0415

    from tests.web.estate.test_past import day  # noqa: PLC0415

    with database.engine.begin() as owner:
        owner.execute(sa.text("update unit_period set since = since - interval '9 days', price = 123"))

    rows = table(open_client("anna").post(f"/estate/{river.id}/exports?as_of={day(1)}").content)

    assert {row["Цена, ₽"] for row in rows} == {123} and len(rows) == 12
    assert len(rows) < exporting.AT_ONCE
