"""What a person sees and presses."""

from lxml import html

from tests.onec_demo.client import RESERVATIONS, UNITS, OneC


def text_of(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


def test_a_reservation_is_seen_on_the_first_page(onec: OneC) -> None:
    assert "Броней ещё не приходило" in onec.http.get("/").text
    unit = onec.free_unit()
    made = onec.create(
        RESERVATIONS, Помещение_Key=unit["Ref_Key"], Цена=7250000.5, Комментарий="<b>из сделки 7</b>"
    )
    page = onec.http.get("/").text
    row = html.fromstring(page).get_element_by_id(f"reservation-{made['Ref_Key']}")
    words = " ".join(row.text_content().split())
    assert (
        "КДБП-000001" in words
        and unit["Description"] in words
        and "7 250 000,5" in words.replace("\xa0", " ")
    )
    assert "&lt;b&gt;из сделки 7" in page
    assert 'http-equiv="refresh"' in page and 'http-equiv="refresh"' not in onec.http.get("/?refresh=0").text


def test_a_price_and_a_status_are_changed_by_the_form_and_get_a_new_version(onec: OneC) -> None:
    unit = onec.free_unit()
    form = {
        "price": "8 150 000,50",
        "status": "НаДоговоре",
        "house": "",
        "status_filter": "",
        "number": "",
        "page": "1",
    }
    answer = onec.http.post(f"/units/{unit['Ref_Key']}", data=form)
    assert answer.status_code == 303
    after = onec.row(UNITS, unit["Ref_Key"])
    assert (after["Цена"], after["СтатусПомещения"]) == (8150000.5, "НаДоговоре")
    assert after["DataVersion"] != unit["DataVersion"]
    assert "записано" in onec.http.get(answer.headers["location"]).text


def test_a_price_that_is_no_number_is_not_written(onec: OneC) -> None:
    unit = onec.free_unit()
    for form in ({"price": "дорого", "status": "Свободна"}, {"price": "5", "status": "Улетела"}):
        answer = onec.http.post(f"/units/{unit['Ref_Key']}", data=form)
        assert answer.status_code == 422 and "Не записано" in answer.text
    assert onec.row(UNITS, unit["Ref_Key"])["DataVersion"] == unit["DataVersion"]
    nobody = "99999999-0000-4000-8000-000000000000"
    assert onec.http.post(f"/units/{nobody}", data={"price": "5", "status": "Свободна"}).status_code == 422


def test_units_are_filtered_and_paged(onec: OneC) -> None:
    onec.http.post("/units", data={"count": "100"})
    page = html.fromstring(onec.http.get("/units?house=Сосновый берег, Дом 2&status=Свободна&page=2").text)
    assert len(page.xpath("//tr[starts-with(@id, 'unit-')]")) > 40
    assert "Таких помещений нет" in onec.http.get("/units?number=9999").text
    assert onec.http.get("/units?page=кот").status_code == 200


def test_a_quirk_and_a_fault_are_switched_from_the_page(onec: OneC) -> None:
    assert (
        onec.http.post("/switches/quirks", data={"name": "maintenance_403", "on": "true"}).status_code == 303
    )
    assert onec.get(UNITS).status_code == 403
    assert "не как обычно" in onec.http.get("/switches").text
    onec.http.post("/switches/quirks", data={"name": "maintenance_403", "on": "false"})
    onec.http.post("/switches/faults", data={"kind": "error_before", "times": "2", "methods": "GET"})
    assert onec.get(UNITS).status_code == 500
    assert "сработала 1 из 2" in text_of(onec.http.get("/switches").text)
    onec.http.post("/switches/faults/clear")
    assert onec.get(UNITS).status_code == 200
    assert onec.http.post("/switches/faults", data={"kind": "flood"}).status_code == 422
    assert onec.http.post("/switches/quirks", data={"name": "telepathy"}).status_code == 404


def test_the_base_is_emptied_from_the_page(onec: OneC) -> None:
    onec.create(RESERVATIONS)
    assert onec.http.post("/switches/reset").status_code == 303
    assert onec.rows(RESERVATIONS) == []


def test_pages_carry_a_policy_and_no_script(onec: OneC) -> None:
    for path in ("/", "/units", "/exchange", "/switches", "/nowhere"):
        answer = onec.http.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text and "style=" not in answer.text
    assert onec.http.get("/page.css").headers["content-type"].startswith("text/css")
    assert onec.http.get("/nowhere").status_code == 404


def test_a_form_from_a_foreign_page_does_nothing(onec: OneC) -> None:
    answer = onec.http.post("/switches/reset", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
