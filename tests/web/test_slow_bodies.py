"""A photo on its way to or from a telephone takes a minute: nobody waits for it but the telephone."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from domain.activities import Attachment
from tests.sites import passport
from web import transaction
from web.transaction import AT_ONCE

PHOTO = 300_000
PLAN = b"%PDF-1.7\n" + b"%" * 12_000_000 + b"\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HEARS = 4096
"""Bytes a slow browser takes at a time."""


def asking(address, asked, body=b"", **more):
    """An open connection of Anna's that has asked, and reads nothing."""
    place, papers = urlsplit(address), passport("anna")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HEARS)
    connection.settimeout(10)
    connection.connect((place.hostname, place.port))
    head = {"Host": place.netloc, "Cookie": f"karkas={papers['cookies']['karkas']}"}
    told = "".join(f"{name}: {value}\r\n" for name, value in {**head, **papers["headers"], **more}.items())
    connection.sendall(f"{asked} HTTP/1.1\r\n{told}\r\n".encode() + body)
    return connection


def halted(address, *, sent):
    """A form on its way: the headers, and so many bytes of the body."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(PHOTO)}
    return asking(address, "POST /companies", b"a" * sent, **kind)


def demand_answered(client):
    time.sleep(0.3)
    began = time.monotonic()
    assert client.get("/estate").status_code == 200
    assert time.monotonic() - began < 2


def status_of(connection):
    return int(connection.recv(12).split()[1])


@pytest.mark.parametrize("sent", [0, 1, 100_000])
def test_bodies_that_come_slowly_keep_nobody_out(open_client, _address, sent):
    with ExitStack() as slow:
        for _ in range(AT_ONCE + 2):
            slow.enter_context(halted(_address, sent=sent))
        demand_answered(open_client("anna"))


def test_files_that_are_taken_slowly_keep_nobody_out(open_client, session, _address, ivanov_deal):
    anna, files = open_client("anna"), f"/deals/{ivanov_deal.id}/files"
    assert anna.post(files, files=[("files", ("План.pdf", PLAN))]).status_code == 303
    kept = session.exec(select(Attachment)).one()
    with ExitStack() as slow:
        for _ in range(AT_ONCE + 2):
            taken = slow.enter_context(asking(_address, f"GET {files}/{kept.id}"))
            assert status_of(taken) == 200
        demand_answered(anna)


def test_a_body_that_came_in_pieces_is_heard_whole(database, _address):
    connection = halted(_address, sent=100_000)
    time.sleep(0.2)
    connection.sendall(b"a" * 150_000)
    time.sleep(0.2)
    connection.sendall(b"a" * 50_000)

    assert status_of(connection) == 422, "a form without a name"
    connection.close()


def test_more_large_bodies_than_are_kept_are_sent_away_and_small_ones_pass(
    open_client, _address, monkeypatch
):
    monkeypatch.setattr(transaction, "PATIENCE_SECONDS", 1)
    with ExitStack() as slow:
        for _ in range(transaction.BODIES_AT_ONCE):
            slow.enter_context(halted(_address, sent=100_000))
        one_more = slow.enter_context(halted(_address, sent=100_000))

        assert status_of(one_more) == 503
        assert open_client("anna").post("/companies", data={"name": ""}).status_code == 422


def test_one_that_falls_silent_is_told_so_and_makes_room(database, _address, monkeypatch):
    monkeypatch.setattr(transaction, "SILENCE_SECONDS", 0.5)
    connection = halted(_address, sent=100_000)

    assert status_of(connection) == 408
    connection.close()
