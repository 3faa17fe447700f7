"""/onec/exchange answers as 1C expects, word for word."""

import shutil

import httpx
import pytest
from lxml import etree
from sqlalchemy.exc import DataError
from sqlmodel import Session, select

from domain.access.sessions import fingerprint
from domain.estate import Availability, Unit
from domain.exchange import receiving
from domain.exchange.models import Connection, ConnectionKind, Message, MessageState
from domain.files import path_of
from domain.kernel.settings import settings
from tests.web.onec.conftest import OneC, work_off, zipped
from tests.world import commerceml as xml

FLATS = xml.flats([101, 102])


def unit(session: Session, number: int) -> Unit:
    session.expire_all()
    return session.exec(select(Unit).where(Unit.number == str(number))).one()


def message(session: Session) -> Message:
    session.expire_all()
    return session.exec(select(Message)).one()


def test_checkauth_gives_a_cookie_and_the_time(onec_calls: OneC) -> None:
    word, name, value, sessid, timestamp = onec_calls.call("checkauth").split("\n")
    assert (word, name) == ("success", "karkas_exchange")
    assert len(value) > 30 and sessid.startswith("sessid=")
    assert timestamp.startswith("timestamp=") and timestamp[10:].isdigit()


def test_answers_are_windows_1251_and_never_cached(onec_calls: OneC) -> None:
    answer = onec_calls.asked("checkauth")
    assert answer.headers["content-type"] == "text/plain; charset=windows-1251"
    assert answer.headers["cache-control"] == "no-store"


def test_init_of_a_catalogue_is_exactly_two_lines(onec_calls: OneC) -> None:
    assert onec_calls.call("init") == "zip=yes\nfile_limit=1000000"


def test_init_of_orders_with_a_version_has_four(onec_calls: OneC) -> None:
    lines = onec_calls.call("init", type="sale", version="3.1").split("\n")
    assert [line.partition("=")[0] for line in lines] == ["zip", "file_limit", "sessid", "version"]


def test_a_catalogue_comes_in_chunks_and_becomes_units(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS, limit=1000)

    assert onec_calls.take("import0_1.xml") == "success\nПомещения: новых 2, изменено 0, без изменений 0"
    assert unit(session, 101).availability is Availability.ON_SALE
    kept = message(session)
    assert kept.file_sha256 and path_of(kept.file_sha256).read_text() == FLATS
    assert (kept.state, kept.report["units"]) == (MessageState.DONE, {"added": 2})


def test_while_the_job_runs_the_answer_is_progress(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS)
    first, second = (onec_calls.call("import", filename="import0_1.xml") for _ in range(2))
    assert first == second == "progress\nЗагружается import0_1.xml"
    assert message(session).state is MessageState.QUEUED


def test_prices_come_in_their_own_file(onec_calls: OneC, session: Session) -> None:
    offers = xml.document(xml.offers(xml.offer("flat-101", 7_000_000), xml.offer("flat-102", 8_000_000)))
    answers = onec_calls.exchange(import0_1=FLATS, offers0_1=offers)
    assert answers[1] == "success\nЦены: новых 0, изменено 2, без изменений 0"
    assert (unit(session, 101).price, unit(session, 102).price) == (7_000_000, 8_000_000)


def test_an_archive_is_asked_for_by_the_names_inside(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    offers = xml.document(xml.offers(xml.offer("flat-101", 7_000_000)))
    onec_calls.send("v8_3B8F_3e.zip", zipped(import0_1=FLATS, offers0_1=offers), limit=500)
    assert onec_calls.take("import0_1.xml").startswith("success\n")
    assert onec_calls.take("offers0_1.xml").startswith("success\n")
    assert unit(session, 101).price == 7_000_000


def test_windows_1251_is_taken_as_well(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS.replace("UTF-8", "windows-1251").encode("windows-1251"), limit=700)
    assert onec_calls.take("import0_1.xml").startswith("success\n")
    assert unit(session, 101).floor.section.building.name == "Дом 1"


@pytest.mark.parametrize(
    "name",
    ["/tmp/import0_1.xml", "upload/1c/webdata/import0_1.xml", "C:\\tmp\\import0_1.xml", "/import0_1.xml"],
)
def test_names_come_with_paths_of_the_server_of_1c(onec_calls: OneC, name: str) -> None:
    onec_calls.enter()
    onec_calls.send(name, FLATS)
    assert onec_calls.take("import0_1.xml").startswith("success\n")


def test_folders_of_the_new_schema_are_kept_apart(onec_calls: OneC) -> None:
    onec_calls.enter()
    onec_calls.send("webdata/000000001/goods/1/import___a.xml", FLATS)
    onec_calls.send("webdata\\000000001\\goods\\2\\import___a.xml", xml.flats([103]))
    assert "новых 2" in onec_calls.take("webdata/000000001/goods/1/import___a.xml")
    assert "новых 1" in onec_calls.take("webdata/000000001/goods/2/import___a.xml")


@pytest.mark.parametrize(
    "name", ["../import0_1.xml", "a/../../b.xml", "", "a//b.xml", "a\x7f.xml", "я" * 301, "..\\x.xml"]
)
def test_names_that_climb_or_hide_are_refused(onec_calls: OneC, name: str) -> None:
    onec_calls.enter()
    assert onec_calls.call("file", b"x", filename=name).startswith("failure\nИмя файла")
    assert onec_calls.call("import", filename=name).startswith("failure\nИмя файла")


def test_init_forgets_what_an_earlier_try_left(onec_calls: OneC) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS[:700])
    onec_calls.call("init")
    assert onec_calls.call("import", filename="import0_1.xml") == "failure\nФайл «import0_1.xml» не пришёл"


def test_a_file_begun_anew_is_not_doubled(onec_calls: OneC) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS[:2000], limit=1000)
    onec_calls.send("import0_1.xml", FLATS, limit=1000)
    assert onec_calls.take("import0_1.xml").startswith("success\n")


def test_a_chunk_repeated_after_a_lost_answer_is_the_same_chunk(onec_calls: OneC) -> None:
    onec_calls.enter()
    content = FLATS.encode()
    for chunk in (content[:1500], content[1500:3000], content[1500:3000], content[3000:]):
        onec_calls.call("file", chunk, filename="import0_1.xml")
    assert onec_calls.take("import0_1.xml").startswith("success\n")


def test_a_bad_file_is_a_failure_in_one_sentence_and_changes_nothing(
    onec_calls: OneC, session: Session
) -> None:
    before = len(session.exec(select(Unit)).all())
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS[:-200])
    answer = onec_calls.take("import0_1.xml")
    assert answer.startswith("failure\nСтрока ") and answer.endswith("файл обрывается: его конца нет")
    assert len(session.exec(select(Unit)).all()) == before
    assert message(session).state is MessageState.DEAD


def test_a_bad_file_does_not_stand_in_the_way_of_the_next_exchange(onec_calls: OneC) -> None:
    assert onec_calls.exchange(import0_1=FLATS[:-200])[0].startswith("failure\n")
    assert onec_calls.exchange(import0_1=FLATS)[0].startswith("success\n")


def test_the_same_exchange_again_says_nothing_changed(onec_calls: OneC) -> None:
    onec_calls.exchange(import0_1=FLATS)
    assert onec_calls.exchange(import0_1=FLATS) == [
        "success\nПомещения: новых 0, изменено 0, без изменений 2"
    ]


def test_an_unknown_mode_and_an_unknown_file_are_failures(onec_calls: OneC) -> None:
    onec_calls.enter()
    assert onec_calls.call("dance") == "failure\nНеизвестный режим «dance»"
    assert onec_calls.call("import", filename="no.xml").startswith("failure\n")


@pytest.mark.parametrize("mode", ["complete", "success"])
def test_endings_are_acknowledged(onec_calls: OneC, mode: str) -> None:
    assert onec_calls.enter().call(mode) == "success"


def test_a_query_for_orders_gets_a_valid_empty_root(onec_calls: OneC) -> None:
    answer = onec_calls.enter().asked("query", type="sale")
    root = etree.fromstring(answer.content)
    assert answer.headers["content-type"] == "application/xml; charset=windows-1251"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content.startswith(b"<?xml version='1.0' encoding='windows-1251'?>")
    assert (root.tag, len(root), root.get("ВерсияСхемы")) == ("КоммерческаяИнформация", 0, "2.09")


@pytest.mark.parametrize("content", [None, b""], ids=["GET", "POST"])
def test_info_names_statuses_with_a_latin_letter(onec_calls: OneC, content: bytes | None) -> None:
    root = etree.fromstring(onec_calls.enter().asked("info", content, type="sale").content)
    assert [child.tag for child in root] == ["\u0043татусы", "ПлатежныеСистемы", "СлужбыДоставки"]
    assert "Бронь" in root.xpath("//Название/text()")


def test_orders_sent_back_without_a_version_are_kept(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    orders = xml.document("<Документ><Ид>36</Ид><Номер>36</Номер></Документ>")
    onec_calls.call("file", orders.encode(), filename="orders-1.xml", type="sale")
    work_off()
    assert (message(session).state, message(session).report["orders"]) == (MessageState.DONE, 1)


def test_a_connection_appears_with_the_first_visit(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    connection = session.exec(select(Connection)).one()
    assert (connection.kind, connection.login) == (ConnectionKind.COMMERCEML, "onec")
    assert connection.heard_at


def test_a_connection_prepared_by_the_administrator_is_used(onec_calls: OneC, session: Session) -> None:
    session.add(Connection(name="1С: обмен с сайтом", kind=ConnectionKind.COMMERCEML))
    session.add(Connection(name="1С: чужая", kind=ConnectionKind.COMMERCEML, login="another"))
    session.commit()
    onec_calls.exchange(import0_1=FLATS)
    session.expire_all()
    used = session.get_one(Connection, message(session).connection_id)
    assert (used.name, used.login) == ("1С: обмен с сайтом", "onec")
    assert len(session.exec(select(Connection)).all()) == 2


def test_a_body_above_the_limit_is_a_failure_in_words(onec_calls: OneC) -> None:
    onec_calls.enter()
    assert onec_calls.call("file", b"x" * (33 * 1024**2), filename="a.xml").startswith("failure\n")


def test_bytes_that_are_gone_are_asked_for_again(onec_calls: OneC) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS)
    shutil.rmtree(settings().files_root / "arriving")
    assert onec_calls.call("import", filename="import0_1.xml").startswith("failure\nЧасть файла")


def test_our_own_mistake_is_a_failure_in_words_and_in_the_log(
    onec_calls: OneC, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiving, "begin", lambda *_args, **_more: 1 / 0)
    onec_calls.call("checkauth")
    assert onec_calls.call("init").startswith("failure\nОшибка самого сайта")
    assert "site exchange stumbled" in caplog.text


def test_a_repeated_import_while_the_first_one_still_works_is_progress(
    onec_calls: OneC, session: Session
) -> None:
    onec_calls.enter()
    onec_calls.send("import0_1.xml", FLATS)
    key = fingerprint(onec_calls.cookies["karkas_exchange"]).hex()
    receiving.take_turn(session, key)
    assert onec_calls.call("import", filename="import0_1.xml").startswith("progress\n")


def test_the_site_never_answers_with_an_error_page(onec_calls: OneC) -> None:
    onec_calls.enter()
    for query in (
        {"mode": "file"},
        {"mode": "import", "filename": "\ud7ff" * 50},
        {"type": "\u202e"},
        {"mode": ""},
    ):
        answer = onec_calls.asked(**({"mode": "deactivate", "timestamp": "9" * 40} | query))
        assert isinstance(answer, httpx.Response)
        assert answer.status_code == 200
        assert answer.text.split("\n")[0] in {"failure", "success", "progress"}


@pytest.mark.parametrize(
    "trouble",
    [DataError("select", {}, ValueError("too large")), UnicodeError("bytes"), RecursionError("deep")],
)
def test_what_the_site_answers_by_a_page_is_words_for_1c(
    onec_calls: OneC, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def stumble(*_args: object, **_more: object) -> None:
        raise trouble

    onec_calls.enter()
    monkeypatch.setattr(receiving, "begin", stumble)
    assert onec_calls.call("init").startswith("failure\nОшибка самого сайта")


def test_a_refused_archive_is_kept_and_told_of(onec_calls: OneC, session: Session) -> None:
    onec_calls.enter()
    spoilt = zipped(import0_1=FLATS)[:-100]
    onec_calls.send("v8_3B8F_3e.zip", spoilt)
    answers = {onec_calls.call("import", filename="import0_1.xml") for _ in range(2)}
    told = message(session)
    assert answers == {f"failure\n{told.error}"} == {"failure\nАрхив повреждён"}
    assert told.state is MessageState.DEAD
    assert told.file_sha256 and path_of(told.file_sha256).read_bytes() == spoilt
