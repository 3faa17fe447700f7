"""Every way to a booking in a deal of an agency is counted by its limit, whoever takes it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from domain import deals, estate
from domain.access import User
from domain.agencies import limits
from domain.agencies.models import Agency, AgencyDeal
from domain.estate import contracts
from domain.estate.terms import editing
from domain.estate.terms.allowances import LimitReached
from domain.kernel import clock
from jobs import work

NOW = clock.now()
Press = Callable[[], object]


@dataclass
class Scene:
    session: Session
    anna: User
    maria: User
    boris: User
    agencys: deals.Deal
    """Maria's, of a client of the agency."""
    ours: deals.Deal
    """Maria's too, of a client of our own."""
    flat: estate.Unit

    def book(self, deal: deals.Deal) -> estate.Booking:
        return deals.book(self.session, deal, self.flat, days=1, by=self.maria, now=NOW)


@pytest.fixture
def held(session, nevsky, agata, flat_1, ivanov_deal, anna) -> estate.Booking:
    """Anna's deal is of a client of the agency, and a unit is booked for him."""
    session.add(AgencyDeal(deal_id=ivanov_deal.id, agency_id=nevsky.id, agent_id=agata.id))
    return deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=NOW)


@pytest.fixture
def scene(session, nevsky, held, agata, flats, ivanov, anna, maria, boris, flat_2) -> Scene:
    agencys, ours = (
        deals.open_deal(session, funnel=flats, title=title, client=ivanov, by=maria, now=NOW)
        for title in ("Клиент агентства", "Наш клиент")
    )
    session.add(AgencyDeal(deal_id=agencys.id, agency_id=nevsky.id, agent_id=agata.id))
    session.flush()
    return Scene(session, anna, maria, boris, agencys, ours, flat_2)


def booked(scene: Scene) -> Press:
    return lambda: scene.book(scene.agencys)


def in_a_basket(scene: Scene) -> Press:
    return lambda: deals.book_all(
        scene.session, scene.agencys, [scene.flat.id], days=1, by=scene.maria, now=NOW
    )


def past_the_line_by_the_head(scene: Scene) -> Press:
    return lambda: deals.book_ahead(
        scene.session, scene.agencys, scene.flat, days=1, reason="Так", by=scene.boris, now=NOW
    )


def booked_again(scene: Scene) -> Press:
    ran_out = scene.book(scene.agencys)
    ran_out.booked_at, ran_out.until = NOW - timedelta(days=2), NOW - timedelta(days=1)
    return lambda: deals.rebook(scene.session, ran_out, by=scene.maria, now=NOW)


def an_offer_accepted(scene: Scene) -> Press:
    before = scene.book(scene.ours)
    deals.join(scene.session, scene.agencys, scene.flat, by=scene.maria, now=NOW)
    estate.cancel(scene.session, before, by=scene.maria, now=NOW)
    offer = estate.claims.active(scene.session, scene.flat, now=NOW)
    return lambda: deals.accept(scene.session, scene.agencys, offer, days=1, by=scene.maria, now=NOW)


def transferred(scene: Scene) -> Press:
    booking = scene.book(scene.ours)
    return lambda: deals.transfer(
        scene.session, booking, left=scene.ours, to=scene.agencys, reason="Так", by=scene.maria, now=NOW
    )


def a_transfer_taken_back(scene: Scene) -> Press:
    booking = scene.book(scene.agencys)
    deals.transfer(
        scene.session, booking, left=scene.agencys, to=scene.ours, reason="Так", by=scene.maria, now=NOW
    )
    return lambda: deals.transfer_back(scene.session, booking, by=scene.maria, now=NOW)


def a_contract_taken_back(scene: Scene) -> Press:
    booking = scene.book(scene.agencys)
    contracts.contract(scene.session, booking, number="Д-1", by=scene.boris, now=NOW)
    return lambda: deals.take_back(scene.session, booking, by=scene.boris, now=NOW)


WAYS = [
    booked, in_a_basket, past_the_line_by_the_head, booked_again, an_offer_accepted, transferred,
    a_transfer_taken_back, a_contract_taken_back,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_goes_past_the_limit(session, nevsky, held, scene, way):
    press = way(scene)
    nevsky.most_bookings = 1
    session.flush()

    with pytest.raises(LimitReached, match=r"«АН «Невский»».*на странице") as no, session.begin_nested():
        press()
    assert [one.booking_id for one in no.value.filling] == [held.id]
    assert "№ 1, Дом 1" in no.value.reasons[0] and "сделка" not in no.value.reasons[0], "it is a colleague's"

    nevsky.most_bookings = 2
    session.flush()
    press()
    assert {one.unit_id for one in limits.held(session, nevsky, now=NOW)} == {held.unit_id, scene.flat.id}


def test_what_has_its_place_takes_no_other(session, nevsky, held, scene, ivanov_deal):
    """Another unit instead, another deal of the same agency; neither at the limit nor above it."""
    nevsky.most_bookings = 0
    session.flush()

    instead = deals.swap(
        session, ivanov_deal, held, scene.flat, shown=scene.flat.price, by=scene.anna, now=NOW
    )
    deals.transfer(
        session, instead, left=ivanov_deal, to=scene.agencys, reason="Так", by=scene.boris, now=NOW
    )
    assert instead.deal_id == scene.agencys.id


def test_one_agent_may_have_a_limit_of_his_own(session, held, scene, agata):
    editing.give(session, person_id=agata.id, most=1, by=scene.boris)

    with pytest.raises(LimitReached, match=f"{agata.name}.*в правилах броней"):
        scene.book(scene.agencys)


def test_a_client_of_our_own_is_not_counted(session, nevsky, scene):
    nevsky.most_bookings = 1
    session.flush()

    assert scene.book(scene.ours).id


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_two_managers_at_once_do_not_both_take_the_last_place(
    database, session, nevsky, held, scene, ivanov_deal, flat_3, take_the_lock_away, guarded
):
    """The control: without the lock of the agency both count before either has booked."""
    nevsky.most_bookings = 2
    session.commit()
    together = threading.Barrier(2, timeout=10)
    if not guarded:
        take_the_lock_away(together)
    outcomes: list[str] = []

    def press(person_id: int, deal_id: int, unit_id: int) -> None:
        with Session(work.engine()) as own:
            deal, unit, by = (
                own.get_one(kind, number)
                for kind, number in ((deals.Deal, deal_id), (estate.Unit, unit_id), (User, person_id))
            )
            if guarded:
                together.wait()
            try:
                deals.book(own, deal, unit, days=1, by=by, now=NOW)
                own.commit()
                outcomes.append("booked")
            except LimitReached:
                outcomes.append("told")

    presses = [
        (scene.anna.id, ivanov_deal.id, scene.flat.id),
        (scene.maria.id, scene.agencys.id, flat_3.id),
    ]
    threads = [threading.Thread(target=press, args=each) for each in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == (["booked", "told"] if guarded else ["booked", "booked"])
    agency = session.exec(select(Agency)).one()
    assert len(limits.held(session, agency, now=NOW)) == (2 if guarded else 3)
