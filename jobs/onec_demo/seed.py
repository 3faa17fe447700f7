"""What an empty base is filled with: units from a file or a small set of its own, companies, services."""

import itertools
import json
import uuid
from pathlib import Path
from typing import Any

from jobs.onec_demo import filling, writing
from jobs.onec_demo.base import Base
from jobs.onec_demo.configuration import COMPANIES, COUNTERPARTIES, GOODS, PARTNERS, UNITS
from jobs.onec_demo.errors import BadRequest, Code, ODataError
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import accept

MOST_NEW_UNITS = 200


class Unreadable(Exception):
    """A file of units that can't be taken: the sentence says why."""


def fill(base: Base, units_file: Path | None) -> None:
    with base.store.transaction():
        _fill_if_empty(base, COMPANIES, OWN_COMPANY)
        _fill_if_empty(base, PARTNERS, KNOWN_PARTNERS)
        _fill_if_empty(base, COUNTERPARTIES, KNOWN_COUNTERPARTIES)
        _fill_if_empty(base, GOODS, SERVICES)
        if not base.store.rows(UNITS.name):
            _add_units(base, _read(units_file) if units_file else built_in_units())


def new_units(base: Base, count: int) -> list[Row]:
    """Flats that have just come on sale: a floor above the highest of the last house."""
    if not 1 <= count <= MOST_NEW_UNITS:
        raise ValueError(f"count is from 1 to {MOST_NEW_UNITS}")
    with base.store.transaction():
        rows = base.store.rows(UNITS.name)
        last = max(rows, key=lambda row: (row["ЖК"], row["Дом"], row["Этаж"]))
        taken = {row["НомерПомещения"] for row in rows if row["Дом"] == last["Дом"]}
        free = (str(number) for number in itertools.count(len(taken) + 1) if str(number) not in taken)
        return [_neighbour(base, last, number) for number in itertools.islice(free, count)]


def built_in_units() -> list[dict[str, Any]]:
    """Two houses of five floors, four flats on each."""
    return [_flat(house, floor, place) for house in (1, 2) for floor in range(1, 6) for place in range(1, 5)]


def _neighbour(base: Base, like: Row, number: str) -> Row:
    own = {"НомерПомещения": number, "Description": f"Квартира № {number}", "Этаж": like["Этаж"] + 1}
    return writing.create(
        base, UNITS, like | own | {"Ref_Key": None, "Code": "", "СтатусПомещения": "Свободна"}
    )


def _flat(house: int, floor: int, place: int) -> dict[str, Any]:
    rooms, area = (("1", 38.4), ("2", 56.7), ("3", 78.2), ("1", 41.3))[place - 1]
    number = str((floor - 1) * 4 + place)
    price = round((145_000 + 1_800 * floor + 6_000 * (house - 1)) * area, -3)
    return {
        "Ref_Key": _key(f"unit:{house}:{number}"),
        "Description": f"Квартира № {number}",
        "ЖК": "Сосновый берег",
        "Дом": f"Дом {house}",
        "Подъезд": "1",
        "Этаж": floor,
        "НомерПомещения": number,
        "ВидПомещения": "Квартира",
        "КоличествоКомнат": int(rooms),
        "ОбщаяПлощадь": area,
        "ЖилаяПлощадь": round(area * 0.55, 1),
        "ПлощадьКухни": round(area * 0.22, 1),
        "Отделка": "Предчистовая" if house == 1 else "Без отделки",
        "Цена": price,
        "СтатусПомещения": _status(house, floor, place),
    }


def _status(house: int, floor: int, place: int) -> str:
    turn = (house * 7 + floor * 3 + place) % 11
    return {0: "Продана", 4: "НаДоговоре", 9: "НеВПродаже"}.get(turn, "Свободна")


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as wrong:
        raise Unreadable(f"cannot read units from {path}: {wrong}") from None
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Unreadable(f"{path} must hold a JSON list of rows of Catalog_Помещения")
    return rows


def _add_units(base: Base, rows: list[dict[str, Any]]) -> None:
    for number, row in enumerate(rows, start=1):
        named = {"Description": f"Помещение № {row.get('НомерПомещения', number)}", **row}
        try:
            _add(base, UNITS, named)
        except ODataError as wrong:
            raise Unreadable(f"row {number} of units: {wrong.message}") from None


def _fill_if_empty(base: Base, shape: Shape, rows: list[dict[str, Any]]) -> None:
    if not base.store.rows(shape.name):
        for row in rows:
            _add(base, shape, row)


def _add(base: Base, shape: Shape, body: dict[str, Any]) -> None:
    """Straight into the base, as if it had always been there; codes are counted as for any other row."""
    given = {name: str(value) if _is_text(shape, name) else value for name, value in body.items()}
    key = _own_key(base, shape, given.pop("Ref_Key", None))
    row = filling.fill(shape, filling.blank(shape) | {"Ref_Key": key}, given, strict=False)
    code = row["Code"] or f"{shape.number_prefix}{base.store.next(shape.name):06d}"
    base.store.save(shape.name, row | {"Code": code})


def _own_key(base: Base, shape: Shape, given: Any) -> str:
    if not given:
        return str(uuid.uuid4())
    key = str(accept(given, shape.named("Ref_Key")))
    if base.store.get(shape.name, key):
        raise BadRequest(Code.KEY_EXISTS, f"Ref_Key {key} повторяется.")
    return key


def _is_text(shape: Shape, name: str) -> bool:
    return shape.has(name) and shape.named(name).type == "Edm.String"


def _key(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"onec-demo:{name}"))


def _company(name: str, inn: str, kpp: str, ogrn: str, **more: Any) -> dict[str, Any]:
    kinds = {"ЮридическоеФизическоеЛицо": "ЮридическоеЛицо", "ЮрФизЛицо": "ЮрЛицо"}
    head = {"Ref_Key": _key(f"counterparty:{name}:{kpp}"), "Description": name, "НаименованиеПолное": name}
    return head | kinds | {"ИНН": inn, "КПП": kpp, "РегистрационныйНомер": ogrn, **more}


OWN_COMPANY = [
    {
        "Ref_Key": _key("company"),
        "Description": "Каркас-Девелопмент ООО",
        "Префикс": "КД",
        "НаименованиеПолное": 'ООО "Каркас-Девелопмент"',
        "НаименованиеСокращенное": "Каркас-Девелопмент",
        "ИНН": "7810123451",
        "КПП": "781001001",
        "ОГРН": "1027800123450",
    },
]
KNOWN_PARTNERS = [{"Ref_Key": _key("partner"), "Description": "Розничный покупатель", "Клиент": True}]
# As in a real base: a folder, a sole trader, a branch with another КПП, a double, a row marked for deletion.
KNOWN_COUNTERPARTIES = [
    {"Ref_Key": _key("folder"), "Description": "Покупатели", "IsFolder": True},
    _company("Северный ветер ООО", "7809876549", "780901001", "1157847011222"),
    _company(
        "Северный ветер ООО, филиал в Казани",
        "7809876549",
        "165543001",
        "1157847011222",
        ОбособленноеПодразделение=True,
    ),
    _company("Волга-Монтаж ООО", "1660123459", "166001001", "1091690003349"),
    _company(
        "Волга-Монтаж (повтор)",
        "1660123459",
        "166001001",
        "1091690003349",
        ДополнительнаяИнформация="заведён дважды",
    ),
    _company("Старый клиент ООО", "7841122338", "784101001", "", DeletionMark=True),
    {
        "Ref_Key": _key("trader"),
        "Description": "Прохоров Илья Сергеевич ИП",
        "ИНН": "780234567839",
        "НаименованиеПолное": "Индивидуальный предприниматель Прохоров Илья Сергеевич",
        "РегистрационныйНомер": "319784700011228",
        "ЮридическоеФизическоеЛицо": "ФизическоеЛицо",
        "ЮрФизЛицо": "ИндивидуальныйПредприниматель",
    },
]
SERVICES = [
    {
        "Ref_Key": _key(f"service:{name}"),
        "Description": name,
        "НаименованиеПолное": name,
        "ТипНоменклатуры": kind,
        "СтавкаНДС": "НДС20",
        "Цена": price,
    }
    for name, kind, price in (
        ("Огнезащита металлоконструкций, R90", "Услуга", 1250),
        ("Огнезащита воздуховодов, EI60", "Услуга", 980.5),
        ("Монтаж пожарной сигнализации", "Работа", 640),
        ("Установка окна ПВХ двустворчатого", "Работа", 4300),
        ("Остекление балкона тёплое", "Работа", 18500),
        ("Доводчик дверной противопожарный", "Товар", 3190.4),
    )
]
