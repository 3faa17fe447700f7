"""Everything one person's browser could ask for, asked: links, forms, regions, pickers, and ids of others."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from lxml import html

from tests.web.walls.belongings import OWNERS, TOLD_NUMBERS, World
from tests.web.walls.matrix import NUMBER
from tests.web.walls.routes import Route, table
from tests.web.walls.trials import PARAMETERS, requests
from tests.web.walls.visits import HTMX, Answer, Persona, Visits

SHAPES = ({}, HTMX, {"accept": "application/json"})
PREFIXES = ("zqz", "zqzc", "zqzf", "zqzv", "zqzx")
SECRETS = ("$argon2",)
"""What nobody may read, whosever it is."""
HERE = "http://site"


@dataclass
class Leak:
    canary: str
    of: str
    column: str
    where: str

    def __str__(self) -> str:
        return f"{self.column} of {OWNERS.get(self.of, self.of)} in {self.where}"


@dataclass
class Crawl:
    """In full every shape of every answer and every phone is asked for; else one shape and one phone each.

    `variants` bounds how many addresses of one path are followed that differ in their queries alone.
    """

    visits: Visits
    who: Persona
    owner: str
    variants: int
    whole: bool = False
    leaks: list[Leak] = field(default_factory=list)
    asked: int = 0
    bytes: int = 0
    done: set[tuple[str, str]] = field(default_factory=set)
    of_a_path: Counter[str] = field(default_factory=Counter)

    @property
    def world(self) -> World:
        return self.visits.world

    def everything(self) -> None:
        """From the doorstep by links; then every address and every form with the ids of others."""
        self.follow("/")
        for address in self.by_hand():
            self.follow(address)
        for request in requests(self.world, table()):
            for shape in SHAPES if self.whole else SHAPES[1:2]:
                self.look(request.route.method, request.address, self.visits.ask(
                    self.who, request.route.method, request.address,
                    form=request.form, headers={**shape, **request.trial.headers},
                    upload=request.trial.upload,
                ), str(request.form))  # fmt: skip

    def by_hand(self) -> Iterator[str]:
        """What scripts ask for and what a curious person types."""
        phones = [self.world.text(f"{what}.phone", one) for what in ("person", "company") for one in "cfv"]
        words = (
            [*PREFIXES, *phones, *(phone[-7:] for phone in phones)] if self.whole else ["zqz", *phones[:2]]
        )
        for word in words:
            for place in ("/search?q=", "/search?palette=1&q=", "/deals/options?q=", "/people?q=",
                          "/companies?q=", "/deals?q=", "/deals?view=list&q=", "/deals/similar?client=",
                          "/deals/similar?phone="):  # fmt: skip
                yield place + urlencode({"": word})[1:]
        for user in self.world.people.values():
            yield f"/deals?responsible={user}"
        for route in table():
            if route.safe and not route.streams and route.path != "/live":
                yield from self.with_foreign_ids(route)

    def with_foreign_ids(self, route: Route) -> Iterator[str]:
        for letter in ("o", "c", "f", "v") if self.whole else ("o", "f"):
            yield route.at(**{name: self.world.id(PARAMETERS[name], letter) for name in route.parameters})

    def follow(self, address: str) -> None:
        waiting = [address]
        while waiting:
            now = waiting.pop()
            for shape in SHAPES[: 2 if self.whole else 1]:
                if (told := (now, str(shape))) in self.done:
                    continue
                self.done.add(told)
                answer = self.visits.ask(self.who, "GET", now, headers=shape)
                self.look("GET", now, answer)
                waiting += [found for found in addresses(now, answer) if self.is_worth(found)]

    def is_worth(self, address: str) -> bool:
        path = urlsplit(address).path
        if (address, "{}") in self.done or path.startswith(("/static/", "/live")):
            return False
        if "?" not in address:
            return True
        self.of_a_path[path] += 1
        return self.of_a_path[path] <= self.variants

    def look(self, method: str, address: str, answer: Answer, sent: str = "") -> None:
        self.asked += 1
        self.bytes += len(answer.body)
        text = answer.text
        asked = f"{address} {unquote(address)} {sent}"
        for canary, (letter, column) in self.world.canaries.items():
            if letter != self.owner and canary in text and canary not in asked:
                self.leaks.append(Leak(canary, letter, column, f"{method} {address} {answer.status}"))
        for secret in SECRETS:
            if secret in text:
                self.leaks.append(Leak(secret, "", "secret", f"{method} {address}"))
        for number in set(NUMBER.findall(text)):
            letter = self.owners.get(int(number), self.owner)
            if letter != self.owner and number not in asked:
                self.leaks.append(Leak(number, letter, "id", f"{method} {address} {answer.status}"))

    @cached_property
    def owners(self) -> dict[int, str]:
        return {
            number: letter
            for what, by_owner in self.world.rows.items()
            if what not in TOLD_NUMBERS
            for letter, number in by_owner.items()
            if number >= 1_000_000
        }


def addresses(here: str, answer: Answer) -> set[str]:
    """Where the answer leads to by GET, including its forms as they stand."""
    found = {answer.header("location"), answer.header("hx-redirect")}
    if answer.body and "html" in answer.header("content-type"):
        page = html.fromstring(b"<div>" + answer.body + b"</div>")
        found |= {
            value
            for name in ("href", "hx-get", "data-href", "data-src")
            for value in page.xpath(f"//@{name}")
        }
        for form in page.xpath("//form[not(@method) or @method='get']"):
            filled = [(one.get("name"), one.get("value") or "") for one in form.xpath(".//input[@name]")]
            found.add(f"{form.get('action') or here}?{urlencode(filled)}")
    whole = {urljoin(HERE + here, address) for address in found if address}
    return {
        re.sub("#.*", "", address.removeprefix(HERE)) for address in whole if address.startswith(f"{HERE}/")
    }
