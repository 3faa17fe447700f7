"""A booking as a document of 1C: what should stand there now."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.deals.models import Deal
from domain.estate.models import Booking, BookingState, Unit
from domain.events import Event, names
from domain.exchange import links, odata
from domain.exchange.failures import NotYet, Rejected
from domain.exchange.mapping import Mapping
from domain.exchange.models import Connection
from domain.exchange.odata import Row
from domain.kernel.text import _

MARK = "Каркас: бронь"
"""Written into 1C and searched for there, so it is not for translation."""


@dataclass(frozen=True)
class Reservation:
    booking_id: int
    ref: str
    """The key of the document: the one 1C knows it by, else the one we give."""
    known: bool
    """1C answered about it before."""
    active: bool
    fields: Row
    mark: tuple[str, str] | None
    """The property and the value by which the document is found where 1C gives keys of its own."""


def wanted(session: Session, connection: Connection, mapping: Mapping, booking_id: int | None) -> Reservation:
    booking = session.get(Booking, booking_id) if booking_id else None
    if booking is None:
        raise Rejected(_("The booking does not exist any more"))
    words = mapping.reservations
    own = odata.own_key("booking", booking.id, booking.booked_at)
    known = links.linked(session, connection.id, words.set_name, "booking", booking.id)
    active = booking.closed_at is None
    return Reservation(
        booking_id=booking.id,
        ref=known or own,
        known=known is not None,
        active=active,
        fields=_in_force(session, connection, mapping, booking) if active else {words.status: words.released},
        mark=(words.comment, f"{MARK} {own}") if words.comment else None,
    )


def _in_force(session: Session, connection: Connection, mapping: Mapping, booking: Booking) -> Row:
    """As long as the unit is held; under contract and sold without an end, since these have no term."""
    words = mapping.reservations
    ends = booking.until if booking.state is BookingState.ACTIVE else None
    said = {
        words.unit: _unit_key(session, connection, mapping, booking),
        words.counterparty: _client_key(session, connection, mapping, booking),
        words.until: odata.moment(ends, ZoneInfo(connection.timezone)) if ends else odata.NO_DATE,
        words.price: booking.price,
        words.status: words.active,
    }
    return {name: value for name, value in said.items() if name and value is not None}


def _unit_key(session: Session, connection: Connection, mapping: Mapping, booking: Booking) -> str:
    if ref := links.linked(session, connection.id, mapping.units.set_name, "unit", booking.unit_id):
        return ref
    number = session.get_one(Unit, booking.unit_id).number
    raise NotYet(_("Unit %(number)s has not been matched with 1C yet", number=number))


def _client_key(session: Session, connection: Connection, mapping: Mapping, booking: Booking) -> str | None:
    """The company stands before its person; None: 1C does not know the client (yet)."""
    deal = session.get_one(Deal, booking.deal_id)
    entity = mapping.counterparties.set_name
    found = links.linked(session, connection.id, entity, "company", deal.company_id) or links.linked(
        session, connection.id, entity, "person", deal.person_id
    )
    return found or (odata.EMPTY_KEY if _changed_hands(session, booking) else None)


def _changed_hands(session: Session, booking: Booking) -> bool:
    """The client of the deal it was taken from must not stay in the document."""
    told = sa.exists().where(
        col(Event.subject_kind) == "booking",
        col(Event.subject_id) == booking.id,
        col(Event.name) == names.BOOKING_TRANSFERRED,
    )
    return bool(session.execute(sa.select(told)).scalar_one())
