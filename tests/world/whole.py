"""The world of the tests: few named people and places. It is in every test database already;
the fixtures in these modules only look their namesakes up."""

from sqlmodel import Session

from tests.world import people, places, trade


def build(session: Session) -> None:
    """In the order of dependence; the caller commits."""
    people.build(session)
    places.build(session)
    trade.build(session)
