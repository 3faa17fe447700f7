"""Why a unit is not free: everyone reads who holds it and what gives it back, and no more than they may."""

from datetime import timedelta

import pytest

from domain import estate
from domain.deals.models import Deal
from domain.estate import prices, waiting
from domain.estate import why as explaining
from domain.estate.models import Availability, BookingState
from domain.kernel import clock
from tests.sites import HTMX

NOW = clock.now()


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
    session.commit()
    return booking


def told(client, unit):
    return client.get(f"/units/{unit.id}/why", headers=HTMX).text


def test_a_booking_is_told_with_its_number_holder_term_and_what_frees_it(open_client, held, flat_1):
    html = told(open_client("vera"), flat_1)

    for word in (f"№ {held.id}", "Анна Королёва", "осталось", "Конец срока", "Снятие брони"):
        assert word in html


def test_the_deal_is_a_link_only_for_those_who_may_open_it(open_client, held, flat_1, ivanov_deal):
    link = f'href="/deals/{ivanov_deal.id}"'

    assert link in told(open_client("anna"), flat_1) and link in told(open_client("boris"), flat_1)
    for login in ("maria", "stas", "vera", "admin"):
        html = told(open_client(login), flat_1)
        assert link not in html and ivanov_deal.title not in html and "коллеги" in html
    assert open_client("agata").get(f"/units/{flat_1.id}/why").status_code == 403


def test_only_those_it_belongs_to_are_offered_to_release_it(open_client, held, flat_1):
    way = f"/bookings/{held.id}/cancellation"

    assert way in open_client("anna").get(f"/units/{flat_1.id}").text
    assert way in open_client("boris").get(f"/units/{flat_1.id}").text
    for login in ("maria", "stas", "vera", "olga"):
        assert way not in open_client(login).get(f"/units/{flat_1.id}").text


def test_the_panel_has_it_and_a_free_unit_does_not(open_client, held, flat_1, flat_2):
    anna = open_client("anna")

    assert "Почему не свободно" in anna.get(f"/units/{flat_1.id}", headers=HTMX).text
    assert "Почему не свободно" not in anna.get(f"/units/{flat_2.id}", headers=HTMX).text
    assert "Помещение свободно" in told(anna, flat_2)
    assert anna.get(f"/units/{flat_1.id}/why").text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (Availability.SOLD, "продана"),
        (Availability.CONTRACT, "на договоре"),
        (Availability.OFF, "не в продаже"),
    ],
)
def test_the_word_of_1c_is_told_since_when_it_says_so(open_client, session, flat_1, word, said):
    prices.change_availability(session, {flat_1.id: word})
    session.commit()

    html = told(open_client("anna"), flat_1)
    assert said in html and "Слово 1С" in html and ", с " in html
    assert "что помещение снова в продаже" in html and "Конец срока" not in html


def test_since_when_is_the_last_change_and_not_the_first(session, flat_1):
    for word in (Availability.OFF, Availability.ON_SALE, Availability.SOLD):
        prices.change_availability(session, {flat_1.id: word})
        session.flush()
    late = explaining.why(session, flat_1, now=clock.now())

    assert late.since is not None and late.since > NOW
    assert late.status is estate.UnitStatus.SOLD and late.booking is None


@pytest.mark.parametrize("state", [BookingState.CONTRACT, BookingState.SOLD])
def test_a_contract_has_no_term_and_is_freed_by_termination(session, held, flat_1, state):
    held.state = state
    session.flush()

    late = explaining.why(session, flat_1, now=NOW + timedelta(days=400))
    assert late.booking is held and not late.has_term
    assert late.releases == ["Расторжение договора"]


def test_a_booking_past_its_term_explains_nothing(session, held, flat_1):
    assert explaining.why(session, flat_1, now=held.until) is None


def test_who_is_next_stands_in_the_line(open_client, session, held, flat_1, ivanov_deal, maria):
    assert "очереди" not in told(open_client("anna"), flat_1)
    of_deal = {
        "stage_id": ivanov_deal.stage_id,
        "person_id": ivanov_deal.person_id,
        "responsible_id": maria.id,
    }
    hers = [Deal(title=f"Ждёт {n}", rank=ivanov_deal.rank + n, **of_deal) for n in (1, 2)]
    session.add_all(hers)
    session.flush()
    for deal in hers:
        waiting.join(session, flat_1, deal_id=deal.id, by=maria, now=NOW)
    session.commit()

    html = told(open_client("vera"), flat_1)
    assert "Мария Лебедева" in html and "и ещё 1" in html and f"/deals/{hers[0].id}" not in html
    assert f"/deals/{hers[0].id}" in told(open_client("maria"), flat_1)
