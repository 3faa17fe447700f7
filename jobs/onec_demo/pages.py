"""The pages for a person: what arrived, the units, the exchange with the site, the switches."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs.onec_demo import faults, rules, seed, writing
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
from jobs.onec_demo.errors import ODataError
from jobs.onec_demo.quirks import BY_NAME
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.site import Manner
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import EMPTY_DATE
from jobs.onec_demo.wire import Answer, Request

HERE = Path(__file__).parent
HTML = "text/html;charset=utf-8"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)
UNITS_ON_PAGE = 60
LATEST = 50
MONEY_DOCUMENTS = (INVOICES, SALES, RECEIPTS)


def answer(demo: Demo, request: Request) -> Answer:
    if request.method == "POST" and request.header("sec-fetch-site") not in ("", "same-origin", "none"):
        return _page("message.html", 403, title="Нельзя", sentence="Форма пришла с чужой страницы.")
    if request.path == "/page.css":
        return Answer(200, (HERE / "static" / "page.css").read_bytes(), "text/css;charset=utf-8")
    if found := ROUTES.get((request.method, request.path)):
        return found(demo, request)
    unit = re.fullmatch(r"/units/([0-9a-f-]{36})", request.path)
    if unit and request.method == "POST":
        return _change_unit(demo, request, unit[1])
    return _page("message.html", 404, title="Не найдено", sentence="Такой страницы нет.")


def _watch(demo: Demo, request: Request) -> Answer:
    money = [each | {"вид": shape.title} for shape in MONEY_DOCUMENTS for each in _rows(demo, shape)]
    return _page(
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
    page = min(max(_whole(request.options.get("page", "1")), 1), pages)
    start = (page - 1) * UNITS_ON_PAGE
    return _page(
        "units.html",
        demo=demo, asked=asked, page=page, pages=pages, total=len(found),
        units=found[start : start + UNITS_ON_PAGE],
        houses=list(dict.fromkeys(_house(row) for row in rows)), statuses=UNIT_STATUSES,
        saved=request.options.get("saved", ""), here=request.query, link=_link(asked),
    )  # fmt: skip


def _change_unit(demo: Demo, request: Request, key: str) -> Answer:
    form = request.form
    try:
        price = _money(form.get("price", ""))
        writing.change(demo.base, UNITS, key, {"Цена": price, "СтатусПомещения": form.get("status", "")})
    except ValueError:
        return _page("message.html", 422, title="Не записано", sentence="Цена пишется числом: 7 250 000,50.")
    except ODataError as error:
        return _page("message.html", 422, title="Не записано", sentence=error.message)
    kept = {name: form.get(name, "") for name in ("house", "status_filter", "number", "page")}
    return _back(
        "/units",
        house=kept["house"],
        status=kept["status_filter"],
        number=kept["number"],
        page=kept["page"],
        saved=key,
    )


def _new_units(demo: Demo, request: Request) -> Answer:
    seed.new_units(demo.base, min(max(_whole(request.form.get("count", "3")), 1), seed.MOST_NEW_UNITS))
    return _back("/units", status="Свободна")


def _exchange(demo: Demo, _: Request) -> Answer:
    return _page(
        "exchange.html", demo=demo, log=demo.last_exchange, namespaces=NAMESPACES, encodings=ENCODINGS
    )


def _send(demo: Demo, request: Request) -> Answer:
    try:
        manner = Manner.read({**request.form, "zip": request.form.get("zip", "")})
    except ValueError as wrong:
        return _page("message.html", 422, title="Не отправлено", sentence=str(wrong))
    demo.exchange(manner)
    return _back("/exchange")


def _switches(demo: Demo, _: Request) -> Answer:
    return _page(
        "switches.html",
        demo=demo,
        quirks=demo.base.quirks.as_table(),
        faults=demo.faults.all(),
        kinds=faults.KINDS,
    )


def _switch(demo: Demo, request: Request) -> Answer:
    name = request.form.get("name", "")
    if name not in BY_NAME:
        return _page("message.html", 404, title="Не найдено", sentence="Такой особенности нет.")
    demo.base.quirks.switch(name, request.form.get("on") == "true")
    return _back("/switches")


def _add_fault(demo: Demo, request: Request) -> Answer:
    form = request.form
    try:
        demo.faults.add(
            {
                "kind": form.get("kind"),
                "times": int(form.get("times", "1")),
                "methods": form.get("methods", "").split(),
            }
        )
    except (faults.Unclear, ValueError) as unclear:
        return _page("message.html", 422, title="Не включено", sentence=str(unclear))
    return _back("/switches")


def _clear_faults(demo: Demo, _: Request) -> Answer:
    demo.faults.clear()
    return _back("/switches")


def _reset(demo: Demo, _: Request) -> Answer:
    demo.reset()
    return _back("/")


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


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _money(text: str) -> str:
    plain = re.sub(r"\s", "", text).replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", plain):
        raise ValueError(text)
    return plain


def _back(to: str, **options: str) -> Answer:
    query = urlencode({name: value for name, value in options.items() if value})
    return Answer(303, headers=(("Location", f"{to}?{query}" if query else to),))


def _page(template: str, status: int = 200, **context: Any) -> Answer:
    return Answer(status, TEMPLATES.get_template(template).render(context).encode(), HTML, HEADERS)


def _shown_money(value: float) -> str:
    return f"{Decimal(str(value)):,.2f}".replace(",", "\u00a0").replace(".00", "").replace(".", ",")


def _shown_moment(text: str) -> str:
    if text == EMPTY_DATE:
        return "—"
    date, _, time = text.partition("T")
    return f"{'.'.join(reversed(date.split('-')))} {time[:5]}"


def _shown_name(text: str) -> str:
    """«НаДоговоре» → «На договоре»"""
    return re.sub(r"(?<=[а-яё])[А-ЯЁ]", lambda found: f" {found[0].lower()}", text)


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"money": _shown_money, "moment": _shown_moment, "name": _shown_name, "unquote": unquote}

ROUTES: dict[tuple[str, str], Callable[[Demo, Request], Answer]] = {
    ("GET", "/"): _watch,
    ("GET", "/units"): _units,
    ("POST", "/units"): _new_units,
    ("GET", "/exchange"): _exchange,
    ("POST", "/exchange"): _send,
    ("GET", "/switches"): _switches,
    ("POST", "/switches/quirks"): _switch,
    ("POST", "/switches/faults"): _add_fault,
    ("POST", "/switches/faults/clear"): _clear_faults,
    ("POST", "/switches/reset"): _reset,
}
