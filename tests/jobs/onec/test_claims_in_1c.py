"""What 1C hears of contracts, sales, lines and transfers: one document, as long as the unit is held."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain import deals, events
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Booking, Unit, booking, claims, contracts, waiting
from domain.exchange import odata
from domain.exchange.models import Connection
from domain.kernel import clock
from domain.parties.models import Company
from jobs.work import unit_of_work
from tests.jobs.conftest import RESERVATION, book, drain
from tests.onec_demo.client import OneC


def in_moscow(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Europe/Moscow")).strftime("%Y-%m-%dT%H:%M:%S")


def test_under_contract_and_sold_the_reservation_stays_without_an_end(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, olga: User
) -> None:
    booked = book(flat_1, ivanov_deal)
    drain()
    for verb in (
        lambda session, held: contracts.contract(session, held, number="7", by=olga, now=clock.now()),
        lambda session, held: contracts.sell(session, held, by=olga, now=clock.now()),
    ):
        with unit_of_work() as session:
            verb(session, session.get_one(Booking, booked.id))
        drain()
        (document,) = base_1c.rows(RESERVATION)
        assert (document["Статус"], document["Posted"]) == ("Активна", True)
        assert document["ДатаОкончания"] == odata.NO_DATE

    with unit_of_work() as session:
        held = session.get_one(Booking, booked.id)
        contracts.terminate(session, held, reason="Отказ банка", by=olga, now=clock.now())
    drain()
    (document,) = base_1c.rows(RESERVATION)
    assert document["Статус"] == "Снята"


def test_a_contract_taken_back_has_its_end_again(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, olga: User
) -> None:
    booked = book(flat_1, ivanov_deal)
    with unit_of_work() as session:
        held = session.get_one(Booking, booked.id)
        contracts.contract(session, held, number="7", by=olga, now=clock.now())
    drain()
    with unit_of_work() as session:
        deals.take_back(session, session.get_one(Booking, booked.id), by=olga, now=clock.now())
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert document["ДатаОкончания"] == in_moscow(booked.until)


def second_deal(like: Deal) -> Deal:
    with unit_of_work() as session:
        deal = Deal(
            title="Ждёт", stage_id=like.stage_id, rank=like.rank + 1, responsible_id=like.responsible_id,
            person_id=like.person_id,
        )  # fmt: skip
        session.add(deal)
        session.flush()
        return deal


def test_an_offer_is_a_reservation_until_the_answer(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, anna: User
) -> None:
    booked, deal = book(flat_1, ivanov_deal), second_deal(ivanov_deal)
    drain()
    with unit_of_work() as session:
        held = session.get_one(Booking, booked.id)
        waiting.join(session, session.get_one(Unit, flat_1.id), deal_id=deal.id, by=anna, now=clock.now())
        booking.cancel(session, held, by=anna, now=clock.now())
    drain()

    first, offer = base_1c.rows(RESERVATION, orderby="Number")
    assert (first["Статус"], offer["Статус"], offer["Posted"]) == ("Снята", "Активна", True)
    with unit_of_work() as session:
        kept = claims.active(session, session.get_one(Unit, flat_1.id), now=clock.now())
        assert kept and offer["ДатаОкончания"] == in_moscow(kept.until)
        deals.accept(session, session.get_one(Deal, deal.id), kept, days=3, by=anna, now=clock.now())
    drain()
    _first, accepted = base_1c.rows(RESERVATION, orderby="Number")
    assert (accepted["Ref_Key"], accepted["ДатаОкончания"]) == (offer["Ref_Key"], in_moscow(kept.until))


def test_the_client_it_was_taken_from_does_not_stay_in_the_document(
    matched: Connection, base_1c: OneC, flat_1: Unit, ivanov_deal: Deal, mayak: Company, boris: User
) -> None:
    with unit_of_work() as session:
        session.get_one(Deal, ivanov_deal.id).company_id = mayak.id
        events.record(session, "company.edited", mayak, by=None)
    drain()
    deal = second_deal(ivanov_deal)
    booked = book(flat_1, ivanov_deal)
    drain()
    (named,) = base_1c.rows(RESERVATION)
    assert named["Контрагент_Key"] != odata.EMPTY_KEY

    with unit_of_work() as session:
        held, to = session.get_one(Booking, booked.id), session.get_one(Deal, deal.id)
        left = session.get_one(Deal, ivanov_deal.id)
        deals.transfer(session, held, left=left, to=to, reason="Берёт сестра", by=boris, now=clock.now())
    drain()

    (document,) = base_1c.rows(RESERVATION)
    assert (document["Контрагент_Key"], document["Posted"]) == (odata.EMPTY_KEY, True)
