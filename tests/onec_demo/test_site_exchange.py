"""The exchange with a site, as 1C leads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from jobs.onec_demo import site as client
from jobs.onec_demo.site import Site
from tests.onec_demo.client import UNITS, OneC
from tests.onec_demo.sites import FakeSite, standing


@pytest.fixture
def site(onec: OneC, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSite]:
    monkeypatch.setattr(client, "PAUSE", 0)
    with standing(FakeSite()) as site:
        onec.demo.site = Site(site.address, "onec", "karkas")
        yield site


def send(onec: OneC, **manner: Any) -> dict[str, Any]:
    log = onec.http.post("/control/exchange", json=manner).json()
    return dict(log)


def tags(xml: bytes, name: str) -> list[etree._Element]:
    root = etree.fromstring(xml)
    return [each for each in root.iter() if etree.QName(each).localname == name]


def texts(element: etree._Element, *path: str) -> list[str]:
    found = [element]
    for name in path:
        found = [child for each in found for child in each if etree.QName(child).localname == name]
    return [each.text or "" for each in found]


def values_of(product: etree._Element, classifier: list[etree._Element]) -> dict[str, str]:
    """Names and words of a unit's properties, lists of values resolved."""
    names = {texts(each, "Ид")[0]: texts(each, "Наименование")[0] for each in classifier}
    words: dict[str, str] = {}
    for each in classifier:
        ids = texts(each, "ВариантыЗначений", "Справочник", "ИдЗначения")
        words |= dict(zip(ids, texts(each, "ВариантыЗначений", "Справочник", "Значение"), strict=True))
    told = zip(
        texts(product, "ЗначенияСвойств", "ЗначенияСвойства", "Ид"),
        texts(product, "ЗначенияСвойств", "ЗначенияСвойства", "Значение"),
        strict=True,
    )
    return {names[key]: words.get(value, value) for key, value in told}


def test_a_full_exchange_goes_in_the_order_of_1c(onec: OneC, site: FakeSite) -> None:
    log = send(onec, mode="full")
    assert log["ok"], log["outcome"]
    assert site.modes == ["checkauth", "init", "file", "import", "import", "deactivate", "complete"]
    assert [method for method, _, _ in site.asked] == ["GET", "GET", "POST", "GET", "GET", "GET", "GET"]
    assert [name for _, mode, name in site.asked if mode == "import"] == ["import0_1.xml", "offers0_1.xml"]
    assert site.asked[2][2].startswith("v8_") and site.asked[2][2].endswith(".zip")
    assert site.asked[5][2] == "1700000000"
    assert site.cookies == {"", "KARKAS=abc123"}
    assert "40" in log["outcome"]


def test_a_large_file_goes_in_pieces_of_the_limit(onec: OneC, site: FakeSite) -> None:
    site.takes_zip, site.file_limit = False, 20_000
    assert send(onec, mode="full")["ok"]
    assert site.chunks.count(20_000) >= 3 and max(site.chunks) == 20_000
    assert list(site.files) == ["import0_1.xml", "offers0_1.xml"]
    assert len(tags(site.files["import0_1.xml"], "Товар")) == 46


@pytest.mark.parametrize("zipped", [True, False])
def test_an_archive_goes_only_when_both_sides_want_it(onec: OneC, site: FakeSite, zipped: bool) -> None:
    assert send(onec, zip=zipped)["ok"]
    assert any(name.endswith(".zip") for name in site.files) is zipped
    assert set(site.sent()) == {"import0_1.xml", "offers0_1.xml"}


def test_a_flat_is_told_whole(onec: OneC, site: FakeSite) -> None:
    unit = onec.free_unit()
    onec.patch(UNITS, unit["Ref_Key"], ОбщаяПлощадь=54.35, Цена=7_250_000.5, СтатусПомещения="НаДоговоре")
    send(onec, mode="full")
    files = site.sent()
    [product] = [
        each for each in tags(files["import0_1.xml"], "Товар") if texts(each, "Ид") == [unit["Ref_Key"]]
    ]
    values = values_of(product, tags(files["import0_1.xml"], "Свойство"))
    assert list(values) == [
        "ЖК", "Дом", "Подъезд", "Этаж", "Номер помещения", "Вид помещения", "Комнат", "Общая площадь",
        "Жилая площадь", "Площадь кухни", "Отделка", "Статус",
    ]  # fmt: skip
    assert (values["ЖК"], values["Дом"], values["Этаж"]) == ("Сосновый берег", unit["Дом"], unit["Этаж"])
    assert (values["Общая площадь"], values["Статус"], values["Вид помещения"]) == (
        "54,35",
        "На договоре",
        "Квартира",
    )
    [offer] = [
        each for each in tags(files["offers0_1.xml"], "Предложение") if texts(each, "Ид") == [unit["Ref_Key"]]
    ]
    assert texts(offer, "Цены", "Цена", "ЦенаЗаЕдиницу") == ["7250000.50"]
    assert texts(offer, "Цены", "Цена", "Представление") == ["7\u00a0250\u00a0000,50 RUB за шт"]
    assert texts(offer, "Количество") == ["0"]


def test_ordinary_services_have_prices_and_none_of_the_properties(onec: OneC, site: FakeSite) -> None:
    send(onec, mode="full")
    files = site.sent()
    [service] = [
        each
        for each in tags(files["import0_1.xml"], "Товар")
        if texts(each, "Наименование")[0].startswith("Огнезащита возд")
    ]
    assert values_of(service, tags(files["import0_1.xml"], "Свойство")) == {}
    [offer] = [
        each
        for each in tags(files["offers0_1.xml"], "Предложение")
        if texts(each, "Ид") == texts(service, "Ид")
    ]
    assert texts(offer, "Цены", "Цена", "ЦенаЗаЕдиницу") == ["980.50"]


def test_only_changes_go_after_the_first_time_and_only_once(onec: OneC, site: FakeSite) -> None:
    send(onec, mode="full")
    assert "Изменений нет" in send(onec, mode="changes")["outcome"]
    unit = onec.free_unit()["Ref_Key"]
    onec.patch(UNITS, unit, Цена=5)
    onec.http.post("/control/units", json={"count": 2})
    site.files.clear()
    site.asked.clear()
    assert send(onec, mode="changes")["ok"]
    files = site.sent()
    ids = [key for each in tags(files["offers0_1.xml"], "Предложение") for key in texts(each, "Ид")]
    assert len(ids) == 3 and unit in ids
    assert tags(files["import0_1.xml"], "Каталог")[0].get("СодержитТолькоИзменения") == "true"
    assert "deactivate" not in site.modes


def test_a_failed_exchange_sends_the_same_changes_again(onec: OneC, site: FakeSite) -> None:
    send(onec, mode="full")
    onec.patch(UNITS, onec.free_unit()["Ref_Key"], Цена=5)
    site.answers["import"] = ["failure\nстрока 7: нет цены"]
    failed = send(onec, mode="changes")
    assert not failed["ok"] and failed["outcome"] == "Сайт сообщил об ошибке: строка 7: нет цены"
    site.files.clear()
    assert send(onec, mode="changes")["ok"]
    assert len(tags(site.sent()["offers0_1.xml"], "Предложение")) == 1


def test_what_is_marked_for_deletion_goes_as_deleted_with_changes_and_not_at_all_in_full(
    onec: OneC, site: FakeSite
) -> None:
    send(onec, mode="full")
    onec.patch(UNITS, onec.free_unit()["Ref_Key"], DeletionMark=True)
    site.files.clear()
    send(onec, mode="changes")
    assert [each.get("Статус") for each in tags(site.sent()["import0_1.xml"], "Товар")] == ["Удален"]
    site.files.clear()
    send(onec, mode="full")
    assert len(tags(site.sent()["import0_1.xml"], "Товар")) == 45


@pytest.mark.parametrize(("namespace", "urn"), [
    ("", None), ("commerceml_2", "urn:1C.ru:commerceml_2"), ("commerceml_210", "urn:1C.ru:commerceml_210"),
])  # fmt: skip
@pytest.mark.parametrize(("encoding", "start"), [
    ("utf-8", b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>"),
    ("windows-1251", b"<?xml version='1.0' encoding='windows-1251'?>"),
])  # fmt: skip
def test_every_namespace_and_encoding(
    onec: OneC, site: FakeSite, namespace: str, urn: str | None, encoding: str, start: bytes
) -> None:
    assert send(onec, namespace=namespace, encoding=encoding)["ok"]
    for content in site.sent().values():
        assert content.startswith(start)
        root = etree.fromstring(content)
        assert etree.QName(root).namespace == urn
        assert etree.QName(root).localname == "КоммерческаяИнформация"


def test_progress_is_asked_again_and_counted_in_the_log(onec: OneC, site: FakeSite) -> None:
    site.answers["import"] = ["progress\nраспаковка"] * 3
    log = send(onec)
    assert log["ok"]
    assert site.modes.count("import") == 5
    assert [each["repeats"] for each in log["steps"] if each["answer"].startswith("progress")] == [3]


@pytest.mark.parametrize(("mode", "answer", "outcome"), [
    ("checkauth", "failure\nнет", "Ошибка авторизации: нет"),
    ("checkauth", 401, "Ошибка авторизации: сайт не принял имя или пароль."),
    ("checkauth", 301, "Сайт ответил кодом 301."),
    ("init", "<html>", "Сайт не сообщил параметры обмена (zip, file_limit)."),
    ("file", "", "Получен пустой ответ сервера."),
    ("import", "Warning: mysql", "Получен неизвестный статус импорта: Warning: mysql"),
    ("import", 503, "Сайт ответил кодом 503."),
    ("complete", "failure\nпозже", "Сайт сообщил об ошибке: позже"),
])  # fmt: skip
def test_what_goes_wrong_is_said_in_the_words_of_1c(
    onec: OneC, site: FakeSite, mode: str, answer: str | int, outcome: str
) -> None:
    site.answers[mode] = [answer]
    log = send(onec)
    assert (log["ok"], log["outcome"]) == (False, outcome)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/onec/exchange", "http://127.0.0.1:port/", "site", "ftp://a/"]
)
def test_a_site_that_is_not_there_is_said_to_be_away(onec: OneC, url: str) -> None:
    onec.demo.site = Site(url, "onec", "karkas")
    log = send(onec)
    assert not log["ok"] and log["outcome"].startswith("Сайт недоступен")


def test_a_wrong_password_stops_at_the_door(onec: OneC, site: FakeSite) -> None:
    onec.demo.site = Site(site.address, "onec", "wrong")
    assert "Ошибка авторизации" in send(onec)["outcome"]
    assert site.modes == ["checkauth"]


def test_the_log_is_shown_on_the_page_without_the_password(onec: OneC, site: FakeSite) -> None:
    answer = onec.http.post(
        "/exchange", data={"mode": "full", "namespace": "", "encoding": "windows-1251", "zip": "on"}
    )
    assert answer.status_code == 303
    page = onec.http.get("/exchange").text
    assert "Отправлено: помещений 40" in page and "mode=checkauth" in page and "file_limit=100000" in page
    assert "karkas" not in page
    assert onec.http.post("/exchange", data={"mode": "sideways"}).status_code == 422


def test_an_unknown_manner_is_refused(onec: OneC) -> None:
    assert onec.http.post("/control/exchange", json={"encoding": "koi8-r"}).status_code == 422
