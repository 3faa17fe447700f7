"""S3: nothing of what others have reaches Anna, whatever she asks for.

Shared by design, and so without canaries: what `belongings.SHARED` names with its reason, and of colleagues
their names alone. Everything else that is a text in some table is sown with canaries.
"""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.gates import Gate
from tests.web.walls import belongings, mutants, visits
from tests.web.walls.crawling import Crawl
from tests.web.walls.mutants import Watch
from tests.web.walls.visits import Persona, Visits

ANNA = Persona("manager", "anna")


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    with mutants.watching() as watch:
        yield watch


@pytest.fixture(scope="module")
def doors(databases: servers.Databases, template: str, watch: Watch) -> Iterator[Visits]:
    with (
        pytest.MonkeyPatch.context() as patch,
        belongings.settled(databases, template) as world,
        visits.visiting(world, patch) as doors,
    ):
        yield doors


@pytest.mark.gate("S3")
def test_nothing_of_others_reaches_anna(doors: Visits, gate: Gate):
    crawl = Crawl(doors, ANNA, "o", variants=gate.size(1, 12), whole=gate.whole)

    crawl.everything()

    strange = [text for text, (letter, _) in doors.world.canaries.items() if letter != "o"]
    assert not crawl.leaks, "\n".join(sorted({str(leak) for leak in crawl.leaks}))
    gate.report(
        f"0 of {len(strange)} canaries of others and none of their numbers in {crawl.asked} answers to Anna "
        f"({crawl.bytes // 1024:,} kB)",
        answers=crawl.asked,
        canaries=len(strange),
    )


def test_what_is_annas_own_does_reach_her(doors: Visits):
    """Or the crawl would prove nothing: the same walk sees all of hers that a screen shows."""
    crawl = Crawl(doors, ANNA, "f", variants=1)
    crawl.follow("/deals")
    seen = {leak.column for leak in crawl.leaks if leak.of == "o"}
    assert seen >= {"deal.title", "person.name", "person.phone", "task.title", "event.payload"}


@pytest.mark.control("S3")
def test_without_one_filter_canaries_come_out(doors: Visits, watch: Watch, gate: Gate):
    scopes = [
        number
        for number, guard in enumerate(watch.guards)
        if guard.text.startswith("rows_of")
        and guard.module in {"domain.parties.register", "domain.deals.board"}
    ]
    watch.out = gate.random.choice(scopes)
    try:
        crawl = Crawl(doors, ANNA, "o", variants=1)
        for address in ("/people", "/companies", "/deals", "/deals?view=list"):
            crawl.look("GET", address, doors.ask(ANNA, "GET", address))
    finally:
        guard, watch.out = watch.guards[watch.out], None

    assert crawl.leaks
    gate.report(f"without {guard} {len({leak.canary for leak in crawl.leaks})} canaries came out")
