"""The handles for tests and scripts."""

from tests.onec_demo.client import COUNTERPARTIES, RESERVATIONS, UNITS, OneC


def test_the_dump_holds_every_set_or_the_one_asked_for(onec: OneC) -> None:
    onec.create(RESERVATIONS, Комментарий="проверка")
    whole = onec.http.get("/control/documents").json()
    assert len(whole[UNITS]) == 40 and whole[RESERVATIONS][0]["Комментарий"] == "проверка"
    assert list(onec.http.get("/control/documents", params={"set": RESERVATIONS}).json()) == [RESERVATIONS]
    assert onec.http.get("/control/documents?set=Catalog_Нет").status_code == 422


def test_the_checksum_follows_content_and_not_versions(onec: OneC) -> None:
    def checksum() -> str:
        return str(onec.http.get("/control/checksum").json()["sha256"])

    unit, before = onec.free_unit(), checksum()
    onec.patch(UNITS, unit["Ref_Key"], Цена=unit["Цена"])
    assert checksum() == before
    onec.patch(UNITS, unit["Ref_Key"], Цена=1)
    assert checksum() != before


def test_a_reset_brings_the_first_day_back_but_not_old_versions(onec: OneC) -> None:
    first = onec.http.get("/control/checksum").json()
    onec.create(COUNTERPARTIES, ЮрФизЛицо="ЮрЛицо")
    onec.switch(maintenance_403=True)
    onec.fault("slow")
    again = onec.http.post("/control/reset").json()
    assert (again["sha256"], again["rows"]) == (first["sha256"], first["rows"])
    assert again["version"] > first["version"]
    assert onec.get(UNITS).status_code == 200
    assert onec.http.get("/control/faults").json() == []


def test_new_flats_come_on_sale(onec: OneC) -> None:
    made = onec.http.post("/control/units", json={"count": 3}).json()
    assert len({each["НомерПомещения"] for each in made}) == 3
    assert {each["СтатусПомещения"] for each in made} == {"Свободна"}
    assert len(onec.rows(UNITS)) == 43
    for count in (0, 1000, "много"):
        assert onec.http.post("/control/units", json={"count": count}).status_code == 422


def test_what_is_not_a_handle_says_which_there_are(onec: OneC) -> None:
    answer = onec.http.get("/control/nothing")
    assert answer.status_code == 404 and "POST /control/reset" in answer.json()["handles"]
    assert onec.http.post("/control/quirks", content=b"{").status_code == 422
    assert onec.http.post("/control/quirks", content=b"[]").status_code == 422
    assert onec.http.get("/control/health").json()["ok"] is True
