"""Files that 1C sends to the site in chunks: rows keep their order, the shared folder keeps the bytes,
so any web process may take the next chunk."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.exchange.models import ReceivedPart
from domain.kernel.errors import Missing, Refused
from domain.kernel.settings import settings
from domain.kernel.text import _

LARGEST_EXCHANGE = 2 * 1024**3
LONGEST_NAME = 300
TEMPORARY = re.compile(r"^(?:[A-Za-z]:)?/*(?:tmp/+|upload/1c/webdata/+)?")
"""What servers of 1C put before a name: a drive, /tmp/, a folder of Bitrix."""
BEGINNINGS = (b"<?xml", b"\xef\xbb\xbf<?xml", b"PK\x03\x04")
START = ""
"""The name of the row that marks where an exchange began."""
RECEIVING = 0x72656376
"""Advisory lock, with the session: two chunks at once are put in one order."""


@dataclass(frozen=True)
class Arrived:
    """A file as far as it has come."""

    name: str
    began: int
    """Number of its first chunk: another one after the file was sent anew."""


@dataclass(frozen=True)
class Start:
    number: int
    at: datetime


def clean(filename: str) -> str:
    """The name inside the exchange; never used as a path on the disk."""
    name = TEMPORARY.sub("", filename.replace("\\", "/"), count=1)
    steps = name.split("/")
    if (
        not name
        or len(name) > LONGEST_NAME
        or not name.isprintable()
        or any(step in ("", ".", "..") for step in steps)
    ):
        raise Refused(_("The file name «%(name)s» is not accepted", name=_shown(filename)))
    return name


def _shown(filename: str) -> str:
    """Fit for a line of text: PostgreSQL refuses a zero, a reader the rest."""
    return "".join(letter if letter.isprintable() else "?" for letter in filename[:100])


def begin(session: Session, key: str, *, now: datetime) -> None:
    """A new exchange: what an earlier one left is forgotten, or a file sent again would be doubled."""
    session.execute(sa.delete(ReceivedPart).where(col(ReceivedPart.session_key) == key))
    session.add(ReceivedPart(session_key=key, filename=START, size=0, sha256="", received_at=now))
    shutil.rmtree(_folder(key), ignore_errors=True)


def append(session: Session, key: str, filename: str, chunk: bytes, *, now: datetime) -> None:
    """The next chunk of a file. One that begins like a file begins it anew; the last one again is skipped."""
    name = clean(filename)
    take_turn(session, key)
    sha256 = hashlib.sha256(chunk).hexdigest()
    if _total(session, key) + len(chunk) > LARGEST_EXCHANGE:
        raise Refused(_("More than two gigabytes in one exchange"))
    if chunk.startswith(BEGINNINGS):
        session.execute(sa.delete(ReceivedPart).where(*_of(key, name)))
    elif _last(session, key, name) == sha256:
        return
    path = _folder(key) / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(chunk)
    session.add(ReceivedPart(session_key=key, filename=name, size=len(chunk), sha256=sha256, received_at=now))


def take_turn(session: Session, key: str) -> None:
    """Requests of one exchange come one after another, whichever process they reach."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(RECEIVING, sa.func.hashtext(key))))


def arrived(session: Session, key: str) -> list[Arrived]:
    began = sa.func.min(ReceivedPart.id)
    mine = (col(ReceivedPart.session_key) == key, col(ReceivedPart.filename) != START)
    asked = sa.select(col(ReceivedPart.filename), began).where(*mine).group_by(col(ReceivedPart.filename))
    return [Arrived(name, number) for name, number in session.execute(asked.order_by(began))]


def start(session: Session, key: str) -> Start | None:
    """When the exchange began; None when 1C has not said it does."""
    mark = session.exec(select(ReceivedPart).where(*_of(key, START))).first()
    return Start(mark.id, mark.received_at) if mark else None


def content(session: Session, key: str, name: str) -> Iterator[bytes]:
    """The whole file, chunk by chunk. Raises Missing when the bytes of one are gone."""
    chunks = select(ReceivedPart.sha256).where(*_of(key, name)).order_by(col(ReceivedPart.id))
    for sha256 in session.exec(chunks).all():
        try:
            yield (_folder(key) / sha256).read_bytes()
        except FileNotFoundError:
            raise Missing(_("A part of «%(name)s» is lost: send the file again", name=name)) from None


def forget(session: Session, *, before: datetime) -> None:
    """Exchanges whose last chunk came earlier, their bytes too."""
    last = sa.func.max(ReceivedPart.received_at)
    asked = sa.select(col(ReceivedPart.session_key)).group_by(col(ReceivedPart.session_key))
    for key in session.execute(asked.having(last < before)).scalars().all():
        session.execute(sa.delete(ReceivedPart).where(col(ReceivedPart.session_key) == key))
        shutil.rmtree(_folder(key), ignore_errors=True)


def _total(session: Session, key: str) -> int:
    size = sa.func.coalesce(sa.func.sum(ReceivedPart.size), 0)
    return int(session.execute(sa.select(size).where(col(ReceivedPart.session_key) == key)).scalar_one())


def _last(session: Session, key: str, name: str) -> str | None:
    return session.exec(
        select(ReceivedPart.sha256).where(*_of(key, name)).order_by(col(ReceivedPart.id).desc())
    ).first()


def _of(key: str, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return col(ReceivedPart.session_key) == key, col(ReceivedPart.filename) == name


def _folder(key: str) -> Path:
    return settings().files_root / "arriving" / key
