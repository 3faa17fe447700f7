"""The screens of publication: who may decide, what is said back, and what it changes outside."""

import re
from dataclasses import replace

import pytest

from domain.kernel import clock
from domain.publishing.feeds import fetching
from domain.publishing.feeds.fetching import Fetch
from domain.publishing.models import FeedFormat, Publication
from tests.world import published
from tests.world.published import POLICY, WORDS

FORM = {"version": 0, "published": "on", "developer": "ООО «Каркас»", "phone": "8 843 555-01-01"}


@pytest.mark.parametrize(
    ("login", "status"), [("boris", 200), ("admin", 200), ("anna", 403), ("olga", 403), ("vera", 403)]
)
def test_heads_and_the_administrator_decide(open_client, river, login, status):
    browser = open_client(login)
    for address in ("", "/sites", "/feeds", "/feeds/yandex", f"/{river.id}", f"/{river.id}/widget"):
        assert browser.get(f"/publication{address}").status_code == status, address
    assert browser.post(f"/publication/{river.id}", data=FORM).status_code == (
        303 if status == 200 else status
    )


def test_publishing_a_project_and_a_building_opens_it(open_client, client, session, river, building):
    boris = open_client("boris")
    boris.post(f"/publication/{river.id}", data=FORM)
    assert client.get(f"/public/projects/{river.id}").status_code == 404, "no kind is public yet"
    boris.post(
        f"/publication/buildings/{building.id}",
        data={"version": 0, "address": "ул. Речная, 1", "flat": "on", "flat_price": "on"},
    )

    told = client.get(f"/public/projects/{river.id}").json()["project"]
    assert (told["free"], told["developer"]) == (11, "ООО «Каркас»")
    assert "опубликован" in boris.get("/publication").text


def test_unticking_the_project_closes_it(open_client, client, session, river):
    published.publish(session)
    session.commit()
    open_client("boris").post(f"/publication/{river.id}", data={"version": 1})

    assert client.get(f"/public/projects/{river.id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latitude", "мимо"),
        ("built_year", "1812"),
        ("ready_quarter", "5"),
        ("image_url", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_with_all_that_was_typed(
    open_client, session, building, field, value
):
    form = {"version": 0, "address": "ул. Речная, 1", field: value}
    answer = open_client("boris").post(f"/publication/buildings/{building.id}", data=form)

    assert answer.status_code == 422 and f'id="e-{field}" class="note bad"' in answer.text
    assert 'value="ул. Речная, 1"' in answer.text and value.replace("(", "(") in answer.text


def test_a_save_over_somebody_elses_shows_theirs_and_keeps_mine(open_client, session, river):
    boris = open_client("boris")
    boris.post(f"/publication/{river.id}", data=FORM)
    answer = boris.post(f"/publication/{river.id}", data=FORM | {"developer": "Иначе"})

    assert answer.status_code == 409 and "Сейчас: «ООО «Каркас»»" in answer.text
    assert 'value="Иначе"' in answer.text and 'name="version" value="1"' in answer.text
    session.expire_all()
    assert session.get(Publication, river.id).developer == "ООО «Каркас»"


def test_a_site_is_allowed_and_forbidden(open_client, client, session, river):
    published.publish(session)
    session.commit()
    boris, asked = open_client("boris"), {"Origin": "https://my.example"}
    assert client.get("/public/projects", headers=asked).status_code == 403
    boris.post("/publication/sites", data={"origin": "my.example"})
    assert client.get("/public/projects", headers=asked).status_code == 200
    (removal,) = re.findall(
        r'action="(/publication/sites/\d+/removal)"', boris.get("/publication/sites").text
    )
    boris.post(removal)
    assert client.get("/public/projects", headers=asked).status_code == 403
    assert boris.post("/publication/sites", data={"origin": "*"}).status_code == 422


def test_a_new_wording_is_a_new_version(open_client, session):
    boris = open_client("boris")
    for text in (WORDS, WORDS, f"{WORDS} Иначе."):
        boris.post("/publication/consent", data={"text": text, "policy_url": POLICY})

    assert "версия 2" in boris.get("/publication/sites").text
    assert boris.post("/publication/consent", data={"text": "да", "policy_url": "x"}).status_code == 422


def test_the_doctor_tells_what_a_portal_would_refuse_with_links(open_client, session, flat_1):
    published.publish(session)
    flat_1.area_kitchen = 500
    fetching.switch(
        session, FeedFormat.CIAN, enabled=True, secret=True, by=published.head(session), now=clock.now()
    )
    session.commit()
    page = open_client("boris").get("/publication/feeds/cian").text

    assert "Площадь кухни не меньше общей" in page and f'href="/units/{flat_1.id}"' in page
    assert re.search(r"Попадут в файл</dt><dd class=\"big\">10<", page)
    assert "/public/feeds/cian.xml?token=" in page


def test_who_fetched_the_file_is_shown(open_client, session):
    portal = Fetch(FeedFormat.CIAN, clock.now(), "CianBot/1.0", status=200, size=1_200_000, milliseconds=340)
    fetching.note(session, [portal, replace(portal, status=304, size=0)])
    session.commit()
    boris = open_client("boris")

    page = boris.get("/publication/feeds/cian").text.replace("\xa0", " ")
    assert "CianBot/1.0" in page and "1,1 МБ" in page and "не изменился" in page and "340 мс" in page
    assert "CianBot/1.0" in boris.get("/publication/feeds").text


def test_a_feed_is_switched_on_by_the_form(open_client, client, session):
    published.publish(session)
    session.commit()
    boris = open_client("boris")
    boris.post("/publication/feeds/cian", data={"enabled": "on"})
    assert client.get("/public/feeds/cian.xml").status_code == 200
    boris.post("/publication/feeds/cian", data={})
    assert client.get("/public/feeds/cian.xml").status_code == 404
