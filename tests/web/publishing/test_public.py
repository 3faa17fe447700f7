"""What anybody gets: the public stock and not a word more, cheaply, and only where it is allowed."""

import gzip
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree
from sqlmodel import select

from domain import estate
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.applying import carry_on
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master, Rule
from domain.estate.pricing.promotions import add_promotion, end_promotion
from domain.kernel import clock
from domain.kernel.settings import settings
from domain.leads import Lead
from domain.publishing.feeds import fetching
from domain.publishing.models import FeedFetch, FeedFormat
from tests.world import published
from tests.world.promoted import five_off
from tests.world.published import SITE
from web.publishing import outside
from web.publishing.journal import journal

UNIT_FIELDS = {
    "id", "building", "kind", "number", "section", "floor", "place", "rooms", "area", "living", "kitchen",
    "finish", "price", "status", "price_before", "badge", "badge_until",
}  # fmt: skip


@pytest.fixture
def river(session):
    project = published.publish(session, booked=True)
    published.open_to(session)
    session.commit()
    return project


def units(client, river, **asked):
    return client.get(f"/public/projects/{river.id}/units", params=asked)


def test_before_anybody_publishes_there_is_nothing(client, session):
    assert client.get("/public/projects").json() == {"projects": []}
    assert client.get("/public/projects/1/units").status_code == 404
    assert client.get("/public/feeds/yandex.xml").status_code == 404


def test_a_unit_says_exactly_this_and_a_booked_one_not_its_price(
    client, session, river, flat_1, ivanov_deal, anna
):
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()
    told = units(client, river).json()

    assert told["total"] == 11 and {frozenset(unit) for unit in told["units"]} == {frozenset(UNIT_FIELDS)}
    (held,) = [unit for unit in told["units"] if unit["id"] == flat_1.id]
    assert (held["status"], held["price"]) == ("booked", None)
    assert all(unit["price"] for unit in told["units"] if unit["status"] == "free")


def test_filters_narrow_and_nonsense_does_not(client, river):
    def numbers(**asked):
        return [unit["number"] for unit in units(client, river, **asked).json()["units"]]

    assert numbers(rooms=0) == ["9", "5", "1"]
    assert numbers(floor_from=3, rooms=3) == []
    assert numbers(price_to=6_650_000) == ["9", "5", "1"]
    assert numbers(area_from="72") == ["8", "4"]
    assert numbers(limit=2, offset=1) == numbers()[1:3]
    for asked in ({"rooms": "x"}, {"price_to": "NaN"}, {"floor_from": "1e9"}, {"limit": "-1"}):
        assert len(numbers(**asked)) == 11, asked


def test_the_second_question_is_304_until_something_changes(client, session, river, flat_1):
    first = units(client, river)
    known = {"If-None-Match": first.headers["etag"]}
    address = f"/public/projects/{river.id}/units"

    assert first.headers["cache-control"] == "public, max-age=15"
    assert client.get(address, headers=known).status_code == 304
    flat_1.price += 1
    session.commit()
    again = client.get(address, headers=known)
    assert again.status_code == 200 and again.headers["etag"] != first.headers["etag"]


@pytest.fixture
def at(monkeypatch):
    """The site's clock stands at this moment from then on."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def promote(session, river, boris):
    def promoted(**more):
        now = clock.now()
        made = add_promotion(session, river, five_off(now, **more), by=boris, now=now)
        session.commit()
        return made

    return promoted


def test_a_promotion_is_told_with_the_price_before_and_its_last_day(client, river, promote, flat_1):
    promote(ends_at=datetime(2126, 12, 1, tzinfo=settings().zone))
    (told,) = [unit for unit in units(client, river).json()["units"] if unit["id"] == flat_1.id]

    assert told["price"] * 100 == told["price_before"] * 95
    assert (told["badge"], told["badge_until"]) == ("−5 %", "2126-11-30"), "it ends at midnight"
    lowest = client.get(f"/public/projects/{river.id}").json()["project"]["price_from"]
    assert lowest == told["price"]
    found = units(client, river, price_to=told["price"]).json()["units"]
    assert flat_1.id in {unit["id"] for unit in found}


@pytest.mark.parametrize("address", ["/public/projects", "/public/projects/{}", "/public/projects/{}/units"])
def test_what_is_kept_outside_is_stale_at_the_edge_of_a_promotion_by_the_clock_alone(
    client, river, promote, at, address
):
    """Nobody writes anything at the edge; the control is the second before it."""
    begins = clock.now() + timedelta(days=1)
    promote(starts_at=begins, ends_at=begins + timedelta(days=1))
    address = address.format(river.id)
    marks = [client.get(address).headers["etag"]]

    for edge in (begins, begins + timedelta(days=1)):
        at(edge - timedelta(seconds=1))
        assert client.get(address, headers={"If-None-Match": marks[-1]}).status_code == 304
        at(edge)
        again = client.get(address, headers={"If-None-Match": marks[-1]})
        assert again.status_code == 200 and again.headers["etag"] not in marks
        marks.append(again.headers["etag"])


def test_a_promotion_added_and_ended_by_hand_is_seen_at_once(client, session, river, promote, boris):
    def price():
        return min(unit["price"] for unit in units(client, river).json()["units"])

    before = price()
    promotion = promote()
    assert price() * 100 == before * 95
    end_promotion(session, promotion, by=boris, now=clock.now())
    session.commit()
    assert price() == before


def test_a_price_list_is_seen_at_once(client, session, river, boris):
    before = units(client, river)
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    wanted = lists.Wanted(Rule.PERCENT, Decimal(10), Decimal(1), Criteria(), "", None)
    document = lists.draft(session, river, wanted, by=boris, now=clock.now())
    lists.start(session, document, by=boris, now=clock.now())
    while carry_on(session, document.id, now=clock.now(), most=1000):
        pass
    session.commit()

    after = units(client, river)
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["units"][0]["price"] * 10 == before.json()["units"][0]["price"] * 11


def test_an_unchanged_stock_costs_one_short_read(client, river, queries):
    units(client, river)
    with queries(1):
        units(client, river)
    with queries(2):
        client.get(f"/public/projects/{river.id}/units", headers={"Origin": SITE})


def test_it_is_packed(client, river):
    answer = client.get(f"/public/projects/{river.id}/units", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip" and answer.json()["total"] == 11


def test_a_listed_site_may_read_it_and_another_is_told_why_not(client, river):
    address = f"/public/projects/{river.id}"
    allowed = client.get(address, headers={"Origin": SITE})
    refused = client.get(address, headers={"Origin": "https://evil.example"})

    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "origin" in allowed.headers["vary"].lower()
    assert refused.status_code == 403 and "https://evil.example не разрешено" in refused.json()["sentence"]
    assert refused.headers["access-control-allow-origin"] == "*", "or the page could not read why"


def test_cookies_change_nothing(open_client, client, river):
    assert units(open_client("boris"), river).content == units(client, river).content


def test_an_address_that_asks_without_end_is_told_to_wait(client, river, monkeypatch):
    monkeypatch.setattr(outside, "AT_ONCE", 3)
    monkeypatch.setattr(outside, "A_SECOND", 0)
    outside.buckets.clear()
    answers = [client.get("/public/projects") for _time in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] and "Подождите" in answers[-1].json()["sentence"]


def test_a_bucket_fills_again_and_forgets_the_oldest():
    buckets = outside.Buckets(room=2)
    assert all(buckets.take("a", at=0.0) for _ in range(outside.AT_ONCE))
    assert not buckets.take("a", at=0.0) and buckets.take("a", at=1.0)
    buckets.take("b", at=2.0)
    buckets.take("c", at=2.0)
    assert len(buckets._left) == 2


# Feeds


@pytest.fixture
def opened(session, river, boris):
    def opens(format_=FeedFormat.CIAN, *, secret=False):
        feed = fetching.switch(session, format_, enabled=True, secret=secret, by=boris, now=clock.now())
        session.commit()
        return feed

    return opens


def test_a_feed_is_a_document_with_every_sound_flat(client, opened):
    opened()
    answer = client.get("/public/feeds/cian.xml")

    assert answer.headers["content-type"].startswith("application/xml")
    assert len(etree.fromstring(answer.content).findall("object")) == 11


def test_it_is_sent_packed_or_plain_as_asked(client, opened):
    opened()
    plain = client.get("/public/feeds/cian.xml", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/public/feeds/cian.xml", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())

    assert "content-encoding" not in plain.headers and gzip.decompress(raw) == plain.content


def test_a_portal_that_has_it_gets_304_until_a_flat_is_booked(
    client, session, opened, flat_1, ivanov_deal, anna
):
    opened()
    first = client.get("/public/feeds/cian.xml")
    known = {"If-None-Match": first.headers["etag"]}

    assert client.get("/public/feeds/cian.xml", headers=known).status_code == 304
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=1, by=anna, now=clock.now())
    session.commit()
    again = client.get("/public/feeds/cian.xml", headers=known)
    assert again.status_code == 200 and f"<ExternalId>{flat_1.id}<" not in again.text


def test_a_feed_is_another_at_the_edges_of_a_promotion_by_the_clock_alone(client, opened, promote, at):
    opened()
    begins = clock.now() + timedelta(days=1)
    promote(starts_at=begins, ends_at=begins + timedelta(days=1))
    prices, known = [], {}

    for moment in (clock.now(), begins, begins + timedelta(days=1)):
        at(moment)
        answer = client.get("/public/feeds/cian.xml", headers=known)
        prices.append(Decimal(etree.fromstring(answer.content).findtext("object/BargainTerms/Price")))
        known = {"If-None-Match": answer.headers["etag"]}
        assert client.get("/public/feeds/cian.xml", headers=known).status_code == 304
    assert prices[0] == prices[2] and prices[1] == prices[0] * Decimal("0.95")


def test_with_a_token_only_the_whole_address_leads_there(client, opened):
    feed = opened(secret=True)

    assert client.get("/public/feeds/cian.xml").status_code == 404
    assert client.get("/public/feeds/cian.xml", params={"token": "x"}).status_code == 404
    assert client.get("/public/feeds/cian.xml", params={"token": feed.token}).status_code == 200


def test_who_fetched_it_is_written_down_after_the_answer(client, session, opened):
    opened()
    answer = client.get("/public/feeds/cian.xml", headers={"User-Agent": "CianBot/1.0"})
    client.get("/public/feeds/cian.xml", headers={"If-None-Match": answer.headers["etag"]})
    journal.pour()

    fetches = session.exec(select(FeedFetch).order_by(FeedFetch.id)).all()
    assert [(fetch.agent[:7], fetch.status) for fetch in fetches] == [("CianBot", 200), ("python-", 304)]
    assert fetches[0].size > 0 and fetches[1].size == 0


# Requests


@pytest.fixture
def form(session, river, flat_1):
    wording = published.wording(session)
    session.commit()
    return {
        "name": "Нина", "phone": "8 921 555-00-11", "unit_id": flat_1.id, "agreed": wording.id,
        "page": "https://river.example/flats", "utm_source": "yandex",
    }  # fmt: skip


def leads_of(session):
    session.expire_all()
    return session.exec(select(Lead)).all()


def send(client, form, origin=SITE, **headers):
    given = {"Origin": origin} if origin else {}
    return client.post("/public/leads", data=form, headers=given | headers)


def test_a_request_from_a_listed_site_is_kept_with_its_consent(client, session, form):
    answer = send(client, form)
    (lead,) = leads_of(session)

    assert answer.json()["accepted"] and answer.headers["access-control-allow-origin"] == SITE
    assert (lead.phone, lead.page, lead.utm) == ("+79215550011", form["page"], {"utm_source": "yandex"})
    assert lead.consent_text_id == form["agreed"] and len(lead.consent_address) == 32
    assert b"127.0.0.1" not in lead.consent_address


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "http://river.example"])
def test_from_any_other_page_it_is_refused_in_words(client, session, form, origin):
    answer = send(client, form, origin)

    assert answer.status_code == 403 and "не разрешено" in answer.json()["sentence"]
    assert leads_of(session) == []


def test_nobody_is_recognised_there(open_client, session, form):
    """Her browser is signed in; the page of the site does nothing in her name, token or not."""
    send(open_client("anna"), form)

    (lead,) = leads_of(session)
    assert lead.responsible_id is None


def test_without_the_ticked_box_it_is_refused_at_the_box(client, session, form):
    answer = send(client, form | {"agreed": ""})

    assert answer.status_code == 422 and "agreed" in answer.json()["fields"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert leads_of(session) == []


def test_a_robot_that_fills_in_everything_is_thanked_and_forgotten(client, session, form):
    assert send(client, form | {"website": "http://spam.example"}).json()["accepted"]
    assert leads_of(session) == []


def test_a_flat_that_is_not_public_takes_no_requests(client, session, form):
    published.publish(session, published=False)
    session.commit()

    assert send(client, form).status_code == 409
    assert leads_of(session) == []


def test_eleven_requests_of_one_address_are_one_too_many(client, session, form):
    answers = [send(client, form | {"phone": f"+792155500{number:02}"}) for number in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert len(leads_of(session)) == 10


def test_the_same_request_sent_twice_is_one(client, session, form):
    for _time in range(2):
        send(client, form)
    (lead,) = leads_of(session)
    assert lead.repeats == 1
