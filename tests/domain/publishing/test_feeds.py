"""Feeds: each format as it was agreed upon, word for word, and a doctor who says what is wrong.

The golden files were written by us from the portals' published rules (docs/publication.md says which we could
read). To write them anew after a change that was meant: `REGOLD=1 pytest tests/domain/publishing`.
"""

import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from domain.estate.models import Finish
from domain.estate.pricing import Criteria
from domain.estate.pricing.promotions import add_promotion
from domain.kernel import clock
from domain.publishing.feeds import doctor, markup, rules
from domain.publishing.feeds.doctor import FORMATS, Report, examine
from domain.publishing.feeds.facts import Facts, House, facts
from domain.publishing.models import BuildingState, FeedFormat, Material
from tests.world import published
from tests.world.promoted import five_off

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 28, 12, 0, tzinfo=timezone(timedelta(hours=3)))
HOUSE = House(
    id=7, name="Корпус 1", address="ул. Речная, 1", latitude=Decimal("55.786130"),
    longitude=Decimal("49.125600"), floors_total=9, built_year=2027, ready_quarter=2,
    state=BuildingState.UNFINISHED, material=Material.BRICK, image_url="https://river.example/1.jpg?a=1&b=2",
    portal_id="1011", project_id=3, project="ЖК «Речной квартал»", city="Казань",
    region="Республика Татарстан", description="Дом у реки & парк <рядом>", developer="ООО «Каркас»",
    developer_id="4444", phone="+78435550101", site_url="https://river.example/flats",
    portal_project_id="1001",
    promotions=(("Чёрная пятница", AT + timedelta(days=2)), ("Семейная", None)),
)  # fmt: skip
TWO = Facts(
    house=HOUSE, id=42, number="12", section=1, floor=3, rooms=2, area=Decimal("54.30"),
    living=Decimal("31.80"),
    kitchen=Decimal("12.20"), finish=Finish.PRE_FINE, price=Decimal("6550000.00"),
)  # fmt: skip
STUDIO = replace(TWO, id=43, number="13", rooms=0, area=Decimal("24.6"), living=Decimal("15.4"), kitchen=None)
ELSEWHERE = replace(TWO, id=44, house=replace(HOUSE, id=8, name="Корпус 2", portal_id="1012"))
ANOTHER = replace(
    TWO,
    id=45,
    house=replace(HOUSE, id=9, project_id=4, project="ЖК «Бор»", portal_project_id="1002", promotions=()),
)
EVERY = pytest.mark.parametrize("format_", FeedFormat)


def written(format_: FeedFormat, *flats: Facts) -> str:
    return "".join(FORMATS[format_].document(flats, at=AT))


@EVERY
def test_the_file_is_the_golden_one(format_):
    made = written(format_, TWO, STUDIO, ELSEWHERE, ANOTHER)
    golden = GOLDEN / f"{format_}.xml"
    if os.environ.get("REGOLD"):
        golden.write_text(made, "utf-8")

    assert made == golden.read_text("utf-8")
    etree.fromstring(made.encode())


@EVERY
def test_an_empty_file_is_a_file(format_):
    etree.fromstring(written(format_).encode())


@EVERY
@given(words=st.text(max_size=80))
def test_whatever_is_typed_the_file_can_be_read_and_says_it(format_, words):
    flat = replace(TWO, house=replace(HOUSE, description=words, developer=words, address=words))
    root = etree.fromstring(written(format_, flat).encode())

    readable = markup.FORBIDDEN.sub("", words).replace("\r\n", "\n").replace("\r", "\n")
    assert not readable.strip() or any((node.text or "").endswith(readable) for node in root.iter())


@EVERY
def test_every_number_of_a_flat_is_in_the_file_once(format_):
    root = etree.fromstring(written(format_, TWO, STUDIO, ELSEWHERE).encode())
    told = [node.text for node in root.iter("{*}ExternalId", "{*}Id", "{*}flat_id")] + [
        offer.get("internal-id") for offer in root.iter("{*}offer")
    ]
    assert [told.count(number) for number in ("42", "43", "44")] == [1, 1, 1]


def test_yandex_wants_its_namespace_and_what_makes_it_a_new_building():
    root = etree.fromstring(written(FeedFormat.YANDEX, STUDIO).encode())
    known = {"y": "http://webmaster.yandex.ru/schemas/feed/realty/2010-06"}
    (offer,) = root.findall("y:offer", known)

    assert root.findtext("y:generation-date", namespaces=known) == "2026-11-28T12:00:00+03:00"
    for name in (
        "yandex-building-id",
        "yandex-house-id",
        "built-year",
        "ready-quarter",
        "new-flat",
        "studio",
    ):
        assert offer.findtext(f"y:{name}", namespaces=known), name


ILL = {
    "price": (replace(TWO, price=None), "Цена по запросу"),
    "kitchen": (replace(TWO, kitchen=Decimal(60)), "Площадь кухни не меньше общей"),
    "living": (replace(TWO, living=Decimal(60)), "Жилая площадь не меньше общей"),
    "parts": (replace(TWO, living=Decimal(50)), "вместе больше общей"),
    "floor": (replace(TWO, floor=10), "Этаж выше"),
    "cellar": (replace(TWO, floor=-1), "ниже первого этажа"),
    "address": (replace(TWO, house=replace(HOUSE, address=" ")), "Нет адреса у дома"),
    "city": (replace(TWO, house=replace(HOUSE, city="")), "Нет города"),
    "phone": (replace(TWO, house=replace(HOUSE, phone="")), "телефона"),
    "deadline": (replace(TWO, house=replace(HOUSE, ready_quarter=None)), "квартала сдачи"),
    "number": (replace(TWO, house=replace(HOUSE, portal_id="")), "Нет номера дома на площадке"),
}


@EVERY
@pytest.mark.parametrize("what", ILL)
def test_the_doctor_says_in_words_what_is_wrong_and_leaves_it_out(format_, what):
    flat, sentence = ILL[what]
    report = Report()
    sound = list(examine([TWO, flat, STUDIO], format_, report))

    assert sound == [TWO, STUDIO] and (report.sound, report.left_out) == (2, 1)
    assert [text for text in report.listed[0].sentences if sentence in text], report.listed[0].sentences


@EVERY
def test_a_sound_flat_has_no_complaints(format_):
    assert rules.complaints(TWO, FORMATS[format_].RULES) == []


def test_the_list_of_the_ill_is_short_and_the_count_is_whole():
    report = Report()
    ill = [replace(TWO, id=number, price=None) for number in range(doctor.MOST_LISTED + 5)]
    assert list(examine(ill, FeedFormat.YANDEX, report)) == []
    assert (report.left_out, len(report.listed)) == (len(ill), doctor.MOST_LISTED)


@EVERY
def test_flats_of_the_base_come_through(session, format_):
    published.publish(session)
    for flat in facts(session, format_.value, now=clock.now()):
        assert flat.house.portal_id and flat.house.portal_project_id and flat.price
    report = doctor.diagnose(session, format_, now=clock.now())

    wanted = {FeedFormat.YANDEX: 0, FeedFormat.DOMCLICK: 0, FeedFormat.AVITO: 11, FeedFormat.CIAN: 11}
    assert report.sound == wanted[format_], report.sentences
    assert report.sound + report.left_out == 11


@EVERY
def test_the_price_in_a_feed_is_the_one_with_public_promotions(
    session, format_, river, flat_1, boris, queries
):
    published.publish(session)
    session.flush()
    now = clock.now()
    with queries(3):
        before = {flat.id: flat.price for flat in facts(session, format_.value, now=now)}
    add_promotion(session, river, five_off(now, criteria=Criteria(floor_to=1)), by=boris, now=now)
    own = five_off(now, name="Своим", criteria=Criteria(floor_from=2), public=False)
    add_promotion(session, river, own, by=boris, now=now)
    session.flush()

    with queries(3):
        flats = list(facts(session, format_.value, now=now))
    after = {flat.id: flat.price for flat in flats}
    assert {id_ for id_, price in after.items() if price != before[id_]} == {1, 2, 3, 4}
    assert after[flat_1.id] == flat_1.price * Decimal("0.95")
    assert {name for flat in flats for name, _until in flat.house.promotions} == {"Чёрная пятница"}


def test_flats_whose_price_is_on_request_are_left_out_of_every_feed(session):
    published.publish(session, price=False)
    for format_ in FeedFormat:
        assert doctor.diagnose(session, format_, now=clock.now()).sound == 0
