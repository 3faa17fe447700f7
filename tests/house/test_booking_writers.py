"""Whoever writes a booking, or what decides whether a unit may be had, is known and raced (R2)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.writers import WRITERS

HOME = "domain.estate.booking"
KEEPERS = {
    "domain.estate.booking": {"beyond_own_right", "lock_own", "term_end"},
    "domain.estate.claims": {
        "active", "building_of", "claim_of", "demand_right", "free_or_refuse", "holds", "lock", "lock_active",
        "lock_all", "lock_held", "record", "refuse_taken", "tied",
    },
    "domain.estate.contracts.signing": {"contract_of", "contracted"},
    "domain.estate.swapping": {"came_from"},
    "domain.estate.waiting.answering": set(),
    "domain.estate.waiting.joining": {"demand_head"},
    "domain.estate.waiting.lines": {
        "answering_for", "first_of", "get_waiting", "line", "reason_of", "record",
    },
    "domain.estate.waiting.offering": {"answer_until"},
    "domain.estate.prices": set(),
    "domain.estate.pricing.repricing": set(),
    "domain.estate.importing": {"changed", "places_of", "position", "spot_of", "storey_of"},
    "domain.estate.writing": {"among"},
}  # fmt: skip
"""The modules that may write, and their public functions that only read or lock."""
LAWFUL = {
    "domain.demo": "lays out a new base through the verbs of the stock",
    "domain.demo.onec": "change_availability of a new base, alone",
    "domain.demo.lines": "plays the demo through the verbs, alone",
    "domain.demo.terms": "plays the demo through the verbs, alone",
    "domain.demo.trade": "plays the demo through the verbs, alone",
    "domain.exchange.catalogue.goods": "Stock and withdraw, raced as catalogue_of_1c and vanished_from_1c",
    "domain.exchange.catalogue.importing": "gives Stock to the goods",
    "domain.exchange.catalogue.offers": "reprice and withdraw, raced as prices_and_states_from_1c",
    "domain.exchange.catalogue.vanishing": "withdraw, raced as vanished_from_1c",
    "domain.estate.sheets.applying": "Stock, reprice and put_back, raced as workbook and workbook_back",
    "domain.exchange.stock": "reprice and change_availability, raced as prices_and_states_from_1c",
    "web.estate.baskets": "book_all, extend_all and cancel_all",
    "web.estate.contracts": "contract_all, sell and terminate, raced by their names; take_back of deals",
    "web.estate.lines": "join, leave and reorder, raced as join_line, leave_line and reorder_line",
    "web.estate.offers": "accept and decline, raced as accept_offer and decline_offer",
    "web.estate.swaps": "swap of deals, raced as swap",
    "domain.deals.exchanging": "swap, hand_over and take_back, raced as swap, transfer and take_back",
    "web.estate.bookings": "book, extend and cancel",
    "domain.agencies.asking": "deals.book, raced as confirm_for_an_agent",
    "domain.estate.extending": "extend and shorten, raced as ask_and_be_granted and take_an_answer_back",
    "domain.deals.bookings": "book, book_all, join, accept and clear_way, raced by these names",
    "domain.estate.discounts.giving": "refreeze, raced as give_, decide_ and take_a_discount_back",
    "domain.estate.pricing.applying": "write_prices, raced as carry_price_lists",
    "domain.deals.moving": "release_all, raced as refuse_deal",
    "jobs.sweeping": "expire and offer_free, raced as sweep and offer_what_is_free",
}
"""Who may call what writes, and how it is raced."""
CLAIM = {"unit_id", "until", "closed_at", "extensions"}
STATES = {"state"}
OTHER_STATES = {
    "domain.estate.discounts.giving",
    "domain.estate.pricing.lists",
    "domain.estate.pricing.applying",
}
"""Documents and discounts have states of their own."""


@pytest.fixture(scope="module")
def modules(pytestconfig) -> dict[str, ast.Module]:
    root = Path(pytestconfig.rootpath)
    found = {}
    for path in sorted(each for place in ("domain", "jobs", "web") for each in (root / place).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def verbs(modules: dict[str, ast.Module]) -> set[str]:
    """Public functions and classes of the keepers that write."""
    return {
        f"{module}.{node.name}"
        for module, readers in KEEPERS.items()
        for node in modules[module].body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in readers
    } | {"domain.estate.importing.Stock"}


def called(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What is called on what: `estate.book(...)` is ("estate", "book")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            yield (on.id if isinstance(on, ast.Name) else ""), node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id


def test_every_verb_that_writes_a_booking_is_raced(modules):
    raced = {way for writer in WRITERS for way in writer.through}

    assert verbs(modules) <= raced, (
        f"no writer in tests/faults/writers.py goes through {verbs(modules) - raced}"
    )


def test_every_caller_of_such_a_verb_is_known(modules):
    names = {verb.rpartition(".")[2] for verb in verbs(modules)}
    packages = {
        "estate",
        "booking",
        "claims",
        "prices",
        "importing",
        "deals",
        "waiting",
        "contracts",
        "swapping",
        "verbs",
        "",
    }
    callers = {
        module
        for module, tree in modules.items()
        if module not in KEEPERS
        and any(
            name in names and on in packages and (on or _imports(tree, name)) for on, name in called(tree)
        )
    }

    assert callers == set(LAWFUL), f"race these first, or strike them out: {callers ^ set(LAWFUL)}"


def _imports(tree: ast.Module, name: str) -> bool:
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(
        alias.name == name and _leads_to_a_keeper(node.module or "") for node in froms for alias in node.names
    )


def _leads_to_a_keeper(module: str) -> bool:
    return any(f"{keeper}.".startswith(f"{module}.") for keeper in KEEPERS)


def test_no_other_code_makes_a_booking_or_turns_a_unit(modules):
    strangers = {
        f"{module}:{node.lineno}"
        for module, tree in modules.items()
        if module not in KEEPERS and module != "domain.estate.models"
        for node in ast.walk(tree)
        if _makes_a_booking(node) or _sets(node, {"availability"}) or _writes_by_statement(node)
    }

    assert not strangers


def test_no_other_code_of_real_estate_changes_a_claim(modules):
    near = (module for module in modules if module.startswith("domain.estate.") and module not in KEEPERS)

    assert not {
        module
        for module in near
        if any(
            _sets(node, CLAIM if module in OTHER_STATES else CLAIM | STATES)
            for node in ast.walk(modules[module])
        )
    }


def _makes_a_booking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Booking"
    )


def _sets(node: ast.AST, names: set[str]) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    flat = [
        part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
    return isinstance(node, ast.Assign | ast.AugAssign) and any(
        isinstance(part, ast.Attribute) and part.attr in names for part in flat
    )


def _writes_by_statement(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"update", "insert", "delete"}
        and any(isinstance(given, ast.Name) and given.id in {"Booking", "Unit"} for given in node.args)
    )
