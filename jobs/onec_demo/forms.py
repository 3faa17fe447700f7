"""What a person changes from the pages: prices, statuses, switches, the exchange."""

import re

from jobs.onec_demo import faults, seed, writing
from jobs.onec_demo.configuration import UNITS
from jobs.onec_demo.demo import Demo
from jobs.onec_demo.errors import ODataError
from jobs.onec_demo.exchange import Manner
from jobs.onec_demo.quirks import BY_NAME
from jobs.onec_demo.rendering import back, message
from jobs.onec_demo.wire import Answer, Request


def change_unit(demo: Demo, request: Request, key: str) -> Answer:
    form = request.form
    try:
        price = _money(form.get("price", ""))
        writing.change(demo.base, UNITS, key, {"Цена": price, "СтатусПомещения": form.get("status", "")})
    except ValueError:
        return message(422, "Не записано", "Цена пишется числом: 7 250 000,50.")
    except ODataError as error:
        return message(422, "Не записано", error.message)
    kept = {name: form.get(name, "") for name in ("house", "status_filter", "number", "page")}
    return back(
        "/units",
        house=kept["house"],
        status=kept["status_filter"],
        number=kept["number"],
        page=kept["page"],
        saved=key,
    )


def add_units(demo: Demo, request: Request) -> Answer:
    seed.new_units(demo.base, min(max(whole(request.form.get("count", "3")), 1), seed.MOST_NEW_UNITS))
    return back("/units", status="Свободна")


def send_exchange(demo: Demo, request: Request) -> Answer:
    try:
        manner = Manner.read({**request.form, "zip": request.form.get("zip", "")})
    except ValueError as wrong:
        return message(422, "Не отправлено", str(wrong))
    demo.exchange(manner)
    return back("/exchange")


def switch_quirk(demo: Demo, request: Request) -> Answer:
    name = request.form.get("name", "")
    if name not in BY_NAME:
        return message(404, "Не найдено", "Такой особенности нет.")
    demo.base.quirks.switch(name, request.form.get("on") == "true")
    return back("/switches")


def add_fault(demo: Demo, request: Request) -> Answer:
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
        return message(422, "Не включено", str(unclear))
    return back("/switches")


def clear_faults(demo: Demo, _: Request) -> Answer:
    demo.faults.clear()
    return back("/switches")


def empty_base(demo: Demo, _: Request) -> Answer:
    demo.reset()
    return back("/")


def _money(text: str) -> str:
    plain = re.sub(r"\s", "", text).replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", plain):
        raise ValueError(text)
    return plain


def whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
