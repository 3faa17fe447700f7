"""A booking and its deal: what happened to the deal in between is seen."""

import pytest
from sqlmodel import Session, select

from domain import deals
from domain.access import User
from domain.deals import Deal
from domain.estate.models import Booking, Unit
from domain.kernel import clock
from domain.kernel.errors import Refused
from jobs import work

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def slow(database):
    """Somebody who has read everything already when the others act."""
    with Session(work.engine(), expire_on_commit=False) as session:
        yield session


def seen(slow: Session, deal: Deal, unit: Unit, who: User) -> tuple[Deal, Unit, User]:
    found = slow.get_one(Deal, deal.id), slow.get_one(Unit, unit.id), slow.get_one(User, who.id)
    assert found[0].stage
    return found


def test_a_deal_refused_meanwhile_is_not_left_holding_a_unit(session, slow, ivanov_deal, flat_1, anna, lost):
    deal, unit, by = seen(slow, ivanov_deal, flat_1, anna)
    deals.move(session, ivanov_deal, to=lost, version=1, by=anna, now=clock.now())
    session.commit()

    with pytest.raises(Refused):
        deals.book(slow, deal, unit, days=1, by=by, now=clock.now())
    slow.rollback()

    assert session.exec(select(Booking)).all() == []


def test_the_price_of_a_booking_is_not_written_over_a_save_it_has_not_seen(
    session, slow, ivanov_deal, flat_1, anna
):
    ivanov_deal.amount = None
    session.commit()
    deal, unit, by = seen(slow, ivanov_deal, flat_1, anna)
    deals.edit(
        session, ivanov_deal, version=1, title="Трёхкомнатная", amount=None, responsible_id=anna.id, by=anna,
        now=clock.now(),
    )  # fmt: skip
    session.commit()

    deals.book(slow, deal, unit, days=1, by=by, now=clock.now())
    slow.commit()

    session.refresh(ivanov_deal)
    assert (ivanov_deal.title, ivanov_deal.amount, ivanov_deal.version) == ("Трёхкомнатная", unit.price, 3)
