"""What a handler may ask for by name: the session, the person, and the record in the path.

Each takes the one before it: what does not depend on each other the framework resolves in tasks side by
side, and that costs a page more than all three together.
"""

from datetime import datetime
from typing import Any, cast

from litestar import Request
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromPath
from sqlmodel import Session

from domain import access, deals, estate
from domain.estate import waiting
from domain.kernel import clock
from web import transaction

__all__ = ["PROVIDED", "Given"]


def now() -> datetime:
    return clock.now()


def user(request: Request[Any, Any, Any], now: Given[datetime]) -> access.User:
    return cast(access.User, request.scope["user"])


def session(request: Request[Any, Any, Any], user: Given[access.User | None]) -> Session:
    """The one session of this request, see `web.transaction`."""
    return transaction.session_of(request.scope)


def deal(session: Given[Session], user: Given[access.User], deal_id: FromPath[int]) -> deals.Deal:
    return deals.get_visible(session, user, deal_id)


def unit(session: Given[Session], user: Given[access.User], unit_id: FromPath[int]) -> estate.Unit:
    return estate.get_unit(session, user, unit_id)


def booking(session: Given[Session], user: Given[access.User], booking_id: FromPath[int]) -> estate.Booking:
    return estate.get_booking(session, user, booking_id)


def waiting_place(
    session: Given[Session], user: Given[access.User], waiting_id: FromPath[int]
) -> waiting.Waiting:
    return waiting.get_waiting(session, user, waiting_id)


PROVIDED = {
    "now": Provide(now, sync_to_thread=False),
    "user": Provide(user, sync_to_thread=False),
    "session": Provide(session, sync_to_thread=False),
    "deal": Provide(deal, sync_to_thread=True),
    "unit": Provide(unit, sync_to_thread=True),
    "booking": Provide(booking, sync_to_thread=True),
    "waiting_place": Provide(waiting_place, sync_to_thread=True),
}
