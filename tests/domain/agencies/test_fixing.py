"""A client fixed to an agency: the phone decides, and nothing but "ours" or "free" is told."""

from datetime import timedelta

import pytest

from domain.agencies import fixing
from domain.agencies.fixing import CHECKS_AN_HOUR, Standing
from domain.agencies.models import Fixation
from domain.kernel import clock
from domain.kernel.errors import Invalid, Missing, Refused

NOW = clock.now()
PHONE = "8 (921) 555-01-01"


def test_a_new_phone_is_fixed_for_the_days_of_the_agency(session, nevsky, agata):
    made = fixing.fix(session, name=" Пётр  Савельев ", phone=PHONE, by=agata, now=NOW)

    assert isinstance(made, Fixation)
    assert (made.name, made.phone, made.until) == ("Пётр Савельев", "+79215550101", NOW + timedelta(days=30))


def test_a_client_of_the_company_and_one_of_another_agency_are_told_in_the_same_words(
    session, nevsky, kazan_homes, agata, bulat, ivanov
):
    fixing.fix(session, name="Клиент Булата", phone=PHONE, by=bulat, now=NOW)

    ours = fixing.check(session, phone=ivanov.phone, by=agata, now=NOW)
    theirs = fixing.check(session, phone=PHONE, by=agata, now=NOW)

    assert (ours.standing, ours.until) == (theirs.standing, theirs.until) == (Standing.OURS, ours.until)


def test_ones_own_client_is_told_with_the_end_of_the_term(session, nevsky, agata):
    made = fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=NOW)

    again = fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=NOW)

    assert isinstance(again, fixing.Checked)
    assert (again.standing, again.until) == (Standing.YOURS, made.until)


def test_a_term_that_is_over_holds_nobody_swept_or_not(session, nevsky, kazan_homes, agata, bulat):
    fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=NOW - timedelta(days=31))

    made = fixing.fix(session, name="Пётр", phone=PHONE, by=bulat, now=NOW)

    assert isinstance(made, Fixation)
    assert made.agency_id == kazan_homes.id


def test_a_client_given_up_is_free_for_others(session, nevsky, kazan_homes, agata, bulat):
    made = fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=NOW)
    fixing.release(session, made, by=agata, now=NOW)

    assert fixing.check(session, phone=PHONE, by=bulat, now=NOW).standing is Standing.FREE
    with pytest.raises(Refused):
        fixing.release(session, made, by=agata, now=NOW)


def test_the_base_is_not_to_be_read_by_asking(session, nevsky, agata):
    for number in range(CHECKS_AN_HOUR):
        fixing.check(session, phone=f"+7921556{number:04d}", by=agata, now=NOW)

    with pytest.raises(Refused):
        fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=NOW)
    later = NOW + timedelta(hours=1, seconds=1)
    assert isinstance(fixing.fix(session, name="Пётр", phone=PHONE, by=agata, now=later), Fixation)


@pytest.mark.parametrize(
    ("name", "phone", "wrong"),
    [
        ("", PHONE, {"name"}),
        ("Пётр", "", {"phone"}),
        ("", "12", {"name", "phone"}),
        ("я" * 201, PHONE, {"name"}),
    ],
)
def test_every_wrong_field_is_told(session, nevsky, agata, name, phone, wrong):
    with pytest.raises(Invalid) as no:
        fixing.fix(session, name=name, phone=phone, by=agata, now=NOW)

    assert set(no.value.fields) == wrong


def test_an_account_without_an_agency_can_do_nothing(session, agata):
    with pytest.raises(Missing):
        fixing.check(session, phone=PHONE, by=agata, now=NOW)
