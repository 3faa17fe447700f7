"""Who may do what: every route by everybody, as the lock file `permissions.lock` says it.

To write it anew after a change that was meant: `RELOCK=1 pytest tests/web/walls/test_permissions.py`.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from domain.access import Permission, Role, User, may
from tests.web.walls.belongings import OWNERS, TOLD_NUMBERS, World
from tests.web.walls.routes import PARAMETER, table
from tests.web.walls.trials import Request
from tests.web.walls.visits import AS_DATA, EVERYTHING, Answer, Persona, Visits, granted

LOCK = Path(__file__).with_name("permissions.lock")
EXPLAINED = """\
# Who may do what, as the site really answers; see docs/proof.md, S2.
#
# A cell is the status of a valid request: about Anna's record, about Maria's (the same region), about
# Timur's (another region, under another head); one word where all three are the same. After the status:
#   o c f v   whose records are in the answer: Anna's, Maria's, Timur's, the engineer Vera's
#   +oc       whom a record may be given to by the answer's form
#   #2        how many are counted
#   >o        whose records were changed
#   !         the answer offers an address this person may not use
#   ~deal     of what the stream of changes tells
# The columns are people: nobody; somebody let go whose browser is still signed in; Anna, Boris (the head
# of Anna and Maria), Vera, Olga, the administrator, the agent Agata, 1C; an engineer given every verb, but
# by role no rows.
# `needs` names the verbs without which a manager who has all verbs would be answered differently.
#
# After a change that was meant, write it anew and read the difference line by line:
#   RELOCK=1 .venv/bin/python -m pytest tests/web/walls/test_permissions.py -k lock
"""

PEOPLE = {
    Role.MANAGER: "anna",
    Role.HEAD: "boris",
    Role.ENGINEER: "vera",
    Role.ACCOUNTANT: "olga",
    Role.ADMIN: "admin",
    Role.AGENT: "agata",
    Role.EXCHANGE: "onec",
}
OPEN = {Permission.PUBLIC, Permission.ONEC_SITE}
COLUMNS = (
    Persona("nobody"),
    Persona("let go", "gone"),
    *(Persona(role.value, PEOPLE[role]) for role in Role),
    Persona("verbs only", "vera", EVERYTHING),
)
ALL = Persona("manager with all verbs", "anna", EVERYTHING)

LINKS = re.compile(r"""\b(href|action|hx-get|hx-post|hx-put|hx-delete|hx-patch)="([^"]+)\"""")
POSTED = re.compile(r"""<form\b[^>]*\bmethod="post"[^>]*>""", re.IGNORECASE)
TOPIC = re.compile(r"^data: (\w\S*)", re.MULTILINE)
WHOLE_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
KIND = re.compile(r"^(\w+)-\d+$")
NUMBER = re.compile(r"(?<!\d)\d{7}(?!\d)")
GIVEN_TO = re.compile(r"""<select[^>]*name="responsible(?:_id)?"[^>]*>(.*?)</select>""", re.DOTALL)
OPTION = re.compile(r"""<option value="(\d+)\"""")
COUNTED = (
    re.compile(r"""id="stage-\d+"[^>]*data-count="(\d+)\""""),
    re.compile(r"""id="approvals-waiting"[^>]*data-count="(\d+)\""""),
    re.compile(r"""id="deals-filters".*?<b>(\d+)</b>""", re.DOTALL),
    re.compile(r"""id="(?:leads|unit-requests|agencies-waiting)"[^>]*data-count="(\d+)\""""),
    re.compile(r"""^<a id="bell".*?class="badge">(\d+)<""", re.DOTALL),
)


@dataclass(frozen=True)
class Seen:
    """What of an answer a permission can change."""

    status: str
    owners: frozenset[str]
    places: frozenset[tuple[str, str]]
    """Canaries, by owner and column."""
    given_to: frozenset[str]
    counted: tuple[int, ...]
    written: frozenset[str]
    offered: frozenset[tuple[str, str]]
    """Routes the answer leads to."""
    too_much: bool
    followed: frozenset[str]
    """Kinds of live topics the stream told of."""

    def __str__(self) -> str:
        return "".join(
            [
                self.status,
                "".join(sorted(self.owners)),
                "+" + "".join(sorted(self.given_to)) if self.given_to else "",
                "".join(f"#{number}" for number in self.counted),
                ">" + "".join(sorted(self.written)) if self.written else "",
                "!" if self.too_much else "",
                "~" + ",".join(sorted(self.followed)) if self.followed else "",
            ]
        )


class Matrix:
    """Sends requests and reads answers."""

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self.world: World = visits.world
        self.owner_of = {
            number: letter
            for what, by_owner in self.world.rows.items()
            if what not in TOLD_NUMBERS
            for letter, number in by_owner.items()
            if number >= 1_000_000
        }
        self.letter_of = {self.world.people[login]: letter for letter, login in OWNERS.items()}
        self.people = {login: User(role=role) for role, login in PEOPLE.items()}
        self.routes = {(route.method, PARAMETER.sub("{}", route.path)): route.permission for route in table()}

    def seen(self, who: Persona, request: Request) -> Seen:
        return self.read(who, request, self.asked(who, request))

    def asked(self, who: Persona, request: Request) -> Answer:
        return self.visits.ask(
            who,
            request.route.method,
            request.address,
            form=request.form,
            upload=request.trial.upload,
            by_password=request.trial.by_password,
            headers={**AS_DATA, **request.trial.headers},
        )

    def read(self, who: Persona, request: Request, answer: Answer) -> Seen:
        text = answer.text
        asked = "" if request.route.path == "/live" else f"{unquote(request.address)} {request.form}"
        places = {found for word, found in self.world.canaries.items() if word in text and word not in asked}
        numbers = {self.owner_of.get(int(word), "") for word in NUMBER.findall(text) if word not in asked}
        offered = self.offered(text)
        return Seen(
            status=status(answer),
            owners=frozenset(letter for letter, _ in places) | numbers - {""},
            places=frozenset(places),
            given_to=frozenset(
                self.letter_of[int(number)]
                for choice in GIVEN_TO.findall(text)
                for number in OPTION.findall(choice)
                if int(number) in self.letter_of
            ),
            counted=tuple(
                sum(map(int, found))
                for pattern in COUNTED
                if (found := pattern.findall(answer.body.decode("utf-8", "replace")))
            ),
            written=frozenset(
                "me" if letter == who.login and letter not in OWNERS else letter for letter in answer.written
            ),
            offered=frozenset(self.offered(text, inside=True)),
            too_much=any(not self.allowed(who, permission) for permission in offered.values()),
            followed=frozenset(
                "me" if topic == f"user-{self.world.people.get(who.login)}" else KIND.sub(r"\1", topic)
                for topic in TOPIC.findall(text)
            ),
        )

    def allowed(self, who: Persona, permission: Permission) -> bool:
        """Nobody is led to the sign-in page, and 1C has no screens: what is offered to them is no promise."""
        person = self.people.get(who.login)
        with granted(who.grants):
            return not may(person, Permission.SIGNED_IN) or permission in OPEN or may(person, permission)

    def offered(self, text: str, *, inside: bool = False) -> dict[tuple[str, str], Permission]:
        """Routes the page leads to: by links, forms, and what htmx asks for."""
        body = text.partition("\n\n")[2]
        body = body.partition("<main")[2].partition("</main>")[0] or body if inside else body
        posted = {form.group(0) for form in POSTED.finditer(body)}
        posts = {found[1] for form in posted for found in LINKS.findall(form) if found[0] == "action"}
        wanted = set()
        for attribute, address in LINKS.findall(body):
            is_post = attribute == "action" and address in posts
            method = attribute.removeprefix("hx-").upper() if attribute.startswith("hx-") else "GET"
            path = WHOLE_NUMBER.sub("{}", address.partition("?")[0].partition("#")[0])
            wanted.add(("POST" if is_post else method, path))
        return {known: self.routes[known] for known in wanted & self.routes.keys()}

    def needed(self, request: Request) -> list[Permission]:
        """Verbs that make a difference to somebody who has all of them."""
        full, asked = self._asked_for(request)
        without = {
            verb: self.seen(Persona("", ALL.login, EVERYTHING - {verb}), request) for verb in sorted(asked)
        }
        return [verb for verb, seen in without.items() if replace(seen, too_much=full.too_much) != full]

    def _asked_for(self, request: Request) -> tuple[Seen, set[Permission]]:
        noted = Noted(EVERYTHING)
        who = Persona("", ALL.login, noted)
        answer = self.asked(who, request)
        asked = noted.asked & EVERYTHING
        return self.read(who, request, answer), asked


class Noted(frozenset[Permission]):
    """Grants that remember what was looked for, but for the sections every page has."""

    asked: set[Permission]

    def __new__(cls, grants: Iterable[Permission]) -> Self:
        made = super().__new__(cls, grants)
        made.asked = set()
        return made

    def __contains__(self, verb: object) -> bool:
        frame: Any = sys._getframe(1)
        while frame and frame.f_globals["__name__"] in {
            __name__,
            "domain.access.policy",
            "tests.web.walls.mutants",
        }:
            frame = frame.f_back
        if frame and frame.f_globals["__name__"] != "web.navigation" and isinstance(verb, Permission):
            self.asked.add(verb)
        return super().__contains__(verb)


def status(answer: Answer) -> str:
    """The number; what 1C is told is always 200, so its first word is added."""
    first = answer.body.partition(b"\n")[0]
    return f"{answer.status}{'-failure' if first == b'failure' else ''}"


def lines(
    made: list[Request], cells: Mapping[tuple[str, int], Seen], needs: Mapping[int, list[Permission]]
) -> list[str]:
    """The lock file's body. `cells` by persona and the place of the request among those made."""
    grouped: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, request in enumerate(made):
        grouped[request.key].append(place)
    rows = [["route", "asks for", *(who.name for who in COLUMNS), "needs"]]
    for (route, label), places in grouped.items():
        method, _, path = route.replace(":int", "").partition(" ")
        row = [f"{path} {method}" + (f" ({label})" if label else ""), made[places[0]].route.permission.value]
        for who in COLUMNS:
            words = [str(cells[who.name, place]) for place in places]
            row.append(words[0] if len(set(words)) == 1 else " ".join(words))
        row.append(", ".join(needs.get(places[0], [])) or "-")
        rows.append(row)
    return aligned([rows[0], *sorted(rows[1:])])


def aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def difference(found: str) -> str:
    """Against the lock file, in the words of diff; empty when all is as it was."""
    known = LOCK.read_text("utf-8") if LOCK.exists() else ""
    return "\n".join(
        unified_diff(known.splitlines(), found.splitlines(), "permissions.lock", "now", n=0, lineterm="")
    )
