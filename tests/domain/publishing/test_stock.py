"""What leaves the house: nothing until it is said, and then only what is free."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import estate
from domain.estate.models import Availability, BookingState, Building
from domain.estate.pricing.promotions import add_promotion, end_promotion
from domain.kernel import clock
from domain.kernel.errors import Stale
from domain.publishing import arranging, stock
from domain.publishing.models import Publication
from tests.world import published
from tests.world.promoted import five_off

NOW = clock.now()
DAY = timedelta(days=1)


def numbers(session, project, now=NOW):
    found = stock.read(session, project.id, now=now)
    return {unit.number for unit in found.units} if found else None


def test_without_a_word_nothing_is_public(session, river):
    assert stock.standing(session) == () and stock.read(session, river.id, now=NOW) is None


def test_a_published_project_without_kinds_shows_nothing(session, river, boris):
    arranging.edit_publication(session, river, version=0, facts=published.PROJECT, by=boris)

    assert stock.standing(session) == ()


def test_free_flats_are_shown_and_no_others(session, flat_1, flat_2, flat_3):
    project = published.publish(session)
    flat_1.availability, flat_2.price = Availability.SOLD, None
    flat_3.availability = Availability.CONTRACT
    session.flush()

    assert stock.counts(session, now=NOW) == {project.id: 8}
    assert numbers(session, project) == {str(number) for number in range(4, 12)}


def test_a_project_taken_back_is_gone(session):
    project = published.publish(session)
    published.publish(session, published=False)

    assert numbers(session, project) is None and stock.counts(session, now=NOW) == {}
    assert not stock.is_offered(session, 1)


@pytest.mark.parametrize("state", [BookingState.ACTIVE, BookingState.CONTRACT, BookingState.SOLD])
@pytest.mark.parametrize("show", [True, False])
def test_a_flat_somebody_holds_is_shown_as_booked_or_not_at_all(
    session, flat_1, ivanov_deal, anna, state, show
):
    project = published.publish(session, booked=show)
    held = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)
    held.state = state
    session.flush()

    units = stock.read(session, project.id, now=NOW).units
    assert stock.counts(session, now=NOW) == {project.id: len(units)}
    (found,) = [unit for unit in units if unit.id == flat_1.id] or [None]
    assert (found is not None) == (show and state is BookingState.ACTIVE)
    assert found is None or (found.booked and found.price is None)


def test_when_the_term_ends_the_stock_is_another(session, flat_1, ivanov_deal, anna):
    project = published.publish(session)
    held = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)
    session.flush()

    assert stock.read(session, project.id, now=NOW).until == held.until
    assert flat_1.number in numbers(session, project, now=held.until)


def test_price_on_request_keeps_the_price_at_home(session):
    project = published.publish(session, price=False)

    assert {unit.price for unit in stock.read(session, project.id, now=NOW).units} == {None}


@pytest.fixture
def promote(session, river, boris):
    """A promotion of five per cent on everything, from now for a day, unless said otherwise."""

    def promoted(**more):
        return add_promotion(session, river, five_off(NOW, **more), by=boris, now=NOW)

    return promoted


def shown(session, project, unit, now=NOW):
    return next(one for one in stock.read(session, project.id, now=now).units if one.id == unit.id)


def test_a_public_promotion_lowers_the_price_and_says_until_when(session, promote, flat_1):
    project = published.publish(session)
    promote()

    told = shown(session, project, flat_1)
    assert (told.price, told.before) == (flat_1.price * Decimal("0.95"), flat_1.price)
    assert (told.badge, told.until) == ("−5 %", NOW + DAY)


def test_an_internal_promotion_is_not_told(session, promote, flat_1):
    project = published.publish(session)
    promote(public=False)

    told = shown(session, project, flat_1)
    assert (told.price, told.before, told.badge, told.until) == (flat_1.price, None, "", None)
    assert stock.read(session, project.id, now=NOW).until is None, "its edges are not told either"


def test_promotions_tell_nothing_of_a_price_on_request_or_of_a_booked_flat(
    session, promote, flat_1, ivanov_deal, anna
):
    project = published.publish(session, price=False, booked=True)
    promote()
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=NOW)

    assert {(one.price, one.before, one.badge) for one in stock.read(session, project.id, now=NOW).units} == {
        (None, None, "")
    }


def test_the_stock_is_another_when_a_promotion_begins_and_when_it_ends(session, promote):
    project = published.publish(session)
    promote(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)

    edges = [stock.read(session, project.id, now=NOW + days * DAY).until for days in range(3)]
    assert edges == [NOW + DAY, NOW + 2 * DAY, None]


def test_promotions_cost_two_reads_however_many_flats(session, promote, queries):
    project = published.publish(session)
    with queries(3):
        stock.read(session, project.id, now=NOW)
    promote()
    session.flush()
    with queries(4):
        stock.read(session, project.id, now=NOW)


def test_every_change_is_seen_by_the_mark(database, session, river, flat_1, ivanov_deal, anna, boris):
    """Committed one by one: marks are left by transactions."""
    published.publish(session)
    session.commit()
    seen = [stock.standing(session)]

    def changed() -> bool:
        session.commit()
        seen.append(stock.standing(session))
        return seen[-1] not in seen[:-1]

    flat_1.price += 1
    assert changed()
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    assert changed()
    published.publish(session, booked=True)
    assert changed()
    session.exec(select(Building)).one().name = "Дом Один"
    assert changed()
    promotion = add_promotion(session, river, five_off(NOW), by=boris, now=NOW)
    assert changed()
    end_promotion(session, promotion, by=boris, now=clock.now())
    assert changed()
    assert not changed()


def test_a_save_over_somebody_elses_is_refused_with_both_values(session, river, boris):
    arranging.edit_publication(session, river, version=0, facts=published.PROJECT, by=boris)
    other = replace(published.PROJECT, developer="Другой")

    with pytest.raises(Stale) as no:
        arranging.edit_publication(session, river, version=0, facts=other, by=boris)
    assert no.value.theirs == {"developer": published.PROJECT.developer}
    assert session.get(Publication, river.id).developer == published.PROJECT.developer
