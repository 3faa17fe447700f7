"""The three bodies of a refusal."""

from lxml import etree

from tests.onec_demo.client import ROOT, UNITS, OneC, told_error

NOBODY = "99999999-0000-4000-8000-000000000000"
MISSING = 'Экземпляр сущности "Помещения" не найден по переданному ключу.'


def test_json_is_answered_with_the_code_as_a_string(onec: OneC) -> None:
    answer = onec.get(f"{UNITS}(guid'{NOBODY}')")
    assert answer.status_code == 404
    assert answer.json() == {"odata.error": {"code": "9", "message": {"lang": "ru", "value": MISSING}}}


def test_others_are_answered_in_xml(onec: OneC) -> None:
    answer = onec.http.get(f"{ROOT}/{UNITS}(guid'{NOBODY}')")
    error = etree.fromstring(answer.content)
    meta = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
    assert (error.tag, error.findtext(f"{meta}code"), error.findtext(f"{meta}message")) == (
        f"{meta}error",
        "9",
        MISSING,
    )


def test_what_is_not_published_is_an_unknown_type(onec: OneC) -> None:
    assert told_error(onec.get("Catalog_Склады"))[:2] == (404, "8")


def test_a_method_that_does_not_fit_is_refused_by_name(onec: OneC) -> None:
    status, code, sentence = told_error(onec.http.delete(onec.url(UNITS)))
    assert (status, code) == (405, "19") and "DELETE" in sentence
    assert told_error(onec.http.post(onec.url("$metadata")))[:2] == (405, "19")


def test_an_exception_of_the_platform_takes_the_place_of_a_business_error(onec: OneC) -> None:
    onec.switch(exception_body=True, delete_fails=True)
    key = onec.free_unit()["Ref_Key"]
    answer = onec.http.delete(onec.url(f"{UNITS}(guid'{key}')"))
    assert answer.status_code == 500
    assert answer.json()["exception"]["descr"] == "Ошибка при удалении объекта: недостаточно прав."
    page = onec.http.delete(f"{ROOT}/{UNITS}(guid'{key}')")
    assert "1C:Enterprise 8 application error" in page.text and page.headers["content-type"].startswith(
        "text/html"
    )


def test_a_representation_nobody_has_is_not_acceptable(onec: OneC) -> None:
    assert onec.http.get(f"{ROOT}/{UNITS}?$format=csv").status_code == 406


def test_a_control_character_spoils_atom_and_not_json(onec: OneC) -> None:
    key = onec.free_unit()["Ref_Key"]
    onec.patch(UNITS, key, Отделка="чёрная\u0002")
    assert onec.row(UNITS, key)["Отделка"] == "чёрная\u0002"
    spoilt = onec.http.get(f"{ROOT}/{UNITS}")
    assert spoilt.status_code == 400
