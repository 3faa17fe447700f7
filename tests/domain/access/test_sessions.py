"""Sessions: always new, gone at once, worth nothing to anybody else."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from domain.access import UserSession, sessions, throttling, users
from domain.access.models import User
from domain.kernel.errors import Invalid, Refused

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def sign_in(session: Session, user: User | None, *, now: datetime = NOW) -> str:
    token = sessions.sign_in(session, user, agent="Firefox", address="127.0.0.1", now=now)
    session.flush()
    return token


def resume(session: Session, token: str, *, now: datetime) -> sessions.SignedIn | None:
    session.flush()
    return sessions.resume(session.connection(), token, now=now)


def test_every_sign_in_gives_a_new_token_and_the_base_keeps_only_its_hash(session, anna):
    first, second = sign_in(session, anna), sign_in(session, anna)

    assert first != second
    kept = session.exec(select(UserSession.token_hash).where(UserSession.user_id == anna.id)).all()
    assert sessions.fingerprint(first) in kept and first.encode() not in kept


def test_a_planted_token_lets_nobody_in(session):
    assert resume(session, "chosen-by-attacker", now=NOW) is None


def test_signing_out_ends_the_session_and_only_it(session, anna):
    here, elsewhere = sign_in(session, anna), sign_in(session, anna)

    sessions.sign_out(session, resume(session, here, now=NOW), now=NOW)

    assert resume(session, here, now=NOW) is None
    assert resume(session, elsewhere, now=NOW).user.id == anna.id


def test_the_person_of_a_session_is_as_the_mapper_reads_one_and_is_written_with_none(session, anna):
    who = resume(session, sign_in(session, anna), now=NOW).user

    assert who == anna and sa.inspect(who).detached and not sa.inspect(who).modified
    session.add(who_again := session.merge(who, load=False))
    session.flush()
    assert who_again is anna


@pytest.mark.parametrize(
    "later", [sessions.IDLE + timedelta(seconds=1), sessions.LONGEST + timedelta(seconds=1)]
)
def test_an_idle_or_old_session_ends_by_itself(session, anna, later):
    token = sign_in(session, anna)

    assert resume(session, token, now=NOW + later) is None


def test_a_disabled_person_is_out_everywhere_at_once(session, anna, admin):
    token = sign_in(session, anna)

    users.disable(session, anna, by=admin, now=NOW)
    session.flush()

    assert resume(session, token, now=NOW) is None
    assert not sessions.still_open(session, sessions.fingerprint(token), now=NOW)
    with pytest.raises(sessions.WrongPassword):
        sign_in(session, anna)


def test_a_new_password_ends_all_sessions(session, anna):
    token = sign_in(session, anna)

    users.set_password(session, anna, "a better one", by=anna, now=NOW)

    assert resume(session, token, now=NOW) is None


def test_the_exchange_user_has_no_screens(session, onec):
    with pytest.raises(sessions.WrongPassword):
        sign_in(session, onec)


def test_tokens_against_foreign_forms_are_bound_to_the_session(session, anna):
    mine, other = (sessions.fingerprint(sign_in(session, anna)) for _ in range(2))

    assert sessions.csrf_token("secret", mine) != sessions.csrf_token("secret", other)


def guess(session: Session, login: str, address: str, times: int, known: str = "") -> None:
    for _ in range(times):
        throttling.count_guess(session, login, address, known=known, now=NOW)


def test_guesses_of_strangers_are_counted_together_and_the_known_browser_is_not_slowed_down(session):
    guess(session, "anna", "10.0.0.1", throttling.GUESSES)

    with pytest.raises(Refused, match="15"):
        throttling.count_guess(session, "anna", "10.0.0.2", now=NOW)
    guess(session, "anna", "10.0.0.1", throttling.GUESSES, known="her browser")
    with pytest.raises(Refused):
        throttling.count_guess(session, "anna", "10.0.0.1", known="her browser", now=NOW)


def test_the_wait_ends_by_itself_and_with_a_new_password(session, anna, admin):
    guess(session, "anna", "10.0.0.1", throttling.GUESSES)

    throttling.count_guess(session, "anna", "10.0.0.2", now=NOW + throttling.WINDOW)
    guess(session, "anna", "10.0.0.3", throttling.GUESSES - 1)
    users.set_password(session, anna, "a better one", by=admin, now=NOW)
    throttling.count_guess(session, "anna", "10.0.0.3", now=NOW)


def test_a_right_guess_does_not_count(session):
    for _ in range(3 * throttling.GUESSES_FROM_ADDRESS):
        throttling.count_guess(session, "anna", "10.0.0.1", now=NOW)
        throttling.give_back(session, "anna", "10.0.0.1")


@pytest.mark.parametrize("address", ["10.0.0.9", "2001:db8::{number}"])
def test_one_password_against_many_accounts_is_slowed_down_by_address(session, address):
    for number in range(throttling.GUESSES_FROM_ADDRESS):
        guess(session, f"user{number}", address.format(number=number), 1)

    with pytest.raises(Refused):
        throttling.count_guess(session, "somebody", address.format(number="ffff"), now=NOW)


def test_a_browser_is_known_only_to_the_account_it_was_signed_in_with(session):
    token = sessions.device_token("secret", "anna")

    assert sessions.known_device("secret", "anna", token)
    for login, sent in (("maria", token), ("anna", token[:-1]), ("anna", "x.я"), ("anna", ""), ("anna", ".")):
        assert sessions.known_device("secret", login, sent) == ""


def test_a_password_changed_while_it_was_checked_opens_nothing(session, anna, admin):
    session.flush()
    checked = User(**anna.model_dump())
    users.set_password(session, anna, "a better one", by=admin, now=NOW)
    session.flush()

    with pytest.raises(sessions.WrongPassword):
        sign_in(session, checked)


def test_a_login_is_taken_only_once_and_in_any_case(session, admin, anna):
    with pytest.raises(Invalid) as no:
        users.add(session, login="ANNA", name="Анна", password="karkas", role=anna.role, by=admin)

    assert "login" in no.value.fields
