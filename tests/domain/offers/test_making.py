"""Offers: made of units at their prices, followed by versions, never edited; how they stand later."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlmodel import select

from domain import deals, estate, offers
from domain.estate import Availability, drawings
from domain.events import Event
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.offers import documents, links, mortgages, programmes, reading, standing, templates
from domain.offers.content import Content
from domain.offers.models import OfferDocument, OfferVersion
from domain.offers.payments import Share
from tests.web.walls import uploads

NOW = datetime.now(UTC).replace(microsecond=123456)
TODAY = NOW.date()
SECRET = "a secret of the tests"


@pytest.fixture
def instalments(session, boris):
    wanted = templates.Wanted("Рассрочка", Decimal(30), payments=11, extra_percent=Decimal(3))
    return templates.add(session, wanted, by=boris)


@pytest.fixture
def family(session, boris):
    wanted = programmes.Wanted(
        "Банк", "Семейная", Decimal(6), TODAY, TODAY, least_down_percent=Decimal(20),
        most_credit=Decimal(6_000_000),
    )  # fmt: skip
    return programmes.add(session, wanted, by=boris)


def wanted(*units, **more):
    return offers.Wanted([unit.id for unit in units], TODAY + timedelta(days=7), **more)


def composed(session, deal, *units, now=NOW, **more):
    return offers.compose(session, deal, wanted(*units, **more), seller="Анна Королёва", now=now)


@pytest.fixture
def version(session, ivanov_deal, flat_1, instalments, family, anna):
    content = composed(session, ivanov_deal, flat_1, templates=[instalments], programmes=[family]).content
    return offers.make(session, ivanov_deal, content, by=anna, now=NOW)


def test_an_offer_is_its_units_at_today_s_prices_with_plans_and_credits(session, version, flat_1):
    content = Content.of(session.get_one(OfferVersion, version.id).content)

    assert content.total == version.total == flat_1.price
    (plan,) = content.plans
    assert sum(payment.amount for payment in plan.payments) == plan.total == content.total * Decimal("1.03")
    (mortgage,) = content.mortgages
    assert mortgage.credit == mortgages.credit(content.total * Decimal("0.8"), rate=Decimal(6), months=240)
    assert Content.of(content.as_json()) == content


def test_it_is_told_on_the_deal_s_timeline(session, version, ivanov_deal):
    event = session.exec(select(Event).where(Event.name == "offer.made")).one()

    assert event.deal_id == ivanov_deal.id and event.payload["number"] == version.offer_id


def test_a_booked_unit_is_offered_at_its_frozen_price(session, ivanov_deal, flat_1, anna):
    deals.book(session, ivanov_deal, flat_1, days=3, by=anna, now=NOW)
    frozen, flat_1.price = flat_1.price, flat_1.price + 500_000

    assert composed(session, ivanov_deal, flat_1).total == frozen
    other = composed(session, None, flat_1)
    assert other.wrong["units"] == "Помещение № 1 забронировано для другой сделки" and not other.units


def test_what_can_t_be_had_is_not_offered_and_every_reason_is_told(
    session, ivanov_deal, flat_1, flat_2, flat_3, flat_off
):
    flat_1.availability, flat_2.price = Availability.SOLD, None

    made = composed(session, ivanov_deal, flat_1, flat_2, flat_3, flat_off)

    assert [unit.number for unit in made.units] == ["3"]
    for sentence in ("№ 1 продано", "У помещения № 2 ещё нет цены", "№ 12 не в продаже"):
        assert sentence in made.wrong["units"]
    with pytest.raises(Invalid):
        _ = made.content


def test_several_units_make_one_price(session, ivanov_deal, flat_1, flat_2):
    made = composed(session, ivanov_deal, flat_2, flat_1, flat_2)

    assert made.total == flat_1.price + flat_2.price and len(made.content.units) == 2


def test_a_plan_by_hand_that_does_not_sum_is_refused_by_how_much(session, ivanov_deal, flat_1):
    lines = [offers.Written(TODAY, "Первый", Share(flat_1.price - Decimal("12345.67"), of_total=False))]

    made = composed(session, ivanov_deal, flat_1, by_hand=lines)

    assert made.wrong["by_hand"].replace("\xa0", " ") == "не хватает 12 345,67 ₽"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"conditions": "а" * 4_001}, "conditions"),
        ({"down": Share(Decimal(10), of_total=True)}, "programme"),
        ({"down": Share(Decimal(10**9), of_total=False)}, "down"),
        ({"months": 0}, "months"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(session, ivanov_deal, flat_1, family, more, field):
    made = composed(session, ivanov_deal, flat_1, programmes=[family], **more)

    assert [name for name in made.wrong if name.startswith(field)]


def test_the_next_version_follows_the_one_that_was_seen(session, version, anna, ivanov_deal, flat_1):
    content = composed(session, ivanov_deal, flat_1).content
    second = offers.revise(session, version.offer, content, shown=1, by=anna, now=NOW)

    assert second.number == 2 and [one.number for one in reading.versions(session, version.offer)] == [2, 1]
    with pytest.raises(Stale, match="версия 2"):
        offers.revise(session, version.offer, content, shown=1, by=anna, now=NOW)


def test_nothing_is_offered_in_a_closed_deal(session, version, anna, ivanov_deal, lost):
    content = Content.of(version.content)
    deals.move(session, ivanov_deal, to=lost, version=ivanov_deal.version, by=anna, now=NOW)

    with pytest.raises(Refused, match="Сделка закрыта"):
        offers.make(session, ivanov_deal, content, by=anna, now=NOW)
    with pytest.raises(Refused, match="Сделка закрыта"):
        offers.revise(session, version.offer, content, shown=1, by=anna, now=NOW)


def test_an_offer_says_honestly_what_became_of_it(session, version, flat_1, ivanov_deal, anna):
    content = Content.of(version.content)

    def now_is(now=NOW):
        return standing.standing(session, content, deal_id=ivanov_deal.id, now=now)

    assert not now_is().gone and not now_is().repriced and not now_is().over
    flat_1.price += 100_000
    assert now_is().since[flat_1.id].price == flat_1.price
    deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=NOW)
    assert not now_is().gone, "kept for this very client"
    assert now_is(NOW + timedelta(days=9)).over
    estate.release_all(session, deal_id=ivanov_deal.id, by=anna, now=NOW)
    flat_1.availability = Availability.SOLD
    assert now_is().gone == [flat_1.id]


@pytest.mark.parametrize(
    ("login", "sees"), [("boris", 1), ("olga", 1), ("maria", 0), ("stas", 0), ("vera", 0)]
)
def test_offers_are_seen_by_those_who_see_the_deal(session, version, request, flat_1, login, sees):
    user = request.getfixturevalue(login)

    assert len(reading.list_offers(session, user).lines) == sees
    assert len(offers.of_unit(session, user, flat_1.id)) == sees
    if not sees:
        with pytest.raises(Missing):
            offers.get_offer(session, user, version.offer_id)


@pytest.mark.parametrize(("q", "found"), [("иванов", 1), ("№ {number}", 1), ("петров", 0), ("%", 0)])
def test_an_offer_is_found_by_client_and_number(session, version, anna, q, found):
    lines = reading.list_offers(session, anna, q=q.format(number=version.offer_id)).lines

    assert len(lines) == found


def test_a_list_of_offers_costs_one_query(session, version, anna, queries):
    with queries(1):
        reading.list_offers(session, anna)


def test_a_link_is_unguessable_kept_as_a_hash_and_can_be_shown_again(session, version, anna):
    link = links.issue(session, version.offer, secret=SECRET, by=anna, now=NOW)
    token = links.token(link, secret=SECRET)

    assert token and len(token) == 43 and token.encode() not in link.token_hash
    assert links.find(session, token, now=NOW) == link
    assert links.token(link, secret="another") is None


def test_a_link_that_was_revoked_or_is_over_leads_nowhere_in_the_same_words(session, version, anna):
    first, second = (links.issue(session, version.offer, secret=SECRET, by=anna, now=NOW) for _ in range(2))
    links.revoke(session, first, by=anna, now=NOW)
    later = NOW + timedelta(days=links.DAYS, seconds=1)
    said = set()
    for token, now in ((links.token(first, secret=SECRET), NOW), (links.token(second, secret=SECRET), later),
                       ("нет такой", NOW)):  # fmt: skip
        with pytest.raises(Missing) as no:
            links.find(session, token, now=now)
        said.add(no.value.sentence)

    assert len(said) == 1


def test_only_the_first_opening_is_an_event(session, version, anna):
    link = links.issue(session, version.offer, secret=SECRET, by=anna, now=NOW)
    for later in (0, 5, 9):
        links.open_once(session, link, now=NOW + timedelta(minutes=later))
    session.refresh(link)

    assert (link.openings, link.opened_at, link.seen_at) == (3, NOW, NOW + timedelta(minutes=9))
    assert len(session.exec(select(Event).where(Event.name == "offer.opened")).all()) == 1
    (line,) = reading.of_deal(session, version.offer.deal_id)
    assert line.linked and line.openings == 3


def test_the_same_sheet_is_one_document(session, version):
    first = documents.ask(session, {"title": "Одно"}, now=NOW)
    again = documents.ask(session, {"title": "Одно"}, now=NOW + timedelta(days=1))
    other = documents.ask(session, {"title": "Другое"}, now=NOW)

    assert first.id == again.id != other.id and first.asked_at == NOW


def test_a_document_that_fails_is_tried_again_later_and_later(session, version):
    document = session.get_one(OfferDocument, version.document_id)
    pauses = []
    for _try in range(6):
        documents.failed(session, document.id, now=NOW)
        pauses.append((document.due_at - NOW).total_seconds())

    assert pauses == [5, 30, 300, 3600, 3600, 3600]
    assert documents.due(session, now=NOW) == []
    assert document.id in documents.due(session, now=NOW + timedelta(hours=2))


def test_a_unit_is_offered_with_its_drawings_as_they_are_then(session, ivanov_deal, flat_1, flat_2, anna):
    def drawn(thing, side):
        picture = BytesIO(uploads.picture("PNG", (side, side)))
        return drawings.put(session, thing, "план.png", picture, by=None, now=NOW)

    own, floor = drawn(flat_1, 8), drawn(flat_1.floor, 10)
    drawings.draw(session, floor, flat_1, points="10,10 50,10 50,60", shown="", by=anna)
    before = own.sha256
    content = composed(session, ivanov_deal, flat_1, flat_2).content
    made = offers.make(session, ivanov_deal, content, by=anna, now=NOW)
    drawn(flat_1, 12)

    with_plan, without = Content.of(session.get_one(OfferVersion, made.id).content).units
    assert (with_plan.plan.sha256, with_plan.plan.corners, without.drawings) == (before, (), ())
    assert (with_plan.on_floor.sha256, with_plan.on_floor.corners[1]) == (floor.sha256, (0.5, 0.1))
    printed = [unit["drawings"] for unit in made.document.source["units"]]
    assert printed[0][0]["file"] == f"{before}.png" and printed[1] == []
