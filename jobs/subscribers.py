"""Who listens to what: the one table that wires capabilities together.

A subscriber does work of the database alone (a notice, a message for 1C), in the transaction that
marks the event relayed. It may be called again for the same event after a failure of a neighbour.
"""

from collections.abc import Callable

from sqlmodel import Session

from domain.events import Event, names
from domain.exchange import outbox
from domain.notices.recipients import notify

Subscriber = Callable[[Session, Event], None]

SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {
    names.UNIT_BOOKED: (outbox.send_booking, notify),
    names.BOOKING_EXTENDED: (outbox.send_booking, notify),
    names.BOOKING_CANCELLED: (outbox.send_booking, notify),
    names.BOOKING_EXPIRED: (outbox.send_booking, notify),
    names.COMPANY_ADDED: (outbox.send_counterparty,),
    names.COMPANY_EDITED: (outbox.send_counterparty,),
    names.PERSON_ADDED: (outbox.send_counterparty,),
    names.PERSON_EDITED: (outbox.send_counterparty,),
    names.DEAL_MOVED: (notify,),
    names.DEAL_EDITED: (notify,),
    names.DEAL_COMMENTED: (notify,),
    names.TASK_PLANNED: (notify,),
    names.MESSAGE_DEAD: (notify,),
    names.LEAD_RECEIVED: (notify,),
    names.LEAD_HANDED: (notify,),
}
