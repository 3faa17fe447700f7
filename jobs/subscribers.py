"""Who listens to what: the one table that wires capabilities together.

A subscriber does work of the database alone (a notice, a message for 1C), in the transaction that
marks the event relayed. It may be called again for the same event after a failure of a neighbour.
"""

from collections.abc import Callable

from sqlmodel import Session

from domain.deals import following
from domain.events import Event, names
from domain.exchange import outbox
from domain.kernel import clock
from domain.notices.recipients import notify

Subscriber = Callable[[Session, Event], None]


def let_deal_follow(session: Session, event: Event) -> None:
    """A booking is gone: the deal goes by what it still holds."""
    following.after_release(session, event, now=clock.now())


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {
    names.UNIT_BOOKED: (outbox.send_booking, notify),
    names.BOOKING_EXTENDED: (outbox.send_booking, notify),
    names.UNIT_OFFERED: (outbox.send_booking, notify),
    names.BOOKING_ACCEPTED: (outbox.send_booking, notify),
    names.BOOKING_DECLINED: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_LAPSED: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_WITHDRAWN: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_TRANSFERRED: (outbox.send_booking, notify),
    names.BOOKING_TAKEN_AWAY: (notify,),
    names.BOOKING_CONTRACTED: (outbox.send_booking, notify),
    names.BOOKING_SOLD: (outbox.send_booking, notify),
    names.BOOKING_TERMINATED: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_RESTORED: (outbox.send_booking, notify),
    names.WAITING_MOVED: (notify,),
    names.WAITING_PASSED: (notify,),
    names.BOOKING_CANCELLED: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_EXPIRED: (outbox.send_booking, notify, let_deal_follow),
    names.BOOKING_REPRICED: (outbox.send_booking,),
    names.COMPANY_ADDED: (outbox.send_counterparty,),
    names.COMPANY_EDITED: (outbox.send_counterparty,),
    names.PERSON_ADDED: (outbox.send_counterparty,),
    names.PERSON_EDITED: (outbox.send_counterparty,),
    names.DEAL_MOVED: (notify,),
    names.DEAL_EDITED: (notify,),
    names.DEAL_COMMENTED: (notify,),
    names.TASK_PLANNED: (notify,),
    names.MESSAGE_DEAD: (notify,),
    names.BOOKING_SHORTENED: (outbox.send_booking, notify),
    names.APPROVAL_ASKED: (notify,),
    names.APPROVAL_APPROVED: (notify,),
    names.APPROVAL_DECLINED: (notify,),
    names.APPROVAL_LAPSED: (notify,),
    names.APPROVAL_REOPENED: (notify,),
    names.DEAL_MOVE_REFUSED: (notify,),
    names.OFFER_OPENED: (notify,),
    names.LEAD_RECEIVED: (notify,),
    names.LEAD_HANDED: (notify,),
}
