"""What reports of the stock ask of agencies."""

from collections.abc import Sequence

from sqlmodel import Session, col

from domain.agencies.models import Agency, AgencyDeal
from domain.estate import idle
from domain.estate.models import Booking
from domain.kernel.db import pick


def agencies_of(session: Session, booking_ids: Sequence[int]) -> dict[int, str]:
    """Of the bookings whose deals are sales of agencies: the name of the agency."""
    found = (
        pick(Booking.id, Agency.name)
        .join(AgencyDeal, col(AgencyDeal.deal_id) == Booking.deal_id)
        .join(Agency, col(Agency.id) == AgencyDeal.agency_id)
        .where(col(Booking.id).in_(booking_ids))
    )
    return {row.id: row.name for row in session.execute(found)}


idle.AGENCIES.append(agencies_of)
