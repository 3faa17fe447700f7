"""The pages for a person: what arrived, the units, the exchange with the site, the switches."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from jobs.onec_demo import faults, forms, rules
from jobs.onec_demo.commerceml import ENCODINGS, NAMESPACES
from jobs.onec_demo.configuration import (
    COUNTERPARTIES,
    INVOICES,
    RECEIPTS,
    RESERVATIONS,
    SALES,
    UNIT_STATUSES,
    UNITS,
)
from jobs.onec_demo.demo import Demo
from jobs.onec_demo.entries import presentation
from jobs.onec_demo.rendering import message, page, stylesheet
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.wire import Answer, Request

UNITS_ON_PAGE = 60
LATEST = 50
MONEY_DOCUMENTS = (INVOICES, SALES, RECEIPTS)


def answer(demo: Demo, request: Request) -> Answer:
    if request.method == "POST" and request.header("sec-fetch-site") not in ("", "same-origin", "none"):
        return message(403, "Нельзя", "Форма пришла с чужой страницы.")
    if request.path == "/page.css":
        return stylesheet()
    if found := ROUTES.get((request.method, request.path)):
        return found(demo, request)
    unit = re.fullmatch(r"/units/([0-9a-f-]{36})", request.path)
    if unit and request.method == "POST":
        return forms.change_unit(demo, request, unit[1])
    return message(404, "Не найдено", "Такой страницы нет.")


def _watch(demo: Demo, request: Request) -> Answer:
    money = [each | {"вид": shape.title} for shape in MONEY_DOCUMENTS for each in _rows(demo, shape)]
    return page(
        "watch.html",
        demo=demo,
        refresh=request.options.get("refresh") != "0",
        reservations=[_reservation(demo, each) for each in _rows(demo, RESERVATIONS)],
        money=sorted(money, key=lambda row: str(row["Date"]), reverse=True),
        counterparties=[each for each in _rows(demo, COUNTERPARTIES) if not each["IsFolder"]],
        visits=demo.journal.latest(15),
        now=demo.base.now(),
    )


def _units(demo: Demo, request: Request) -> Answer:
    rows = demo.base.store.rows(UNITS.name)
    asked = {name: request.options.get(name, "") for name in ("house", "status", "number")}
    found = [row for row in rows if _wanted(row, asked)]
    pages = max((len(found) + UNITS_ON_PAGE - 1) // UNITS_ON_PAGE, 1)
    current = min(max(forms.whole(request.options.get("page", "1")), 1), pages)
    start = (current - 1) * UNITS_ON_PAGE
    return page(
        "units.html",
        demo=demo, asked=asked, page=current, pages=pages, total=len(found),
        units=found[start : start + UNITS_ON_PAGE],
        houses=list(dict.fromkeys(_house(row) for row in rows)), statuses=UNIT_STATUSES,
        saved=request.options.get("saved", ""), link=_link(asked),
    )  # fmt: skip


def _exchange(demo: Demo, _: Request) -> Answer:
    return page(
        "exchange.html", demo=demo, log=demo.last_exchange, namespaces=NAMESPACES, encodings=ENCODINGS
    )


def _switches(demo: Demo, _: Request) -> Answer:
    return page(
        "switches.html",
        demo=demo,
        quirks=demo.base.quirks.as_table(),
        faults=demo.faults.all(),
        kinds=faults.KINDS,
    )


def _rows(demo: Demo, shape: Shape) -> list[Row]:
    """The latest first: a person watches what arrives."""
    return demo.base.store.rows(shape.name)[::-1][:LATEST]


def _reservation(demo: Demo, row: Row) -> Row:
    unit = demo.base.store.get(UNITS.name, row["Помещение_Key"])
    return row | {
        "помещение": f"{_house(unit)} · {unit['Description']}" if unit else "—",
        "контрагент": presentation(demo.base, COUNTERPARTIES.name, row["Контрагент_Key"]),
        "действует": rules.in_force(row, demo.base.now()),
    }


def _wanted(row: Row, asked: dict[str, str]) -> bool:
    return (
        asked["house"] in ("", _house(row))
        and asked["status"] in ("", row["СтатусПомещения"])
        and asked["number"].strip() in ("", row["НомерПомещения"])
    )


def _house(row: Row) -> str:
    return ", ".join(part for part in (row["ЖК"], row["Дом"]) if part)


def _link(asked: dict[str, str]) -> Callable[..., str]:
    return lambda **changed: "/units?" + urlencode({**asked, **changed})


ROUTES: dict[tuple[str, str], Callable[[Demo, Request], Answer]] = {
    ("GET", "/"): _watch,
    ("GET", "/units"): _units,
    ("POST", "/units"): forms.add_units,
    ("GET", "/exchange"): _exchange,
    ("POST", "/exchange"): forms.send_exchange,
    ("GET", "/switches"): _switches,
    ("POST", "/switches/quirks"): forms.switch_quirk,
    ("POST", "/switches/faults"): forms.add_fault,
    ("POST", "/switches/faults/clear"): forms.clear_faults,
    ("POST", "/switches/reset"): forms.empty_base,
}
