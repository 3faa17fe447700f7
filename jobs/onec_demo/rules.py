"""The configuration's own code: what it fills in and checks before it writes or posts (FACTS 0, 1.6, 7.4)."""

from datetime import datetime

from jobs.onec_demo.base import Base
from jobs.onec_demo.configuration import COUNTERPARTIES, RESERVATIONS, UNITS
from jobs.onec_demo.entries import name_of
from jobs.onec_demo.errors import BusinessError
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import EMPTY_DATE, empty

UNDER_CONTRACT = ("НаДоговоре", "Продана")
CLOSED_FOR_SALE = (*UNDER_CONTRACT, "НеВПродаже")


def before_write(base: Base, shape: Shape, row: Row, before: Row | None) -> Row:
    if shape is COUNTERPARTIES and not row["IsFolder"]:
        row = _with_person_kind(base, row)
        _refuse_duplicate_requisites(base, row)
    if shape is RESERVATIONS and not row["Статус"]:
        row = row | {"Статус": "Активна"}
    return _numbered(base, shape, row, before)


def before_posting(base: Base, shape: Shape, row: Row) -> None:
    missing = [name for name in shape.required_to_post if row[name] == empty(shape.named(name))]
    if missing:
        raise BusinessError(f'Не удалось провести: поле "{missing[0].removesuffix("_Key")}" не заполнено.')
    if shape is RESERVATIONS and row["Статус"] == "Активна" and base.quirks["refuse_second_reservation"]:
        _refuse_taken_unit(base, row)


def after_write(base: Base, shape: Shape, row: Row) -> None:
    """A reservation that has come into force or left it tells its unit, when the configuration is made so."""
    if shape is not RESERVATIONS or not base.quirks["posting_books_unit"]:
        return
    unit = base.store.get(UNITS.name, row["Помещение_Key"])
    if unit is None or unit["СтатусПомещения"] not in ("Свободна", "Забронирована"):
        return
    status = "Забронирована" if reserved(base, unit["Ref_Key"]) else "Свободна"
    if unit["СтатусПомещения"] != status:
        base.store.save(UNITS.name, unit | {"СтатусПомещения": status})


def reserved(base: Base, unit_key: str, *, apart_from: str = "") -> Row | None:
    """The reservation in force on a unit now."""
    of_unit = base.store.find(RESERVATIONS.name, "Помещение_Key", unit_key)
    others = (row for row in of_unit if row["Ref_Key"] != apart_from)
    return next((row for row in others if in_force(row, base.now())), None)


def in_force(row: Row, now: datetime) -> bool:
    """Posted, active, not past its end; without an end it stands until it is lifted."""
    ends = row["ДатаОкончания"]
    lasts = ends in (EMPTY_DATE, "") or ends > now.isoformat()
    return bool(row["Posted"] and row["Статус"] == "Активна" and lasts and not row["DeletionMark"])


def _refuse_taken_unit(base: Base, row: Row) -> None:
    unit = base.store.get(UNITS.name, row["Помещение_Key"])
    if unit is None:
        raise BusinessError("Не удалось провести: помещение не найдено.")
    if unit["СтатусПомещения"] in CLOSED_FOR_SALE and not _is_of_its_contract(row, unit):
        raise BusinessError(
            f"Не удалось провести: «{unit['Description']}» не продаётся ({unit['СтатусПомещения']})."
        )
    if other := reserved(base, unit["Ref_Key"], apart_from=row["Ref_Key"]):
        held = name_of(RESERVATIONS.name, other)
        raise BusinessError(
            f"Не удалось провести: помещение «{unit['Description']}» уже забронировано ({held})."
        )


def _is_of_its_contract(row: Row, unit: Row) -> bool:
    """A reservation without an end is what stands behind a contract: it comes to a unit that has one."""
    return unit["СтатусПомещения"] in UNDER_CONTRACT and row["ДатаОкончания"] in (EMPTY_DATE, "")


def _with_person_kind(base: Base, row: Row) -> Row:
    """Nobody said who it is: a legal person it becomes, and twelve digits of ИНН are cut to ten."""
    kind = row["ЮридическоеФизическоеЛицо"]
    if kind or row["ЮрФизЛицо"]:
        return row
    row = row | {"ЮридическоеФизическоеЛицо": "ЮридическоеЛицо", "ЮрФизЛицо": "ЮрЛицо"}
    return row | {"ИНН": row["ИНН"][:10]} if base.quirks["short_inn"] else row


def _refuse_duplicate_requisites(base: Base, row: Row) -> None:
    if not row["ИНН"] or row["DeletionMark"] or not base.quirks["refuse_duplicate_requisites"]:
        return
    for other in base.store.find(COUNTERPARTIES.name, "ИНН", row["ИНН"]):
        if other["КПП"] == row["КПП"] and other["Ref_Key"] != row["Ref_Key"] and not other["DeletionMark"]:
            raise BusinessError(
                f"Контрагент с ИНН {row['ИНН']} и КПП {row['КПП']} уже есть: {other['Description']}."
            )


def _numbered(base: Base, shape: Shape, row: Row, before: Row | None) -> Row:
    """Numbers are given by 1C, with a prefix, and are unique within a type and a year only."""
    if shape.is_document:
        row = row | ({"Date": base.now().isoformat()} if row["Date"] == empty(shape.named("Date")) else {})
    name = "Number" if shape.is_document else "Code"
    if row[name]:
        if before is None or (before[name], before.get("Date")) != (row[name], row.get("Date")):
            _refuse_used_number(base, shape, row, name)
        return row
    counter = f"{shape.name}:{row['Date'][:4]}" if shape.is_document else shape.name
    return row | {name: f"{shape.number_prefix}{base.store.next(counter):06d}"}


def _refuse_used_number(base: Base, shape: Shape, row: Row, name: str) -> None:
    for other in base.store.find(shape.name, name, row[name]):
        same_year = not shape.is_document or other["Date"][:4] == row["Date"][:4]
        if same_year and other["Ref_Key"] != row["Ref_Key"]:
            words = "Номер" if shape.is_document else "Код"
            raise BusinessError(f'Значение "{row[name]}" поля "{words}" не уникально.')
