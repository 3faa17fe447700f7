"""Chunks keep their order and leave nothing behind."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from domain.exchange import receiving
from domain.kernel import clock
from domain.kernel.errors import Refused
from domain.kernel.settings import settings

KEY = "a" * 64


def whole(session: Session, name: str) -> bytes:
    return b"".join(receiving.content(session, KEY, name))


def send(session: Session, *chunks: bytes, name: str = "import.xml") -> None:
    for chunk in chunks:
        receiving.append(session, KEY, name, chunk, now=clock.now())


def folder() -> Path:
    return settings().files_root / "arriving" / KEY


def test_chunks_are_put_together_in_their_order(session: Session) -> None:
    send(session, b"<?xml", b" one", b" two", b" one", b" two")
    assert whole(session, "import.xml") == b"<?xml one two one two"


def test_files_of_one_exchange_do_not_mix(session: Session) -> None:
    send(session, b"<?xml 1")
    send(session, b"<?xml 2", name="offers.xml")
    send(session, b" more")
    assert (whole(session, "import.xml"), whole(session, "offers.xml")) == (b"<?xml 1 more", b"<?xml 2")


@pytest.mark.parametrize("beginning", [b"<?xml new", b"\xef\xbb\xbf<?xml new", b"PK\x03\x04new"])
def test_a_chunk_that_begins_a_file_begins_it_anew(session: Session, beginning: bytes) -> None:
    send(session, b"<?xml old", b" old", beginning)
    assert whole(session, "import.xml") == beginning


def test_a_repeated_chunk_is_taken_once(session: Session) -> None:
    send(session, b"<?xml", b" one", b" one")
    assert whole(session, "import.xml") == b"<?xml one"


def test_a_new_exchange_starts_with_an_empty_folder(session: Session) -> None:
    send(session, b"<?xml")
    receiving.begin(session, KEY, now=clock.now())
    assert (receiving.arrived(session, KEY), folder().exists()) == ([], False)


def test_an_abandoned_exchange_is_forgotten_with_its_bytes(session: Session) -> None:
    receiving.begin(session, KEY, now=clock.now() - timedelta(days=3))
    send(session, b"<?xml")
    receiving.forget(session, before=clock.now() - timedelta(days=2))
    assert whole(session, "import.xml") == b"<?xml"

    receiving.forget(session, before=clock.now())
    assert (receiving.arrived(session, KEY), folder().exists()) == ([], False)


def test_an_exchange_can_not_fill_the_disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LARGEST_EXCHANGE", 10)
    send(session, b"<?xml")
    with pytest.raises(Refused):
        send(session, b"1234567")
