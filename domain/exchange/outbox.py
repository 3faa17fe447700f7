"""What of our own events travels to 1C: each becomes a message for every base that wants it."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.deals.models import Deal
from domain.estate.models import Booking
from domain.events import Event
from domain.exchange import counterparties, messages
from domain.exchange.models import Connection, ConnectionKind
from domain.parties.models import Company, Person

RESERVATION, COUNTERPARTY = "reservation", "counterparty"
Client = Company | Person


def send_booking(session: Session, event: Event) -> None:
    """A message says "bring 1C up to the booking as it is now", so an old one does no harm.

    Bookings of a unit go in order: 1C refuses a new one until it has heard of the end of the old.
    """
    booking = session.get(Booking, event.subject_id)
    if booking:
        queue_booking(session, booking, _bases(session), cause=event.name, event_id=event.id)


def send_counterparty(session: Session, event: Event) -> None:
    """A company or a person whose requisites are complete; others wait until they are."""
    client = client_of(session, event.subject_kind, event.subject_id)
    if client is None or counterparties.unready(client):
        return
    kind = event.subject_kind
    for base_id in _bases(session):
        messages.put(
            session, base_id, kind=COUNTERPARTY, key=f"{kind}:{client.id}:event:{event.id}",
            order_key=f"{kind}:{client.id}", subject=client, event_id=event.id, payload={"cause": event.name},
        )  # fmt: skip


def name_counterparty(session: Session, base_id: int, client: Client, ref: str) -> None:
    """The client is known in 1C now: reservations in force that went there without him get his name."""
    column = Deal.company_id if isinstance(client, Company) else Deal.person_id
    his = (
        select(Booking)
        .join(Deal, col(Deal.id) == Booking.deal_id)
        .where(col(column) == client.id, col(Booking.closed_at).is_(None))
    )
    for booking in session.exec(his):
        queue_booking(session, booking, [base_id], cause=f"client:{ref}")


def queue_booking(
    session: Session, booking: Booking, bases: Iterable[int], *, cause: str, event_id: int | None = None
) -> None:
    for base_id in bases:
        messages.put(
            session, base_id, kind=RESERVATION, key=f"booking:{booking.id}:{event_id or cause}",
            order_key=f"unit:{booking.unit_id}", subject=booking, event_id=event_id, payload={"cause": cause},
        )  # fmt: skip


def _bases(session: Session) -> list[int]:
    wanted = sa.select(col(Connection.id)).where(
        col(Connection.kind) == ConnectionKind.ODATA, col(Connection.enabled), col(Connection.base_url) != ""
    )
    return list(session.execute(wanted.order_by(col(Connection.id))).scalars())


def client_of(session: Session, kind: str, client_id: int | None) -> Client | None:
    if client_id is None:
        return None
    return session.get(Company, client_id) if kind == "company" else session.get(Person, client_id)
