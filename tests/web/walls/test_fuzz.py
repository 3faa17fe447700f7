"""Every route, method and role under fire: nothing breaks, nothing is told, nothing is slow."""

from dataclasses import dataclass
from random import Random

import pytest
from litestar import post
from litestar.params import URLEncodedBody

from domain.access import Permission
from tests.web.walls import cast
from tests.web.walls.firing import SLOWEST_SECONDS, judged, over_the_wire, range_of
from tests.web.walls.routes import of, table
from tests.web.walls.shots import KILLERS, METHODS, OWN_TOKEN, Gun, Shot
from web.app import create_app
from web.routes import ROUTES

PARTS = 5
QUICK, WHOLE = 5_000, 50_000
BESIDE = 10
"""Routes the planted one hides among, however many the site has by now."""
WIRED_QUICK, WIRED_WHOLE = 250, 2_500

HTTP_METHODS = set(METHODS) - {"BREW"}
"""What the server's parser lets through to the application; the rest it refuses by itself."""

pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
"""The framework leaves the temporary file of a broken form to the collector."""


@pytest.mark.gate("S1")
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_no_request_breaks_the_site(gate, database, valkey, part):
    """In parts, each in a world of its own that the shots of the others did not wear out."""
    cast.furnish()
    routes = table()
    gun = Gun(f"{gate.seed} fuzz {part}", routes, cast.PEOPLE, cast.ids())
    with range_of(create_app()) as firing:
        seen = firing.campaign(gun, max(gate.size(QUICK, WHOLE) // PARTS, gun.once_around))

    missed = {(str(route), who) for route in routes for who in cast.PEOPLE} - seen.aimed_at
    assert not missed
    gate.report(
        f"{seen.fired:,} requests to {len(routes)} routes as {len(cast.PEOPLE)} people: "
        f"{len(seen.faults)} faults, slowest {seen.slowest:.2f} s, {seen.repeated} asked again "
        f"({seen.tally()})" + "".join(f"\n{fault}" for fault in [*seen.faults, *firing.log.told][:20]),
        ok=not seen.faults and not firing.log.told,
        **{f"fired_{part}": seen.fired, f"slowest_{part}": seen.slowest},
    )


@pytest.mark.gate("S1")
def test_nor_over_a_real_connection(gate, _address, database, valkey):
    """The server's own parser, where the killers of forms are aimed at every route that takes one."""
    cast.furnish()
    gun = Gun(f"{gate.seed} wire", table(), cast.PEOPLE, cast.ids())
    shots = [gun.shot(number) for number in range(gate.size(WIRED_QUICK, WIRED_WHOLE))]
    shots = [shot for shot in shots if shot.method in HTTP_METHODS]
    shots += killers(gate.random, one_each=not gate.whole)
    faults, slowest = [], 0.0
    for shot in shots:
        answer = over_the_wire(_address, shot, passport := cast.passport(shot.who))
        if answer.seconds > SLOWEST_SECONDS:
            answer = over_the_wire(_address, shot, passport)
            faults += [f"slow: {shot}"] if answer.seconds > SLOWEST_SECONDS else []
        slowest = max(slowest, answer.seconds)
        faults += [f"{fault}: {shot}" for fault in judged(shot, answer, https=False)]

    gate.report(
        f"{len(shots):,} over sockets, with every killer: {len(faults)} faults, slowest {slowest:.2f} s"
        + "".join(f"\n{fault}" for fault in faults[:20]),
        ok=not faults,
        wired=len(shots),
    )


def killers(random: Random, *, one_each: bool) -> list[Shot]:
    """Each killer at a form of the site, or at every one, as somebody who may send it."""
    forms = [route for route in table() if not route.safe]
    aims = [(name, route) for name in KILLERS for route in ([random.choice(forms)] if one_each else forms)]
    return [
        Shot(
            number=-1,
            who="manager" if not route.for_machines else "exchange",
            method=route.method,
            target=route.at().encode(),
            headers=[(b"x-csrftoken", OWN_TOKEN), (b"content-type", KILLERS[name][0])],
            body=KILLERS[name][1],
            route=str(route),
        )
        for name, route in aims
    ]


@dataclass
class Note:
    text: str = ""


@post("/planted", sync_to_thread=False, permission=Permission.SIGNED_IN)
def planted(data: URLEncodedBody[Note]) -> str:
    if "\0" in data.text:
        raise TypeError("embedded null byte")
    return data.text


@pytest.mark.control("S1")
def test_a_planted_mistake_is_found_within_the_quick_sample(gate, database, valkey, monkeypatch):
    monkeypatch.setattr("web.app.ROUTES", [*ROUTES, planted])
    site = create_app()
    planted_one, others = (
        [route for route in of(site.app) if (route.path == "/planted") is is_it] for is_it in (True, False)
    )
    aims = [*planted_one, *gate.random.sample(others, BESIDE)]
    gun = Gun(f"{gate.seed} planted", aims, cast.PEOPLE, cast.ids())
    with range_of(site) as firing:
        seen = firing.campaign(
            gun, QUICK, until=lambda campaign: any("/planted" in f for f in campaign.faults)
        )

    found = [fault for fault in seen.faults if fault.startswith("500") and "/planted" in fault]
    assert found, (seen.tally(), seen.faults)
    gate.report(f"a TypeError on a NUL was found after {seen.fired} requests")
