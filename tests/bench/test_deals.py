"""What the deeds of a day cost in a company with ten thousand deals in work, and with years of archive.

CPU of the web process and of PostgreSQL. The floor of a deed, measured in the same run, is what it reads,
read by the driver alone, and a handler that does nothing. Whole: 10,000 deals in work with as many clients;
then a million clients; then their archive grows from none to 990,000 deals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from domain.demo.load import Filled, Load
from tests.bench.company import COLUMNS, Company, company
from tests.bench.site import YARDSTICK
from tests.fixtures import in_use

IN_WORK = (300, 10_000)
GROWN = (3_000, 990_000)
"""Clients, and then deals of theirs, that come on top."""
UNITS = (600, 20_000)
ROUNDS = (4, 40)

PEER = {"print": 282, "move": 170, "card": 133, "search by name": 61, "create": 149}
"""Milliseconds of CPU a request of a leading self-hosted CRM took on 10,000 deals: web server and database,
measured apart from this run; print is its board of 640 cards."""
FASTER = 20
TURNS = 16
"""Of a constant there is no second measure in the same hour, so ours is looked for longer than a floor is."""
QUIET_HOUR = (2.5, 1.3)
"""Milliseconds of the yardstick, of the web process and of PostgreSQL, while a shared machine is quiet. The
peer was measured on one like it; in an hour when the same work takes longer, ours is taken at that pace."""


@dataclass
class Grown:
    company: Company
    few_clients: dict[str, float]
    """What its deeds cost before all that, and before the archive."""
    no_archive: dict[str, float]
    filled: Filled


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.option.bench)


@pytest.fixture(scope="module")
def busy(whole, databases, template, tmp_path_factory) -> Iterator[Company]:
    """Ten thousand deals in work, no archive."""
    wanted = Load(deals=IN_WORK[whole], units=UNITS[whole], people=IN_WORK[whole])
    folder = tmp_path_factory.mktemp("company")
    with (
        databases.new(template) as url,
        in_use(url) as database,
        company(database, folder, wanted=wanted, in_work=IN_WORK[whole]) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def grown(whole, busy: Company) -> Grown:
    """The same company years later."""
    costs = partial(busy.process.costs, busy.deeds(), rounds=ROUNDS[whole])
    few_clients = costs()
    clients = busy.grow(more=Load(people=GROWN[whole]))
    no_archive = costs()
    archive = busy.grow(more=Load(deals=GROWN[whole], known=GROWN[whole]))
    filled = Filled(clients.rows + archive.rows, clients.seconds + archive.seconds)
    return Grown(busy, few_clients, no_archive, filled)


def measured_against_the_floor(gate, made: Company, name: str, most: float) -> None:
    rounds = ROUNDS[gate.whole]
    read = made.reads()[name]
    floor, cost = made.floor(read, rounds=rounds), made.cost(made.deeds()[name], rounds=rounds)
    gate.report(
        f"{name}: {cost:.1f} ms = {cost / floor:.1f} x the floor of {floor:.1f} ms, "
        f"{len(made.sent_by(read))} reads",
        ok=cost <= most * floor,
        ratio=cost / floor,
        milliseconds=cost,
    )


@pytest.mark.gate("B2")
def test_the_board_of_ten_thousand_deals(gate, busy: Company):
    page = busy.boris.get("/deals").text
    assert page.count('<section class="col"') == COLUMNS
    cards = page.count('<article class="kc"')

    measured_against_the_floor(gate, busy, "board", 8)
    gate.report(f"{cards} cards, {busy.weight('/deals')}")


@pytest.mark.gate("B3")
def test_moving_a_card(gate, busy: Company):
    measured_against_the_floor(gate, busy, "move", 6)


@pytest.mark.gate("B4")
def test_the_card_of_a_deal(gate, busy: Company):
    measured_against_the_floor(gate, busy, "card", 8)
    gate.report(busy.weight(f"/deals/{busy.deal}"))


@pytest.mark.gate("B11")
def test_beside_a_leading_peer(gate, busy: Company):
    deeds = {name: busy.deeds()[name] for name in PEER}
    deeds["yardstick"] = lambda: busy.boris.get(YARDSTICK)
    parts = busy.process.parts(deeds, rounds=ROUNDS[gate.whole] * 4, batches=TURNS)
    yardstick = parts.pop("yardstick")
    web, base = (max(part / quiet, 1) for part, quiet in zip(yardstick, QUIET_HOUR, strict=True))
    cheaper = {name: PEER[name] / sum(cost) for name, cost in parts.items()}
    at_pace = {name: PEER[name] / (cost[0] / web + cost[1] / base) for name, cost in parts.items()}
    told = ", ".join(
        f"{name} {sum(cost):.1f} ms against {PEER[name]} = {cheaper[name]:.1f} x cheaper"
        for name, cost in parts.items()
    )
    quiet = ", ".join(f"{name} {times:.1f} x" for name, times in at_pace.items())
    gate.report(
        f"{IN_WORK[gate.whole]} deals; {busy.printed} cards printed: {told}; by the yardstick, "
        f"{yardstick[0]:.1f} and {yardstick[1]:.1f} ms, Python takes {web:.2f} and PostgreSQL {base:.2f} "
        f"of a quiet hour, in which it is {quiet}",
        ok=all(times >= FASTER for times in at_pace.values()),
        **{name.replace(" ", "_"): times for name, times in cheaper.items()},
        **{f"{name.replace(' ', '_')}_at_pace": times for name, times in at_pace.items()},
    )


@pytest.mark.gate("B10")
def test_the_demo_world_is_made_quickly(gate, grown: Grown):
    speed = grown.filled.rows / grown.filled.seconds
    gate.report(str(grown.filled), ok=speed >= 20_000, rows_a_second=speed)


@pytest.mark.gate("B5")
@pytest.mark.parametrize("way", ["phone", "name"])
def test_search_among_a_million_clients(gate, grown: Grown, way):
    measured_against_the_floor(gate, grown.company, f"search by {way}", 6)


@pytest.mark.gate("B6")
def test_the_archive_costs_nothing(gate, grown: Grown):
    deeds = grown.company.deeds()
    after = grown.company.process.costs(deeds, rounds=ROUNDS[gate.whole])
    growth = {name: after[name] / cost for name, cost in grown.no_archive.items()}
    told = ", ".join(
        f"{name} {cost:.1f} → {after[name]:.1f} ms = {growth[name]:.2f} x"
        for name, cost in grown.no_archive.items()
    )
    gate.report(
        f"{IN_WORK[gate.whole]} deals and {GROWN[gate.whole]} closed ones more: {told}",
        ok=max(growth.values()) <= 1.3,
        **{name.replace(" ", "_"): value for name, value in growth.items()},
    )
    with_clients = {name: grown.no_archive[name] / cost for name, cost in grown.few_clients.items()}
    dearer = ", ".join(f"{name} {value:.2f} x" for name, value in with_clients.items() if value > 1.3)
    gate.report(
        f"a hundred times more clients, and no deals: {dearer or 'nothing'} dearer",
        **{f"clients_{name.replace(' ', '_')}": value for name, value in with_clients.items()},
    )
