"""A file that has come whole is kept and becomes a message to carry; asking again finds the same message."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain import files
from domain.exchange import failing, messages, receiving
from domain.exchange.models import Connection, Direction, Message, MessageState
from domain.exchange.unpacking import Archive
from domain.files import StoredFile
from domain.kernel.errors import Missing, Refused
from domain.kernel.text import _

CATALOG, VANISHED = "catalog", "vanished"
XML, ZIP = "text/xml", "application/zip"


@dataclass(frozen=True)
class Exchange:
    """One visit of 1C: whose files these are and when it began."""

    connection: Connection
    key: str
    since: datetime
    number: int
    """Of its `mode=init`: the same key may come again for the next exchange."""

    @property
    def name(self) -> str:
        return f"{self.key}:{self.number}"


def accept(session: Session, exchange: Exchange, filename: str, *, now: datetime) -> Message:
    """The message that takes over this file.

    When its archive is not to be opened, the archive is kept and the message is dead at once.
    Raises Missing when the file has not come.
    """
    name = receiving.clean(filename)
    receiving.take_turn(session, exchange.key)
    began = {file.name: file.began for file in receiving.arrived(session, exchange.key)}
    archives = [file for file in began if file.lower().endswith(".zip")]
    stamp = began.get(name) or min((began[archive] for archive in archives), default=0)
    key = _key(exchange, name, stamp)
    if known := messages.find(session, exchange.connection.id, key):
        return known
    inside: list[str] = []
    try:
        if name in began:
            stored = files.keep(
                session, receiving.content(session, exchange.key, name), media_type=XML, now=now
            )
        else:
            inside, stored = _unpacked(session, exchange, name, archives, now=now)
    except _Spoilt as spoilt:
        message = _put(session, exchange, name, key, spoilt.archive)
        failing.refuse(session, message, spoilt.sentence)
        return message
    is_last = not _awaited(session, exchange, name, [*inside, *began])
    return _put(session, exchange, name, key, stored, full_since=exchange.since if is_last else None)


class _Spoilt(Exception):
    """An archive that came and is not to be opened."""

    def __init__(self, archive: StoredFile, sentence: str) -> None:
        self.archive, self.sentence = archive, sentence


def _put(
    session: Session,
    exchange: Exchange,
    name: str,
    key: str,
    stored: StoredFile,
    *,
    full_since: datetime | None = None,
) -> Message:
    return messages.put(
        session,
        exchange.connection.id,
        kind=CATALOG,
        key=key,
        direction=Direction.IN,
        payload={
            "filename": name,
            "exchange": exchange.name,
            "full_since": full_since.isoformat() if full_since else None,
        },
        file_sha256=stored.sha256,
    )


def withdraw_unlisted(session: Session, exchange: Exchange, *, moment: datetime) -> Message | None:
    """The message that takes off sale what full files since `moment` have not named.

    None while files of the exchange are being taken.

    Raises Refused when a file was refused: then nobody knows what is missing.
    """
    states = {message.state for message in _files(session, exchange)}
    if MessageState.DEAD in states:
        raise Refused(_("A file of this exchange was refused: nothing is taken off sale"))
    if states & {MessageState.QUEUED, MessageState.WORKING}:
        return None
    return messages.put(
        session,
        exchange.connection.id,
        kind=VANISHED,
        key=_key(exchange, VANISHED, int(moment.timestamp())),
        direction=Direction.IN,
        payload={"since": moment.isoformat(), "exchange": exchange.name},
    )


def _unpacked(
    session: Session, exchange: Exchange, name: str, archives: Iterable[str], *, now: datetime
) -> tuple[list[str], StoredFile]:
    """What is inside the archive that holds the file, and the file taken out and kept."""
    for archive in archives:
        whole = receiving.content(session, exchange.key, archive)
        kept = files.keep(session, whole, media_type=ZIP, now=now)
        try:
            with files.path_of(kept.sha256).open("rb") as stream:
                opened = Archive(stream)
                for inner in opened.names:
                    if inner == name or inner.endswith(f"/{name}"):
                        return opened.names, files.keep(session, opened.read(inner), media_type=XML, now=now)
        except Refused as no:
            raise _Spoilt(kept, no.sentence) from no
    raise Missing(_("The file «%(name)s» has not come", name=name))


def _awaited(session: Session, exchange: Exchange, name: str, names: Iterable[str]) -> set[str]:
    """Other parts of the catalogue that 1C has sent and not asked to take yet."""
    asked = {message.payload["filename"] for message in _files(session, exchange)}
    return {other for other in names if _is_catalogue(other)} - asked - {name}


def _is_catalogue(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    return last.startswith("import") and last.endswith(".xml")


def _files(session: Session, exchange: Exchange) -> list[Message]:
    mine = select(Message).where(
        Message.connection_id == exchange.connection.id,
        Message.kind == CATALOG,
        col(Message.payload)["exchange"].astext == exchange.name,
    )
    return list(session.exec(mine))


def _key(exchange: Exchange, name: str, stamp: int) -> str:
    return f"{exchange.key}:{stamp}:{hashlib.sha256(name.encode()).hexdigest()[:24]}"
