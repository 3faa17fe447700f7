"""Templates of the pages and what every page answers with."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs.onec_demo.values import EMPTY_DATE
from jobs.onec_demo.wire import Answer
from jobs.onec_demo.words import words

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


def page(template: str, status: int = 200, **context: Any) -> Answer:
    return Answer(status, TEMPLATES.get_template(template).render(context).encode(), HTML, HEADERS)


def message(status: int, title: str, sentence: str) -> Answer:
    return page("message.html", status, title=title, sentence=sentence)


def back(to: str, **options: str) -> Answer:
    query = urlencode({name: value for name, value in options.items() if value})
    return Answer(303, headers=(("Location", f"{to}?{query}" if query else to),))


def stylesheet() -> Answer:
    return Answer(200, (HERE / "static" / "page.css").read_bytes(), "text/css;charset=utf-8")


def _money(value: float) -> str:
    return f"{Decimal(str(value)):,.2f}".replace(",", "\u00a0").replace(".00", "").replace(".", ",")


def _moment(text: str) -> str:
    if text == EMPTY_DATE:
        return "—"
    date, _, time = text.partition("T")
    return f"{'.'.join(reversed(date.split('-')))} {time[:5]}"


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"money": _money, "moment": _moment, "name": words, "unquote": unquote}
