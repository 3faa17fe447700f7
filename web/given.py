"""What a handler may ask for by name: the session, the person, and the record in the path."""

from collections.abc import Iterator
from datetime import datetime

from litestar import Request
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromPath
from sqlmodel import Session

from domain import access, deals, estate
from domain.kernel import clock
from jobs.work import unit_of_work

__all__ = ["PROVIDED", "Given"]

SAFE = {"GET", "HEAD", "OPTIONS"}


def session(request: Request) -> Iterator[Session]:
    """Opened for the handler, committed after the page is rendered and before it is sent.

    A safe method gets a transaction that cannot write.
    """
    with unit_of_work(read_only=request.method in SAFE) as session:
        yield session


def user(request: Request) -> access.User:
    return request.scope["user"]


def now() -> datetime:
    return clock.now()


def deal(session: Given[Session], user: Given[access.User], deal_id: FromPath[int]) -> deals.Deal:
    return deals.get_visible(session, user, deal_id)


def unit(session: Given[Session], user: Given[access.User], unit_id: FromPath[int]) -> estate.Unit:
    return estate.get_unit(session, user, unit_id)


def booking(session: Given[Session], user: Given[access.User], booking_id: FromPath[int]) -> estate.Booking:
    return estate.get_booking(session, user, booking_id)


PROVIDED = {
    "session": Provide(session),
    "user": Provide(user, sync_to_thread=False),
    "now": Provide(now, sync_to_thread=False),
    "deal": Provide(deal, sync_to_thread=True),
    "unit": Provide(unit, sync_to_thread=True),
    "booking": Provide(booking, sync_to_thread=True),
}
