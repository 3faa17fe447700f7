"""Bad weather on order: what happens to the request and what to the base."""

import time

import httpx
import pytest

from tests.onec_demo.client import COUNTERPARTIES, OneC, told_error

KEY = "cccccccc-0000-4000-8000-000000000001"
BODY = {"Ref_Key": KEY, "Description": "Рассвет ООО", "ЮрФизЛицо": "ЮрЛицо"}


def written(onec: OneC) -> bool:
    return any(each["Ref_Key"] == KEY for each in onec.demo.base.store.rows(COUNTERPARTIES))


@pytest.mark.parametrize(("kind", "done"), [("error_before", False), ("error_after", True)])
def test_a_500_before_or_after_the_effect(onec: OneC, kind: str, done: bool) -> None:
    onec.fault(kind)
    assert onec.post(COUNTERPARTIES, **BODY).status_code == 500
    assert written(onec) is done
    assert onec.get(COUNTERPARTIES).status_code == 200, "it strikes once"


def test_the_status_of_the_failure_can_be_chosen(onec: OneC) -> None:
    onec.fault("error_before", status=503)
    assert onec.get(COUNTERPARTIES).status_code == 503


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_connection_broken_before_or_after_the_effect(onec: OneC, kind: str, done: bool) -> None:
    onec.fault(kind)
    with pytest.raises(httpx.TransportError):
        onec.post(COUNTERPARTIES, **BODY)
    assert written(onec) is done
    assert onec.get(COUNTERPARTIES).status_code == 200


def test_silence_after_the_effect_and_the_repeat_meets_our_own_key(onec: OneC) -> None:
    onec.fault("hang_after")
    with pytest.raises(httpx.ReadTimeout):
        onec.http.post(onec.url(COUNTERPARTIES), json=BODY, timeout=0.3)
    assert written(onec)
    assert told_error(onec.post(COUNTERPARTIES, **BODY))[:2] == (400, "15")
    assert onec.demo.checksum()["rows"][COUNTERPARTIES] == 8


def test_silence_ends_at_last_without_an_answer(onec: OneC) -> None:
    onec.fault("hang_after", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        onec.post(COUNTERPARTIES, **BODY)


def test_a_401_out_of_nowhere_changes_nothing(onec: OneC) -> None:
    onec.fault("unauthorized", times=2)
    assert [onec.post(COUNTERPARTIES, **BODY).status_code for _ in range(3)] == [401, 401, 201]


def test_slowness_is_only_slow(onec: OneC) -> None:
    onec.fault("slow", seconds=0.2)
    began = time.monotonic()
    assert onec.get(COUNTERPARTIES).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_slow_request_holds_nobody_else(onec: OneC) -> None:
    onec.fault("slow", seconds=5, path="Номенклатура")
    with pytest.raises(httpx.ReadTimeout):
        onec.http.get(onec.url("Catalog_Номенклатура"), timeout=0.05)
    began = time.monotonic()
    onec.get(COUNTERPARTIES)
    assert time.monotonic() - began < 1


def test_a_fault_strikes_only_the_methods_and_addresses_it_was_set_for(onec: OneC) -> None:
    onec.fault("error_before", methods=["post"], path=COUNTERPARTIES)
    assert onec.get(COUNTERPARTIES).status_code == 200
    assert onec.post("Catalog_Партнеры", Description="П").status_code == 201
    assert onec.post(COUNTERPARTIES, **BODY).status_code == 500


def test_chance_with_a_seed_repeats_itself(onec: OneC) -> None:
    def weather() -> list[int]:
        onec.http.delete("/control/faults")
        onec.fault("error_before", probability=0.4, seed=7)
        return [onec.get("Catalog_Партнеры").status_code for _ in range(25)]

    first = weather()
    assert {200, 500} == set(first)
    assert weather() == first


def test_faults_are_listed_with_how_often_they_struck_and_cleared(onec: OneC) -> None:
    onec.fault("error_before", times=3)
    onec.get(COUNTERPARTIES)
    [fault] = onec.http.get("/control/faults").json()
    assert (fault["kind"], fault["times"], fault["struck"]) == ("error_before", 3, 1)
    assert onec.http.delete("/control/faults").json() == []
    assert onec.get(COUNTERPARTIES).status_code == 200


@pytest.mark.parametrize("fault", [
    {}, {"kind": "flood"}, {"kind": "slow", "times": "x"}, {"kind": "slow", "seconds": -1},
    {"kind": "slow", "probability": 2}, {"kind": "slow", "color": "red"},
    {"kind": "error_after", "status": 200},
])  # fmt: skip
def test_a_fault_nobody_understands_is_refused(onec: OneC, fault: dict[str, object]) -> None:
    assert onec.http.post("/control/faults", json=fault).status_code == 422
    assert onec.http.get("/control/faults").json() == []


def test_the_journal_tells_what_struck(onec: OneC) -> None:
    onec.fault("drop_before")
    with pytest.raises(httpx.TransportError):
        onec.get(COUNTERPARTIES)
    onec.get(COUNTERPARTIES)
    latest, before = onec.http.get("/control/journal").json()[:2]
    assert (latest["status"], latest["fault"]) == (200, "")
    assert (before["status"], before["fault"], before["path"]) == (0, "drop_before", COUNTERPARTIES)
