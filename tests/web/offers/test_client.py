"""The client's page: no session, one offer, honest, and its openings counted only when somebody looks."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from domain import deals, offers
from domain.estate import Availability, drawings
from domain.events import Event
from domain.kernel import clock
from domain.kernel.settings import settings
from domain.notices.models import Notice
from domain.offers.models import OfferLink
from jobs import relay
from jobs.offers.typeset_offer import typeset_offer
from tests.sites import HTMX
from tests.web.offers.conftest import drawn
from web.offers import client as page
from web.pace import Pace


def link_of(session) -> OfferLink:
    session.rollback()
    return session.exec(select(OfferLink)).one()


def test_the_client_sees_the_offer_and_nothing_of_the_house(client, address, offer, ivanov_deal):
    answer = client.get(address)

    assert answer.status_code == 200
    text = answer.text.replace("\xa0", " ")
    for said in ("Речной квартал", "Квартира № 1", "6 550 000 ₽", "Рассрочка", "Скидка &lt;b&gt;обсудим",
                 "Анна Королёва", "Условия действуют до"):  # fmt: skip
        assert said in text, said
    for own in ("Иванов", "Каркас", 'href="/deals', 'href="/offers', "/sign-in", ivanov_deal.title):
        assert own not in text, own


def test_the_client_sees_the_plan_as_it_was_when_the_offer_was_made(
    client, open_client, session, plans_of_flat_1, address, offer, flat_1
):
    anna, timur = open_client("anna"), open_client("timur")
    own, floor = plans_of_flat_1
    sent = [own.thumbnail_sha256, floor.thumbnail_sha256]
    text = client.get(address).text
    assert all(f"{address}/plans/{sha256}" in text for sha256 in sent) and 'points="4.0,0.0 8.0,0.0' in text

    another = drawings.put(session, flat_1, *drawn(9), by=None, now=clock.now())
    session.commit()

    assert [client.get(f"{address}/plans/{sha256}").status_code for sha256 in sent] == [200, 200]
    assert client.get(f"{address}/plans/{another.thumbnail_sha256}").status_code == 404
    assert client.get(f"{address}/plans/..%2f{sent[0]}").status_code == 404
    ours = f"/offers/{offer.id}/plans/{sent[0]}"
    assert sent[0] in anna.get(f"/offers/{offer.id}").text and anna.get(ours).status_code == 200
    assert timur.get(ours).status_code == 404 and client.get(ours).status_code == 303


def test_nobody_keeps_it_indexes_it_or_is_told_where_it_was(client, address):
    headers = client.get(address).headers

    assert "noindex" in headers["x-robots-tag"] and headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin" and "set-cookie" not in headers


def test_looking_counts_nothing_and_the_page_s_own_word_does(client, session, address):
    for _look in range(2):
        client.get(address)
        client.head(address)
        client.get(address, headers={"Purpose": "prefetch", "User-Agent": "TelegramBot"})
    assert link_of(session).openings == 0

    client.post(f"{address}/openings")
    client.post(f"{address}/openings")

    link = link_of(session)
    assert link.openings == 2 and link.opened_at and link.seen_at > link.opened_at


def test_the_manager_is_told_once_and_their_own_look_is_not_counted(
    client, open_client, session, address, anna
):
    open_client("anna").post(f"{address}/openings")
    assert link_of(session).openings == 0

    for _look in range(3):
        client.post(f"{address}/openings")
    relay.relay.fn()

    opened = session.exec(select(Event).where(Event.name == "offer.opened")).one()
    notices = session.exec(select(Notice.user_id).where(Notice.event_id == opened.id)).all()
    assert opened.actor_id is None and notices == [anna.id]
    assert "Клиент открыл предложение" in open_client("anna").get(f"/deals/{opened.deal_id}").text


def test_another_site_can_t_count_for_the_client(client, session, address):
    answer = client.post(f"{address}/openings", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403 and link_of(session).openings == 0


def test_the_address_says_nothing_after_it_is_revoked(client, open_client, session, address, offer):
    anna = open_client("anna")
    assert address in anna.get(f"/offers/{offer.id}").text

    anna.post(f"/offers/{offer.id}/links/{link_of(session).id}/revocation")

    for path in (address, f"{address}/pdf", "/o/never-was"):
        answer = client.get(path)
        assert answer.status_code == 404 and "больше не работает" in answer.text
        assert "Каркас" not in answer.text
    assert client.post(f"{address}/openings").status_code == 404
    assert address not in anna.get(f"/offers/{offer.id}").text


def test_it_shows_the_latest_version(client, session, address, offer, ivanov_deal, flat_1, anna):
    wanted = offers.Wanted([flat_1.id], clock.now().date() + timedelta(days=9), conditions="Новые слова")
    content = offers.compose(session, ivanov_deal, wanted, seller=anna.name, now=clock.now()).content
    offers.revise(session, offer, content, shown=1, by=anna, now=clock.now())
    session.commit()

    assert "Новые слова" in client.get(address).text


def test_what_was_sold_or_repriced_since_is_said(client, session, address, flat_1):
    flat_1.price += 50_000
    session.commit()
    assert "сегодня она 6\xa0600\xa0000" in client.get(address).text

    flat_1.availability = Availability.SOLD
    session.commit()
    assert "Квартира №\xa01: уже продано" in client.get(address).text


def test_a_flat_kept_for_this_client_is_not_called_taken(client, session, address, ivanov_deal, flat_1, anna):
    deals.book(session, ivanov_deal, flat_1, days=1, by=anna, now=clock.now())
    session.commit()

    assert "забронировано" not in client.get(address).text


def test_the_pdf_is_handed_out_by_the_same_token(client, session, address, offer):
    assert client.get(f"{address}/pdf").status_code == 409
    assert "Сохранить PDF" not in client.get(address).text

    version = offers.reading.latest(session, offer.id)
    typeset_offer.fn(version.document_id)

    answer = client.get(f"{address}/pdf")
    assert answer.content.startswith(b"%PDF-") and "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["content-disposition"].startswith("attachment")


def test_one_network_may_not_ask_without_end(client, address, monkeypatch):
    monkeypatch.setattr(page, "pace", Pace(most=3, seconds=60))

    statuses = [client.get(address).status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]


def test_the_pace_is_of_a_network_and_ends():
    pace = Pace(most=1, seconds=0.0)
    pace.count("2001:db8::1")
    pace.count("2001:db8::1")  # the second began anew
    strict = Pace(most=1, seconds=60)
    strict.count("2001:db8::1")
    with pytest.raises(page.TooOften):
        strict.count("2001:db8::2")
    strict.count("192.0.2.1")


def test_a_link_made_on_the_page_is_whole_and_works(client, open_client, offer):
    answer = open_client("anna").post(f"/offers/{offer.id}/links", headers=HTMX)

    address = answer.text.split('readonly value="')[1].split('"')[0]
    assert answer.status_code == 200 and client.get(httpx.URL(address).path).status_code == 200
    assert settings().secret not in answer.text
