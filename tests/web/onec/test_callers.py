"""Who may lead the exchange: the exchange user alone, and nothing else with it."""

import httpx
import pytest
from sqlmodel import Session, col, select

from domain.access.models import User, UserSession
from domain.kernel import clock
from tests.sites import Opener
from tests.web.onec.conftest import OneC
from tests.world import commerceml as xml
from tests.world.people import PASSWORD


def test_the_cookie_alone_is_enough(onec_calls: OneC) -> None:
    onec_calls.enter()
    onec_calls.basic = None
    assert onec_calls.call("init").startswith("zip=")


def test_the_password_alone_is_enough(onec_calls: OneC) -> None:
    onec_calls.call("init")
    onec_calls.send("import0_1.xml", xml.flats([101]))
    assert onec_calls.take("import0_1.xml").startswith("success\n")


def test_neither_is_a_failure_in_words(onec_calls: OneC) -> None:
    onec_calls.basic = None
    assert onec_calls.call("init").startswith("failure\nОшибка авторизации")


@pytest.mark.parametrize(
    "basic",
    [("onec", "wrong"), ("nobody", PASSWORD), ("anna", PASSWORD), ("admin", PASSWORD), ("onec\x00", "")],
)
def test_nobody_else_gets_in(onec_calls: OneC, basic: tuple[str, str]) -> None:
    onec_calls.basic = basic
    for mode in ("checkauth", "init", "file", "import", "query", "info", "deactivate"):
        assert onec_calls.call(mode).startswith("failure\nНеверный логин или пароль")


@pytest.mark.parametrize("header", ["Basic ???", "Basic", "Bearer x", "Basic 0JDQkdCS", "Basic /w=="])
def test_a_broken_header_is_a_failure_in_words(client: httpx.Client, header: str) -> None:
    answer = client.get("/onec/exchange?type=catalog&mode=checkauth", headers={"Authorization": header})
    assert (answer.status_code, answer.text.split("\n")[0]) == (200, "failure")


def test_guessing_is_slowed_down(onec_calls: OneC) -> None:
    onec_calls.basic = ("onec", "wrong")
    answers = [onec_calls.call("checkauth") for _ in range(10)]
    assert "Слишком много" in answers[-1]


def test_a_person_of_the_house_can_not_lead_the_exchange(onec_calls: OneC, open_client: Opener) -> None:
    onec_calls.basic = None
    onec_calls.cookies["karkas_exchange"] = open_client("admin").cookies["karkas"]
    assert onec_calls.call("init").startswith("failure\n")


def test_the_session_of_1c_opens_no_screen(onec_calls: OneC, client: httpx.Client) -> None:
    onec_calls.enter()
    token = onec_calls.cookies["karkas_exchange"]
    for path in ("/my/sessions", "/live?topics=exchange"):
        answer = client.get(path, headers={"Cookie": f"karkas={token}"})
        assert answer.status_code in (303, 401, 403), path


def test_a_disabled_exchange_user_is_out_at_once(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    onec = session.exec(select(User).where(User.login == "onec")).one()
    onec.disabled_at = clock.now()
    session.commit()
    assert onec_calls.call("init").startswith("failure\n")


def test_the_cookie_is_kept_only_as_a_hash(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    token = onec_calls.cookies["karkas_exchange"]
    kept = session.exec(select(UserSession).order_by(col(UserSession.created_at).desc())).first()
    assert kept and token.encode() not in kept.token_hash


def test_a_method_1c_does_not_use_is_refused_in_words(client: httpx.Client) -> None:
    answer = client.options("/onec/exchange")
    assert answer.text.split("\n")[0] == "failure" and "закрыт" in answer.text
