"""A full exchange takes off sale what it no longer names, unless that is too much to be true."""

import pytest
from sqlmodel import Session, select

from domain.estate import Availability, Unit
from domain.exchange.catalogue import vanishing
from domain.exchange.models import Connection
from domain.kernel import clock
from tests.world import commerceml as xml
from tests.world.onec import Take


def full(*numbers: int, ref: str = "cat1") -> str:
    return xml.document(xml.classifier(), xml.catalogue(*map(xml.flat, numbers), only_changes=False, ref=ref))


def later(session: Session, connection: Connection, take: Take, *files: str) -> int:
    since = clock.now()
    for file in files:
        take(file)
    return vanishing.withdraw_unlisted(session, connection, since=since)


def on_sale(session: Session) -> set[str]:
    free = select(Unit.number).where(Unit.availability == Availability.ON_SALE)
    return {number for number in session.exec(free) if len(number) == 3}


def test_what_a_full_catalogue_leaves_out_goes_off_sale(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(*range(101, 111)))
    assert later(session, catalogue_base, take, full(*range(101, 110))) == 1
    assert on_sale(session) == {str(number) for number in range(101, 110)}


def test_when_too_much_is_missing_nothing_goes_off_sale(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(*range(101, 111)))
    with pytest.raises(vanishing.TooManyVanished) as no:
        later(session, catalogue_base, take, full(*range(101, 108)))
    assert "3 из 10" in no.value.sentence and "20 %" in no.value.sentence
    assert len(on_sale(session)) == 10


def test_how_much_is_too_much_is_a_setting(session: Session, take: Take, catalogue_base: Connection) -> None:
    catalogue_base.mapping = {"vanished_at_most": 50}
    take(full(*range(101, 111)))
    assert later(session, catalogue_base, take, full(*range(101, 107))) == 4


def test_a_file_of_changes_takes_nothing_away(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(101, 102))
    assert later(session, catalogue_base, take, xml.flats([101])) == 0
    assert on_sale(session) == {"101", "102"}


def test_a_full_catalogue_in_parts_counts_as_one(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(*range(101, 111)))
    assert later(session, catalogue_base, take, full(*range(101, 106)), full(*range(106, 111))) == 0


def test_catalogues_vanish_each_on_its_own(session: Session, take: Take, catalogue_base: Connection) -> None:
    take(full(*range(101, 106)))
    take(full(*range(201, 206), ref="cat2"))
    assert later(session, catalogue_base, take, full(*range(101, 105))) == 1
    assert on_sale(session) >= {str(number) for number in range(201, 206)}


def test_a_unit_that_is_named_again_returns_to_sale(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(*range(101, 111)))
    later(session, catalogue_base, take, full(*range(101, 110)))
    take(full(*range(101, 111)))
    assert "110" in on_sale(session)


def test_the_second_time_there_is_nothing_left_to_take_away(
    session: Session, take: Take, catalogue_base: Connection
) -> None:
    take(full(*range(101, 111)))
    since = clock.now()
    take(full(*range(101, 110)))
    taken = [vanishing.withdraw_unlisted(session, catalogue_base, since=since) for _ in range(2)]
    assert taken == [1, 0]


def test_units_of_other_sources_are_left_alone(
    session: Session, take: Take, catalogue_base: Connection, flat_1: Unit
) -> None:
    later(session, catalogue_base, take, full(101, 102))
    assert flat_1.availability is Availability.ON_SALE
