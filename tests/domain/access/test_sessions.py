"""Sessions: always new, gone at once, worth nothing to anybody else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from domain.access import UserSession, sessions, throttling, users
from domain.access.models import User
from domain.kernel.errors import Invalid, Refused

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def sign_in(session: Session, user: User | None, *, now: datetime = NOW) -> str:
    token = sessions.sign_in(session, user, agent="Firefox", address="127.0.0.1", now=now)
    session.flush()
    return token


def test_every_sign_in_gives_a_new_token_and_the_base_keeps_only_its_hash(session, anna):
    first, second = sign_in(session, anna), sign_in(session, anna)

    assert first != second
    kept = session.exec(select(UserSession.token_hash).where(UserSession.user_id == anna.id)).all()
    assert sessions.fingerprint(first) in kept and first.encode() not in kept


def test_a_planted_token_lets_nobody_in(session):
    assert sessions.resume(session, "chosen-by-attacker", now=NOW) is None


def test_signing_out_ends_the_session_and_only_it(session, anna):
    here, elsewhere = sign_in(session, anna), sign_in(session, anna)

    sessions.sign_out(session, sessions.resume(session, here, now=NOW), now=NOW)

    assert sessions.resume(session, here, now=NOW) is None
    assert sessions.resume(session, elsewhere, now=NOW).user.id == anna.id


@pytest.mark.parametrize(
    "later", [sessions.IDLE + timedelta(seconds=1), sessions.LONGEST + timedelta(seconds=1)]
)
def test_an_idle_or_old_session_ends_by_itself(session, anna, later):
    token = sign_in(session, anna)

    assert sessions.resume(session, token, now=NOW + later) is None


def test_a_disabled_person_is_out_everywhere_at_once(session, anna, admin):
    token = sign_in(session, anna)

    users.disable(session, anna, by=admin, now=NOW)
    session.flush()

    assert sessions.resume(session, token, now=NOW) is None
    assert not sessions.still_open(session, sessions.fingerprint(token))
    with pytest.raises(sessions.WrongPassword):
        sign_in(session, anna)


def test_a_new_password_ends_all_sessions(session, anna):
    token = sign_in(session, anna)

    users.set_password(session, anna, "a better one", by=anna, now=NOW)

    assert sessions.resume(session, token, now=NOW) is None


def test_the_exchange_user_has_no_screens(session, onec):
    with pytest.raises(sessions.WrongPassword):
        sign_in(session, onec)


def test_tokens_against_foreign_forms_are_bound_to_the_session(session, anna):
    mine, other = (sessions.fingerprint(sign_in(session, anna)) for _ in range(2))

    assert sessions.csrf_token("secret", mine) != sessions.csrf_token("secret", other)


def test_guessing_one_account_is_slowed_down_and_the_owner_elsewhere_still_gets_in(session, anna):
    for _ in range(throttling.ACCOUNT_FAILURES):
        throttling.demand_patience(session, "anna", "10.0.0.1", now=NOW)
        sessions.check_password(session, anna, False, login="anna", address="10.0.0.1", now=NOW)

    with pytest.raises(Refused, match="15"):
        throttling.demand_patience(session, "Anna", "10.0.0.1", now=NOW)
    throttling.demand_patience(session, "anna", "10.0.0.2", now=NOW)
    throttling.demand_patience(session, "anna", "10.0.0.1", now=NOW + throttling.WINDOW)


def test_one_password_against_many_accounts_is_slowed_down_by_address(session):
    for number in range(throttling.ADDRESS_FAILURES):
        sessions.check_password(session, None, False, login=f"user{number}", address="10.0.0.9", now=NOW)

    with pytest.raises(Refused):
        throttling.demand_patience(session, "somebody", "10.0.0.9", now=NOW)


def test_a_login_is_taken_only_once_and_in_any_case(session, admin, anna):
    with pytest.raises(Invalid) as no:
        users.add(session, login="ANNA", name="Анна", password="karkas", role=anna.role, by=admin)

    assert "login" in no.value.fields
