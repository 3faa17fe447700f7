"""Taking guards out of the product, one at a time, while it runs.

Every call that asks who someone is is found in the source, and rewritten to ask here first: in peace it
does what it did; one chosen call behaves as if nobody had written it. The functions keep their identity,
only their code is exchanged, and the old code comes back at the end.
"""

import ast
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

import domain
import web
from domain.kernel.db import kept

SCOPES = {"rows_of", "may", "may_act_for", "is_exchange"}
"""Answers a condition or yes and no; without it everything is true."""
DEMANDS = {"_demand_right", "_demand_own", "demand_right", "demand_own"}
"""Raises or lets pass; without it everyone passes."""
DOORS = {
    "get_visible",
    "titles_of",
    "get_person",
    "get_company",
    "get_booking",
    "get_waiting",
    "get_task",
    "get_lead",
    "get_attachment",
    "get_selection",
    "get_choice",
    "get_discount",
    "get_offer",
    "get_link",
    "colleagues",
    "seen_by",
}
"""Finds records through the person; without it the guards inside do not hold."""
PEOPLE = {"user", "by"}
"""A comparison with the person's own number is a guard as well; in kept statements it is VIEWER."""
OWN = {"deal", "offer", "selection"}
"""In a door, which finds what belongs to a record, so is the record's number."""
EXEMPT = {
    ("domain.estate.booking", "by.id == booking.booked_by_id"): "how often one extends: a rule of bookings",
    (
        "domain.approvals.deciding",
        "may_act_for(session, by, approval.asked_by_id)",
    ): "the request was found through the person; the test of the domain asks a stranger",
    (
        "domain.approvals.deciding",
        "may(by, kind.permission)",
    ): "the only kind there is asks what the route asks",
    (
        "domain.approvals.deciding",
        "may(user, kind.permission)",
    ): "offers a button; who may not decide sees only what is their own",
    ("domain.approvals.reading", "may(user, kind.permission)"): "a number in the menu of those who decide",
    (
        "domain.approvals.reading",
        "rows_of(viewer, col(Approval.asked_by_id))",
    ): "the number in the menu; the test of the domain counts for another head",
    ("domain.estate.extending", "booking.booked_by_id != by.id"): "how far one extends: a rule of bookings",
    (
        "domain.estate.booking",
        "demand_right(session, booking, by=by) #2",
    ): "only who granted it comes here, see `approvals.reopen`",
    ("domain.notices.inbox", "may(user, Permission.APPROVALS_SEE)"): "only heads are asked",
    (
        "domain.estate.terms.allowances",
        "col(Booking.booked_by_id) == by.id",
    ): "how many one holds is counted, not seen: tests/domain/estate/test_allowances.py",
    ("web.approvals.decisions", "chosen.asked_by_id == user.id"): "offers a button; the verb asks again",
    ("web.estate.register", "colleagues(session, user)"): "names in a filter; the rows have their own guard",
    (
        "domain.notices.around",
        "may(user, Permission.APPROVALS_DECIDE)",
    ): "saves a question to who decides nothing",
    (
        "domain.approvals.reading",
        "col(Approval.asked_by_id) != viewer.id",
    ): "one's own question is not counted; nobody answers himself anyway",
    (
        "domain.estate.contracts.signing",
        "may(by, Permission.ESTATE_CONTRACT)",
    ): "every route to it asks for it",
    (
        "domain.notices.around",
        "may(user, Permission.EXCHANGE_SEE)",
    ): "saves a question; the section has its own guard",
    (
        "domain.notices.inbox",
        "may(user, Permission.EXCHANGE_SEE)",
    ): "only keepers of the exchange are notified",
    (
        "domain.notices.inbox",
        "may(user, Permission.LEADS_SEE)",
    ): "only who may take requests is notified",
    ("web.agencies.agencies", "colleagues(session, user)"): "names in a form; the agency has its own guard",
    (
        "web.estate.queue",
        "may_act_for(session, user, claim.booked_by_id)",
    ): "a button; the contract's own address asks again",
    (
        "domain.agencies.asking",
        "rows_of(by, col(deals.Deal.responsible_id))",
    ): "which deal a booking joins, not what is seen: tests/domain/agencies/test_asking.py",
    (
        "web.estate.invariants",
        "may(user, Permission.DEALS_SEE)",
    ): "who audits without it, the administrator, has no rows of deals either",
    (
        "domain.leads.working",
        "rows_of(by, col(Lead.responsible_id))",
    ): "looks again after the lock, for a request that somebody took meanwhile; the door is get_lead",
    (
        "domain.leads.working",
        "rows_of(by, col(Person.responsible_id))",
    ): "to whom a request of a known client goes, not what is seen: tests/domain/leads/test_working.py",
    ("domain.leads.working", "may(one, Permission.LEADS_SEE)"): "of the heir, not of who asks",
    ("domain.leads.receiving", "may(owner, Permission.LEADS_SEE)"): "of the client's manager; nobody asks",
    (
        "domain.parties.register",
        "rows_of(user, told.c.responsible_id)",
    ): "the statement around it filters",
    (
        "domain.search.searching",
        "rows_of(Viewer(role), told.c.responsible_id)",
    ): "asked only behind thousands of clients of one name: tests/domain/search/test_searching.py",
    **dict.fromkeys(
        (
            ("domain.estate.selecting.favourites", f"col(Favourite.user_id) == {who}")
            for who in ("by.id", "by.id #2", "VIEWER", "user.id", "user.id #2")
        ),
        "a star shows the numbers of units, which are everyone's: see test_selections",
    ),
    ("domain.estate.showing.presence", "who != user.id"): "names of colleagues: see test_presence",
    ("domain.estate.showing.presence", "who == user.id"): "whether one's own button is pressed: the same",
    (
        "domain.estate.showing.presence",
        "col(Showing.user_id) != user.id",
    ): "one's own mark on the board: the same",
    **dict.fromkeys(
        (
            ("domain.estate.showing.presence", f"col(Showing.user_id) == by.id{of}")
            for of in ("", " #2", " #3")
        ),
        "what is forgotten leaves no row to be seen here: see test_presence",
    ),
    ("web.estate.panel", "booking.booked_by_id == user.id"): "offers buttons; the verbs ask again",
    ("web.estate.panel", "may_act_for(session, user, booking.booked_by_id)"): "the same",
    ("web.estate.selected", "owner.id == user.id"): "the same",
    (
        "web.estate.selecting",
        "may(user, Permission.DEALS_SEE) #2",
    ): "offers a field; what is typed is asked again",
}
"""What guards nothing by itself, with the reason; `#2` is the second of the same words in a module."""
HOOK = "__guard__"


@dataclass(frozen=True)
class Guard:
    module: str
    line: int
    text: str
    kind: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.text}"


class Watch:
    """Which guards were asked, and which one is taken out."""

    def __init__(self) -> None:
        self.guards: list[Guard] = []
        self.asked: set[int] = set()
        self.out: int | None = None
        self.inside = 0
        """How deep we are inside a door that was taken out."""

    def __call__(self, number: int, ask: Callable[[], Any]) -> Any:
        self.asked.add(number)
        guard = self.guards[number]
        if number != self.out and not (self.inside and guard.kind != "door"):
            return ask()
        if guard.kind == "demand":
            return None
        if guard.kind == "door":
            return self._open(ask)
        return yes(ask()) if guard.kind == "scope" else False

    def _open(self, ask: Callable[[], Any]) -> Any:
        self.inside += 1
        try:
            return ask()
        finally:
            self.inside -= 1


def yes(answer: Any) -> Any:
    return sa.true() if isinstance(answer, ColumnElement) else True


class Rewriting(ast.NodeTransformer):
    """Puts every guard of a module behind the hook."""

    def __init__(self, module: str, guards: list[Guard]) -> None:
        self.module = module
        self.guards = guards
        self.people = PEOPLE

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.people = PEOPLE | OWN if node.name in DOORS else PEOPLE
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        kinds = {
            **dict.fromkeys(SCOPES, "scope"),
            **dict.fromkeys(DEMANDS, "demand"),
            **dict.fromkeys(DOORS, "door"),
        }
        return self._behind(node, kinds[called]) if called in kinds else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        if len(node.ops) != 1 or not any(map(self._is_theirs, sides)):
            return node
        kinds: dict[type[ast.cmpop], str] = {ast.Eq: "scope", ast.NotEq: "difference"}
        kind = kinds.get(type(node.ops[0]))
        return self._behind(node, kind) if kind else node

    def _is_theirs(self, node: ast.expr) -> bool:
        number = isinstance(node, ast.Attribute) and node.attr == "id" and node.value
        named = isinstance(number, ast.Name) and number.id in self.people
        return named or (isinstance(node, ast.Name) and node.id == "VIEWER")

    def _behind(self, node: ast.expr, kind: str) -> ast.expr:
        plain = ast.unparse(Without().visit(ast.parse(ast.unparse(node), mode="eval")))
        again = sum(guard.module == self.module and guard.text == plain for guard in self.guards)
        if (self.module, f"{plain} #{again + 1}" if again else plain) in EXEMPT:
            return node
        self.guards.append(Guard(self.module, node.lineno, plain, kind))
        ask = ast.Lambda(ast.arguments([], [], None, [], [], None, []), node)
        hook = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(len(self.guards) - 1), ask], [])
        return ast.fix_missing_locations(ast.copy_location(hook, node))


class Without(ast.NodeTransformer):
    """The source as people wrote it."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == HOOK and isinstance(node.args[1], ast.Lambda):
            return node.args[1].body
        return node


@contextmanager
def watching() -> Iterator[Watch]:
    """Every guard of the product behind a hook; statements are built anew, kept ones would know of none."""
    watch, before, keeps = Watch(), [], kept.__call__
    kept.__call__ = lambda one, *args, **kwargs: one.build(*args, **kwargs)  # type: ignore[method-assign]
    for module in modules():
        source = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        found = len(watch.guards)
        rewritten = Rewriting(module.__name__, watch.guards).visit(source)
        if len(watch.guards) == found:
            continue
        module.__dict__[HOOK] = watch
        codes = dict(codes_of(compile(ast.fix_missing_locations(rewritten), str(module.__file__), "exec")))
        for function in functions_of(module):
            if code := codes.get(function.__qualname__):
                before.append((function, function.__code__))
                function.__code__ = code
    try:
        yield watch
    finally:
        kept.__call__ = keeps  # type: ignore[method-assign]
        for function, code in before:
            function.__code__ = code


def modules() -> Iterator[ModuleType]:
    for package in (domain, web):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".demo" not in found.name and ".migrations" not in found.name and ".run" not in found.name:
                yield importlib.import_module(found.name)


def codes_of(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner.co_qualname, inner
            if "<locals>" not in inner.co_qualname:
                yield from codes_of(inner)


def functions_of(module: ModuleType) -> Iterator[FunctionType]:
    for thing in list(vars(module).values()):
        if isinstance(thing, FunctionType) and thing.__module__ == module.__name__:
            yield thing
        elif getattr(thing, "__module__", "") != module.__name__ and not hasattr(thing, "fn"):
            continue
        elif isinstance(thing, type):
            for inner in vars(thing).values():
                yield from wrapped(inner)
        else:
            yield from wrapped(thing)


def wrapped(thing: Any) -> Iterator[FunctionType]:
    """The plain function under a property, a route handler, a kept statement, or itself."""
    found = thing
    for under in ("fget", "fn", "build"):
        found = getattr(thing, under, None) or found
    if isinstance(found, FunctionType):
        yield found
