"""Files of a deal: attached, handed out to those who see the deal, taken off with a way back."""

import io

import pytest
from PIL import Image
from sqlmodel import select

from domain.activities import Attachment
from domain.events import Event

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(kept, "JPEG")
    return kept.getvalue()


@pytest.fixture
def address(ivanov_deal) -> str:
    return f"/deals/{ivanov_deal.id}/files"


def sent(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", file) for file in files]


def test_a_person_attaches_several_files_and_sees_them_on_the_deal(
    open_client, session, ivanov_deal, address
):
    anna = open_client("anna")

    answer = anna.post(address, files=sent(("Договор.pdf", PDF), ("вид из окна.jpg", photo())))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{ivanov_deal.id}")
    page = anna.get(f"/deals/{ivanov_deal.id}").text
    assert "Договор.pdf" in page and "вид из окна.jpg" in page and "Приложен файл" in page
    names = session.exec(select(Event.name).where(Event.name == "file.attached")).all()
    assert len(names) == 2


def test_a_document_is_saved_and_a_picture_opens_alone(open_client, session, address):
    anna = open_client("anna")
    anna.post(address, files=sent(("Договор.pdf", PDF), ("вид.jpg", photo())))
    document, picture = session.exec(select(Attachment).order_by(Attachment.id)).all()

    saved, opened = (anna.get(f"{address}/{file.id}") for file in (document, picture))

    assert saved.content == PDF and saved.headers["content-disposition"].startswith("attachment")
    assert opened.headers["content-type"] == "image/jpeg"
    assert opened.headers["content-disposition"].startswith("inline")
    assert "sandbox" in opened.headers["content-security-policy"]


@pytest.mark.parametrize(("login", "status"), [("boris", 200), ("olga", 200), ("maria", 404), ("stas", 404)])
def test_a_file_is_seen_by_those_who_see_its_deal(open_client, session, address, login, status):
    open_client("anna").post(address, files=sent(("Договор.pdf", PDF)))
    file = session.exec(select(Attachment)).one()

    assert open_client(login).get(f"{address}/{file.id}").status_code == status


def test_one_bad_file_stops_all_and_says_which_and_why(open_client, session, address):
    answer = open_client("anna").post(address, files=sent(("Договор.pdf", PDF), ("вирус.exe", b"MZ")))

    assert answer.status_code == 422
    assert "Файл «вирус.exe» — не PDF" in answer.text
    assert session.exec(select(Attachment)).all() == []


def test_nothing_chosen_is_said_in_words(open_client, address):
    answer = open_client("anna").post(address, files=sent(("", b"")))

    assert answer.status_code == 422 and "Сначала выберите файл" in answer.text


def test_a_file_taken_off_comes_back(open_client, session, ivanov_deal, address):
    anna = open_client("anna")
    anna.post(address, files=sent(("Договор.pdf", PDF)))
    file = session.exec(select(Attachment)).one()

    anna.post(f"{address}/{file.id}/removal")
    assert f'id="file-{file.id}"' not in anna.get(f"/deals/{ivanov_deal.id}").text

    anna.post(f"{address}/{file.id}/return")
    assert f'id="file-{file.id}"' in anna.get(f"/deals/{ivanov_deal.id}").text


def test_only_the_one_who_attached_it_or_the_head_takes_it_off(open_client, session, address):
    open_client("anna").post(address, files=sent(("Договор.pdf", PDF)))
    file = session.exec(select(Attachment)).one()

    assert open_client("olga").post(f"{address}/{file.id}/removal").status_code == 403
    assert open_client("boris").post(f"{address}/{file.id}/removal").status_code == 303


def test_a_file_of_another_deal_is_not_found_here(open_client, session, address):
    anna = open_client("anna")
    anna.post(address, files=sent(("Договор.pdf", PDF)))
    file = session.exec(select(Attachment)).one()

    assert anna.get(f"{address}/{file.id + 1}").status_code == 404
