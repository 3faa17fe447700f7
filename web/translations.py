"""The words of the screen: `python -m web.translations compile | check`.

English msgids are in the code and templates; Russian is in `templates/locale/ru/<capability>.po`, one
catalogue a capability. `compile` makes the `.mo` files the site reads; `check` names every msgid that
has no Russian, every fuzzy or conflicting translation, every lost placeholder and every sentence nobody
uses any more.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "templates" / "locale"
PLACES = re.compile(r"%\((\w+)\)[sd]")
SHORTEST_SENTENCE = 8
KEYWORDS = {"_": None, "ngettext": (1, 2)}
SOURCES = {
    "domain": [("**.py", "python")],
    "jobs": [("onec_demo/**.py", "ignore"), ("**.py", "python")],
    "web": [("**.py", "python")],
    "templates": [("**.html", "jinja2")],
}
OPTIONS: dict[str, dict[str, Any]] = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}


@dataclass(frozen=True)
class Used:
    msgid: str | tuple[str, str]
    where: str


def used() -> dict[str | tuple[str, str], Used]:
    """Every msgid in the sources, with the first place it is used at."""
    found: dict[str | tuple[str, str], Used] = {}
    for folder, methods in SOURCES.items():
        for name, line, msgid, _comments, _context in extract_from_dir(
            str(ROOT / folder), methods, OPTIONS, keywords=KEYWORDS
        ):
            key = msgid if isinstance(msgid, str) else (msgid[0], msgid[1])
            found.setdefault(key, Used(key, f"{folder}/{name}:{line}"))
    return found


def catalogues() -> dict[str, Catalog]:
    read = {}
    for path in sorted((LOCALE / "ru").glob("*.po")):
        with path.open("rb") as source:
            read[path.stem] = read_po(source, locale="ru", abort_invalid=True)
    return read


def compile_all() -> int:
    """Write the `.mo` of every catalogue; stale ones of removed catalogues go away."""
    target = LOCALE / "ru" / "LC_MESSAGES"
    target.mkdir(exist_ok=True)
    books = catalogues()
    for path in target.glob("*.mo"):
        if path.stem not in books:
            path.unlink()
    for name, book in books.items():
        with (target / f"{name}.mo").open("wb") as compiled:
            write_mo(compiled, book)
    return len(books)


def problems() -> Iterator[str]:
    wanted = used()
    translated: dict[str | tuple[str, str], tuple[str, Message]] = {}
    for name, book in catalogues().items():
        for message in book:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
            yield from _faults(name, message)
            if key in translated and translated[key][1].string != message.string:
                yield f"{name}.po: “{_first(key)}” is translated differently in {translated[key][0]}.po"
            translated[key] = (name, message)
            if key not in wanted:
                yield f"{name}.po: nobody says “{_first(key)}” any more"
    for key, use in sorted(wanted.items(), key=lambda item: item[1].where):
        if key not in translated:
            yield f"{use.where}: no Russian for “{_first(key)}”"


def _faults(name: str, message: Message) -> Iterator[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    said = _first(message.id)
    if message.fuzzy:
        yield f"{name}.po: “{said}” is fuzzy"
    if not all(forms) or (not isinstance(message.id, str) and len(forms) != 3):
        yield f"{name}.po: “{said}” lacks a form"
    places = set(PLACES.findall(" ".join([message.id] if isinstance(message.id, str) else message.id)))
    for form in filter(None, forms):
        if set(PLACES.findall(form)) != places:
            yield f"{name}.po: “{said}” loses or invents a placeholder"
        if len(said) > SHORTEST_SENTENCE and said.endswith(".") != form.endswith("."):
            yield f"{name}.po: “{said}” ends differently in Russian"


def _first(key: str | Sequence[str]) -> str:
    return key if isinstance(key, str) else key[0]


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        sys.stdout.write(f"{compile_all()} catalogues compiled\n")
        return 0
    if arguments == ["check"]:
        found = list(problems())
        sys.stdout.write("\n".join([*found, "" if found else "Every word has its Russian.\n"]))
        return 1 if found else 0
    sys.stderr.write("usage: python -m web.translations compile | check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
