"""Which of our events travel, and to which bases."""

from typing import Any

import pytest
from sqlmodel import Session, select

from domain import events
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Booking, Unit, booking
from domain.events import Event, names
from domain.exchange import outbox
from domain.exchange.models import Connection, ConnectionKind, Message
from domain.kernel import clock
from domain.parties.models import Company
from jobs.subscribers import SUBSCRIBERS


def messages(session: Session) -> list[Message]:
    return list(session.exec(select(Message).order_by(Message.id)))


@pytest.fixture
def booked(session: Session, flat_1: Unit, ivanov_deal: Deal, anna: User) -> Booking:
    return booking.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=clock.now())


def last_event(session: Session) -> Event:
    session.flush()
    return session.exec(select(Event).order_by(Event.id.desc())).first()  # type: ignore[attr-defined,return-value]


def test_every_name_listened_to_exists() -> None:
    assert set(SUBSCRIBERS) <= names.ALL


def test_a_booking_travels_once_an_event_to_every_base(
    session: Session, base: Connection, booked: Booking
) -> None:
    branch = Connection(name="1С филиала", kind=ConnectionKind.ODATA, base_url="http://branch.invalid")
    session.add(branch)
    event = last_event(session)

    for _time in range(3):
        outbox.send_booking(session, event)

    assert [(message.connection_id, message.subject_id) for message in messages(session)] == [
        (base.id, booked.id),
        (branch.id, booked.id),
    ]


@pytest.mark.parametrize(
    "other", [{"enabled": False}, {"base_url": ""}, {"kind": ConnectionKind.COMMERCEML}], ids=str
)
def test_nothing_is_queued_for_a_base_that_takes_nothing(
    session: Session, base: Connection, booked: Booking, other: dict[str, Any]
) -> None:
    for name, value in other.items():
        setattr(base, name, value)

    outbox.send_booking(session, last_event(session))

    assert messages(session) == []


def test_bookings_of_one_unit_go_in_order_those_of_others_beside_them(
    session: Session, base: Connection, flat_2: Unit, ivanov_deal: Deal, anna: User, booked: Booking
) -> None:
    now = clock.now()
    outbox.send_booking(session, last_event(session))
    booking.cancel(session, booked, by=anna, now=now)
    outbox.send_booking(session, last_event(session))
    booking.book(session, flat_2, deal_id=ivanov_deal.id, days=1, by=anna, now=now)
    outbox.send_booking(session, last_event(session))

    first, second, other = (message.order_key for message in messages(session))
    assert first == second != other


@pytest.mark.parametrize(("kpp", "travels"), [("770701001", True), (None, False)])
def test_a_company_travels_when_its_requisites_are_complete(
    session: Session, base: Connection, mayak: Company, kpp: str | None, travels: bool
) -> None:
    mayak.kpp = kpp
    event = events.record(session, names.COMPANY_EDITED, mayak, by=None)
    session.flush()

    outbox.send_counterparty(session, event)

    assert bool(messages(session)) is travels


def test_a_client_that_1c_learnt_of_is_named_in_reservations_in_force(
    session: Session, base: Connection, mayak: Company, ivanov_deal: Deal, booked: Booking, anna: User
) -> None:
    ivanov_deal.company_id = mayak.id
    session.flush()

    outbox.name_counterparty(session, base.id, mayak, "ref")
    outbox.name_counterparty(session, base.id, mayak, "ref")
    assert [message.subject_id for message in messages(session)] == [booked.id]

    booking.cancel(session, booked, by=anna, now=clock.now())
    session.flush()
    outbox.name_counterparty(session, base.id, mayak, "another ref")
    assert len(messages(session)) == 1
