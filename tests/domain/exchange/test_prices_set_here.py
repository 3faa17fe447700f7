"""Where price lists here are the master, prices of 1C are not taken, and it is said so."""

from decimal import Decimal

from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master
from tests.world import commerceml as xml
from tests.world.onec import unit


def test_a_file_of_prices_changes_nothing_and_says_how_many(session, take, river, boris):
    take(xml.flats([101, 102]))
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    unit(session, 101).price = Decimal(5_000_000)
    session.flush()

    report = take(
        xml.document(xml.offers(xml.offer("flat-101", "7 840 000"), xml.offer("flat-102", "6 000 000")))
    )

    assert (unit(session, 101).price, unit(session, 102).price) == (Decimal(5_000_000), None)
    assert report.remarks == ["Не взяты 2 цены: их ведут прайсы здесь"]
    assert report.prices["changed"] == 0


def test_an_equal_price_is_no_news(session, take, river, boris):
    take(xml.document(xml.classifier(), xml.catalogue(xml.flat(101)), xml.offers(xml.offer("flat-101", 5))))
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)

    assert take(xml.document(xml.offers(xml.offer("flat-101", 5)))).remarks == []
