"""Workbooks of the stock: what is taken out comes back, what comes in is believed with care."""

import io
import time
from datetime import timedelta
from decimal import Decimal

import psutil
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select

from domain import estate, files
from domain.access import User
from domain.estate import Availability, Finish, Unit, UnitKind
from domain.estate.chessboard import Filter
from domain.estate.prices import change_availability, reprice
from domain.estate.sheets import applying, asking, comparing, receiving, working
from domain.estate.sheets.columns import COLUMNS, Field, understood
from domain.estate.sheets.exporting import Wanted, workbook
from domain.estate.sheets.models import ImportStep, Outcome, StockImport, StockImportRow, Verdict
from domain.estate.sheets.reading import read
from domain.estate.sheets.writing import Column, Type, write
from domain.events import Event
from domain.kernel import clock
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import speak
from tests.domain.estate import workbooks
from tests.domain.estate.workbooks import book

NOW = clock.now()


def silent(_passed: int) -> None:
    pass


@pytest.fixture
def brought(session: Session, admin: User):
    """Bring a workbook in and look into it."""

    def bring(content: bytes, name: str = "stock.xlsx") -> StockImport:
        record = receiving.receive(session, name, io.BytesIO(content), by=admin, now=NOW)
        receiving.check(session, record, now=NOW)
        return record

    return bring


def rows(session: Session, record: StockImport) -> list[StockImportRow]:
    found = select(StockImportRow).where(StockImportRow.import_id == record.id).order_by(StockImportRow.row)
    return list(session.exec(found))


def applied(session: Session, record: StockImport, by: User) -> StockImport:
    receiving.ask_to_apply(session, record, by=by)
    working.carry(session, record, now=NOW, told=silent)
    return record


def undone(session: Session, record: StockImport, by: User) -> StockImport:
    receiving.ask_to_undo(session, record, by=by, now=NOW)
    working.carry(session, record, now=NOW, told=silent)
    return record


def taken_out(session: Session, project_id: int) -> bytes:
    session.flush()
    return workbook(session, Wanted(project_id, None, Filter()), now=NOW, told=silent)[0]


def place(**more):
    return {"ЖК": "Речной квартал", "Дом": "Дом 1", "Подъезд": 1, "Этаж": 1, **more}


# -- out --------------------------------------------------------------------------------------------


def test_every_column_has_its_type_and_the_filter_narrows(session, river, building, flat_1, queries):
    with queries(2):
        content, count = workbook(
            session, Wanted(river.id, building.id, Filter(rooms=frozenset({0}))), now=NOW, told=silent
        )

    heads, *lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    first = dict(zip(heads, lines[0], strict=True))
    assert heads == [column.title for column in COLUMNS.values()] and count == len(lines) == 3
    assert (first["Код"], first["Цена, ₽"], first["Номер"]) == (flat_1.id, float(flat_1.price), "1")
    assert (first["Доступность"], first["Статус"], first["Этаж"]) == ("В продаже", "Свободно", 1)


def test_no_cell_of_a_workbook_is_a_formula(session, flat_1, river):
    flat_1.number = "=1+1"
    river.name = "@SUM(A1) [*]:?/\\" + "я" * 40
    content = taken_out(session, river.id)

    names, raw = CalamineWorkbook.from_filelike(io.BytesIO(content)), content
    assert names.get_sheet_by_index(0).to_python()[1][6] == "=1+1"
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")


def test_what_was_asked_for_is_remembered_whole():
    asked = Wanted(
        3,
        7,
        Filter(
            rooms=frozenset({0, 2}),
            price_from=Decimal("1.5"),
            floor_to=-1,
            finish=frozenset({Finish.FINE}),
            status=frozenset({estate.UnitStatus.FREE}),
        ),
        NOW,
    )

    assert asking.recalled(3, asking.remembered(asked)) == asked


def test_memory_does_not_grow_with_the_workbook():
    before = psutil.Process().memory_info().rss
    content = write(
        [Column("a"), Column("b", Type.MONEY)], ((str(n), Decimal(n)) for n in range(40_000)), sheet="x"
    )

    assert len(content) > 100_000 and psutil.Process().memory_info().rss - before < 40 * 1024**2


# -- there and back ---------------------------------------------------------------------------------


def test_what_is_taken_out_and_brought_back_unchanged_changes_nothing(session, river, brought):
    record = brought(taken_out(session, river.id))

    assert (record.step, record.total, record.same, record.remarks) == (ImportStep.CHECKED, 12, 12, [])
    assert rows(session, record) == []


prices = st.none() | st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
areas = st.decimals(Decimal("0.01"), 9999, places=2, allow_nan=False, allow_infinity=False)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20),
    price=prices, area=areas, living=st.none() | areas, finish=st.sampled_from(Finish),
    state=st.sampled_from(Availability), rooms=st.integers(0, 20), kind=st.sampled_from(UnitKind),
)  # fmt: skip
def test_any_unit_comes_back_as_it_was(
    session, river, flat_1, admin, number, price, area, living, finish, state, rooms, kind
):
    flat_1.number, flat_1.price, flat_1.area_total, flat_1.area_living = number, price, area, living
    flat_1.finish, flat_1.availability, flat_1.rooms, flat_1.kind = finish, state, rooms, kind
    content = taken_out(session, river.id)

    reading = read(io.BytesIO(content), "stock.xlsx")
    compared = comparing.compare(session, reading, now=NOW)

    assert compared.found == [] and compared.same == 12


# -- in ---------------------------------------------------------------------------------------------


def test_every_difference_is_shown_field_by_field(session, brought, flat_1):
    record = brought(
        book({"Код": flat_1.id, "Номер": "1А", "Цена": "7 100 000,50 ₽", "Отделка": "черновая", "Этаж": None})
    )

    (row,) = rows(session, record)
    assert (row.verdict, row.row, row.of_unit_id) == (Verdict.CHANGED, 2, flat_1.id)
    assert row.said == {
        "number": ["1", "1А"], "price": [f"{flat_1.price:.2f}", "7100000.50"], "finish": ["fine", "rough"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"Код": 999_999}, "помещения с кодом 999999 нет"),
        ({"Код": "abc"}, "«abc» — не число"),
        ({"Код": 1.5}, "целое число"),
        ({"Код": 1, "Цена, ₽": -5}, "не бывает отрицательной"),
        ({"Код": 1, "Цена, ₽": "дорого"}, "«дорого» — не число"),
        ({"Код": 1, "Цена, ₽": 1e300}, "не число"),
        ({"Код": 1, "Площадь общая, м²": 0}, "площадь больше 0"),
        ({"Код": 1, "Доступность": "Забронировано"}, "«Забронировано» неизвестно; бывает: В продаже"),
        ({"Код": 1, "Вид": "замок"}, "неизвестно"),
        ({"Код": 1, "Комнат": 21}, "от 0 до 20"),
        ({"Код": 1, "Номер": "1" * 21}, "не больше 20 знаков"),
        ({"Код": 1, "Номер": True}, "это не текст"),
        (place(Номер=None), "нет ни кода"),
        (place(Номер="900", Этаж=None), "Этаж"),
        (place(Номер="900"), "новому помещению не хватает: Площадь общая"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence_with_its_row(session, brought, flat_1, row, says):
    filled = {name: flat_1.id if name == "Код" and value == 1 else value for name, value in row.items()}
    record = brought(book(place(Номер="2"), filled))

    (found,) = rows(session, record)
    assert (found.verdict, found.row) == (Verdict.WRONG, 3) and says in found.remark, found.remark


def test_two_rows_about_one_unit_or_one_place_are_told(session, brought, flat_1, flat_2):
    new = {"Площадь общая, м²": 40}
    record = brought(
        book(
            {"Код": flat_1.id, "Цена": 1},
            {"Код": flat_1.id, "Цена": 2},
            place(Номер="2", Цена=5),
            {"Код": flat_2.id, "Цена": 6},
            place(Номер="900", **new),
            place(Номер="900", **new),
        )
    )

    told = [(row.row, row.verdict, row.remark) for row in rows(session, record)]
    assert [verdict for _r, verdict, _w in told] == [
        Verdict.WRONG, Verdict.WRONG, Verdict.CHANGED, Verdict.WRONG, Verdict.ADDED, Verdict.CONFLICT,
    ]  # fmt: skip
    assert "строке 4" in told[3][2] and "строке 6" in told[5][2]


def test_a_place_somebody_stands_at_is_a_conflict_even_for_a_swap(session, brought, flat_1, flat_2):
    record = brought(book({"Код": flat_1.id, "Номер": "2"}, {"Код": flat_2.id, "Номер": "1"}))

    assert {row.verdict for row in rows(session, record)} == {Verdict.CONFLICT}


def test_what_somebody_holds_keeps_its_price_and_state(
    session, brought, flat_1, flat_2, ivanov_deal, anna, admin
):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
    before = flat_1.price
    record = brought(book({"Код": flat_1.id, "Цена": 1, "Комнат": 3}, {"Код": flat_2.id, "Цена": 2}))

    held, free = rows(session, record)
    assert (
        held.verdict is Verdict.CONFLICT
        and "забронировано" in held.remark
        and free.verdict is Verdict.CHANGED
    )
    applied(session, record, admin)
    session.refresh(flat_1)
    assert flat_1.price == before and flat_1.rooms == 0


def test_strange_columns_and_new_places_are_told(session, brought):
    record = brought(
        book(place(Дом="Дом 9", Номер="1", Площадь=30, Балкон="да"), place(ЖК="Новый", Номер="2", Площадь=3))
    )

    assert any("Балкон" in remark for remark in record.remarks)
    assert any("Дом 9" in remark for remark in record.remarks) and any(
        "новый ЖК «Новый»" in r for r in record.remarks
    )


def test_heads_are_known_by_the_words_people_use():
    heads = understood(
        ["id", "Корпус", "СЕКЦИЯ", "№", "Стоимость", "Цена за м², ₽", "Площадь, м2", "Площадь  жилая (м²)"]
    )

    assert set(heads.places) == {
        Field.CODE,
        Field.BUILDING,
        Field.SECTION,
        Field.NUMBER,
        Field.PRICE,
        Field.METRE,
        Field.AREA,
        Field.LIVING,
    }


# -- taken over, and back ---------------------------------------------------------------------------


def test_what_was_shown_is_done_through_the_verbs_by_name(session, brought, flat_1, admin):
    record = brought(book(
        {"Код": flat_1.id, "Цена": 7_000_000, "Доступность": "Продано", "Площадь кухни, м²": 9},
        place(Номер="900", **{"Площадь общая, м²": 40.5, "Цена": 5_000_000, "Доступность": "В продаже"}),
    ))  # fmt: skip
    applied(session, record, admin)

    session.refresh(flat_1)
    added = session.exec(select(Unit).where(Unit.number == "900")).one()
    assert (flat_1.price, flat_1.availability, flat_1.area_kitchen) == (7_000_000, Availability.SOLD, 9)
    assert (added.price, added.area_total, added.availability) == (
        5_000_000,
        Decimal("40.5"),
        Availability.ON_SALE,
    )
    assert record.step is ImportStep.DONE and {row.outcome for row in rows(session, record)} == {
        Outcome.APPLIED
    }
    told = session.exec(select(Event).where(Event.actor_id == admin.id)).all()
    assert {"unit.repriced", "unit.availability_changed", "unit.edited", "unit.added", "stock.imported"} <= {
        e.name for e in told
    }
    with pytest.raises(Refused, match="уже загружен"):
        receiving.ask_to_apply(session, record, by=admin)


def test_a_row_the_stock_has_left_behind_is_told_and_not_overwritten(
    session, brought, flat_1, flat_2, flat_3, ivanov_deal, anna, admin
):
    record = brought(
        book(
            *({"Код": flat.id, "Цена": 1} for flat in (flat_1, flat_2, flat_3)), place(Номер="900", Площадь=9)
        )
    )
    reprice(session, {flat_1.id: Decimal(8_888_888)})
    estate.book(session, flat_2, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
    session.add(Unit(floor_id=flat_1.floor_id, number="900", area_total=Decimal(5)))
    session.flush()

    applied(session, record, admin)

    told = rows(session, record)
    assert [row.outcome for row in told] == [Outcome.STALE, Outcome.STALE, Outcome.APPLIED, Outcome.STALE]
    assert (
        "8\u00a0888\u00a0888" in told[0].remark
        and "удержано" in told[1].remark
        and "стоит другое" in told[3].remark
    )
    session.refresh(flat_1)
    assert flat_1.price == 8_888_888
    assert session.exec(select(Unit).where(Unit.number == "900")).one().area_total == 5


def test_an_import_is_taken_back_whole(session, brought, flat_1, river, admin):
    before = taken_out(session, river.id)
    record = brought(
        book(
            {
                "Код": flat_1.id,
                "Цена": "нет",
                "Доступность": "Продано",
                "Площадь жилая": 20,
                "Номер": "1Б",
                "Этаж": 2,
            },
            place(Номер="900", Площадь=40, Доступность="В продаже"),
        )
    )
    applied(session, record, admin)
    session.refresh(flat_1)
    assert flat_1.price is None and flat_1.floor.number == 2

    undone(session, record, admin)

    assert record.step is ImportStep.UNDONE and {row.outcome for row in rows(session, record)} == {
        Outcome.RETURNED
    }
    added = session.exec(select(Unit).where(Unit.number == "900")).one()
    assert added.availability is Availability.OFF
    session.execute(sa.update(StockImportRow).values(of_unit_id=None))
    session.delete(added)
    assert rows_of(taken_out(session, river.id)) == rows_of(before)


def rows_of(content: bytes):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_what_changed_since_the_import_is_not_taken_back(
    session, brought, flat_1, flat_2, flat_3, ivanov_deal, anna, admin
):
    record = brought(book(*({"Код": flat.id, "Цена": 5} for flat in (flat_1, flat_2, flat_3))))
    applied(session, record, admin)
    reprice(session, {flat_1.id: Decimal(6)})
    estate.book(session, flat_2, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)

    undone(session, record, admin)

    assert [row.outcome for row in rows(session, record)] == [Outcome.KEPT, Outcome.KEPT, Outcome.RETURNED]
    session.refresh(flat_1)
    assert flat_1.price == 6


def test_after_three_days_there_is_no_way_back(session, brought, flat_1, admin):
    record = applied(session, brought(book({"Код": flat_1.id, "Цена": 5})), admin)

    with pytest.raises(Refused, match="срок прошёл"):
        receiving.ask_to_undo(session, record, by=admin, now=NOW + timedelta(days=3, seconds=1))
    assert receiving.may_be_undone(record, now=NOW + timedelta(days=2))


def test_availability_turned_meanwhile_by_1c_is_left_alone(session, brought, flat_1, admin):
    record = brought(book({"Код": flat_1.id, "Комнат": 5}))
    change_availability(session, {flat_1.id: Availability.SOLD})

    applied(session, record, admin)

    session.refresh(flat_1)
    assert (flat_1.rooms, flat_1.availability) == (5, Availability.SOLD)


def test_the_price_of_looking_is_flat(session, brought, river, queries):
    content = taken_out(session, river.id)
    reading = read(io.BytesIO(content), "stock.xlsx")
    with queries(1):
        comparing.compare(session, reading, now=NOW)


# -- what lies --------------------------------------------------------------------------------------


def test_every_hostile_workbook_is_kept_and_refused_in_a_sentence(session, brought):
    speak("ru")
    before, slowest = psutil.Process().memory_info().rss, 0.0
    for name, content in workbooks.hostile():
        began = time.monotonic()
        record = brought(content, name)
        slowest = max(slowest, time.monotonic() - began)

        assert record.step is ImportStep.UNREADABLE, name
        assert len(record.remarks) == 1 and record.remarks[0].count(".") <= 3, record.remarks
        assert files.path_of(record.sha256).read_bytes() == content
    assert session.exec(select(StockImportRow)).all() == []
    assert slowest < 10 and psutil.Process().memory_info().rss - before < 300 * 1024**2


def test_a_lying_dimension_changes_nothing(session, brought, flat_1):
    body = (
        workbooks.HEADS
        + b"<row r='2'><c r='A2'><v>%d</v></c>" % flat_1.id
        + workbooks.cell(b"B2", b"1")
        + b"</row>"
    )
    record = brought(workbooks.with_sheet(workbooks.sheet(body, dimension=b"A1:XFD1048576")))

    assert (record.step, record.same) == (ImportStep.CHECKED, 1)


def test_a_formula_is_its_value_and_a_broken_one_a_mistake(session, brought, flat_1):
    import xlsxwriter  # noqa: PLC0415

    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["Код", "Цена", "Номер"])
    sheet.write_row(1, 0, [flat_1.id])
    sheet.write_formula(1, 1, "=5*1000", None, 5000)
    sheet.write_row(2, 0, ["", "", "=HYPERLINK(1)"])
    made.close()

    priced, wrong = rows(session, brought(target.getvalue()))

    assert priced.said["price"][1] == "5000.00" and wrong.verdict is Verdict.WRONG


def test_a_file_too_large_to_keep_is_refused_at_the_door(session, admin, monkeypatch):
    monkeypatch.setattr(receiving, "LARGEST", 10)
    with pytest.raises(Invalid):
        receiving.receive(session, "a.xlsx", io.BytesIO(b"x" * 11), by=admin, now=NOW)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(max_size=30),
            min_size=16,
            max_size=16,
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_whatever_stands_in_the_cells_is_answered(session, cells):
    """No cell breaks the reading: it is understood or named as a mistake."""
    heads = [column.title for column in COLUMNS.values()]
    content = book(*(dict(zip(heads, row, strict=True)) for row in cells), heads=heads)
    try:
        reading = read(io.BytesIO(content), "stock.xlsx")
    except Refused:
        return
    compared = comparing.compare(session, reading, now=NOW)
    assert len(compared.found) + compared.same == len(reading.rows)


def test_applying_is_all_or_nothing_when_two_units_want_one_place(
    session, brought, flat_1, admin, monkeypatch
):
    record = brought(book({"Код": flat_1.id, "Номер": "2", "Цена": 5}))
    row = StockImportRow(
        import_id=record.id, row=9, of_unit_id=flat_1.id, verdict=Verdict.CHANGED, said={"number": ["1", "2"]}
    )
    session.add(row)
    session.flush()
    monkeypatch.setattr(applying.places, "taken", lambda *_: {})

    receiving.ask_to_apply(session, record, by=admin)
    with pytest.raises(Refused), session.begin_nested():
        working.carry(session, record, now=NOW, told=silent)
    session.refresh(flat_1)
    assert flat_1.number == "1"
