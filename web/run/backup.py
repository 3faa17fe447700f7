"""A copy of everything in one file, and an installation made from such a copy.

The file is a tar with a line after its end: `manifest.json`, `database.dump` (pg_dump) and `files/`, then the
hash of all of it; locked by a passphrase it is that tar in chunks, see `locking`. Database, figures and the
list of files are of one moment: of one snapshot. Files are named by their content and taken away days after
the last row that names them is gone, so they can be copied after the dump.
"""

import getpass
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlmodel import Session

from domain.events import sealing
from domain.events.sealing import Head
from domain.kernel.settings import Settings, settings
from jobs import heads, migrating
from jobs.connections import connect
from web.run import contents, home, locking, programs, servers
from web.run.postgres import PROGRAMS
from web.run.trouble import Trouble

FORMAT = 2
MANIFEST, DUMP, FILES, SCRIPT = "manifest.json", "database.dump", "files", "database.sql"
HEADING_LINES = 40
TOO_NEW = b"SET transaction_timeout"
"""Written by our pg_dump, unknown to PostgreSQL before 17."""
SEAL = b"karkas copy %s\n"
SEAL_BYTES = len(SEAL % (b"0" * 64))
VARIABLE = "KARKAS_BACKUP_PASSPHRASE"
ROOM_BYTES = 1024**2


@dataclass(frozen=True)
class Copy:
    """An unpacked copy that is what was packed."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def head(self) -> Head:
        return Head.parse(self.manifest["head"])


def backup(
    file: Path, *, encrypt: bool = False, passphrase_file: Path | None = None, verify: bool = False
) -> str:
    """Write a copy, or with `verify` restore the one that is there into a base of its own and compare.

    A copy is written beside its place first: a broken one must not look like a whole one.
    """
    if verify:
        return _verify(file, passphrase_file)
    passphrase = _passphrase(passphrase_file, again=True) if encrypt or passphrase_file else ""
    draft = file.with_name(f".{file.name}.part")
    with servers.ready() as ready, _workspace() as space:
        manifest = _dump(ready, space)
        try:
            _pack(draft, space, manifest, ready.files_root, passphrase)
            draft.replace(file)
        except OSError as problem:
            with suppress(OSError):
                draft.unlink()
            raise Trouble(f"The copy could not be written to {file}: {problem.strerror}.") from None
    told = f"{file} holds the database and {len(manifest['files'])} files, {file.stat().st_size:,} bytes."
    missing = f" Files the base names are missing: {len(manifest['missing'])}." if manifest["missing"] else ""
    return f"{told}{missing} The head of history is {manifest['head']}"


def restore(file: Path, *, keep_connections: bool = False, passphrase_file: Path | None = None) -> str:
    """Fill an empty installation. The copy does not talk to 1C until somebody says so."""
    asked = settings()
    home.prepare(asked.home)
    with home.only_one(asked.home), servers.ready() as ready, _workspace() as space:
        _demand_empty(ready.owner_url)
        copy = _unpack(file, space, passphrase_file)
        _fill(ready.owner_url, copy)
        _bring_files(copy.folder / FILES, ready)
        silenced = 0 if keep_connections else _silence(ready.owner_url)
        _migrate()
        doubts = _go_on(ready, copy.head)
    told = f"Restored the copy of {copy.manifest['made_at']}.{_in_words(doubts)}"
    return f"{told} Connections to 1C switched off: {silenced}." if silenced else told


def _verify(file: Path, passphrase_file: Path | None) -> str:
    with servers.ready() as ready, _workspace() as space:
        copy = _unpack(file, space, passphrase_file)
        with _scratch(ready.owner_url) as url:
            _fill(url, copy)
            with psycopg.connect(url) as connection:
                found = contents.differences(copy.manifest["figures"], contents.figures(connection))
            if found:
                raise Trouble(f"{file} does not become what was copied: {'; '.join(found)}.")
            doubts = _doubts(url, copy.head)
    tables = copy.manifest["figures"]["tables"]
    rows = sum(int(figure.partition(":")[0]) for figure in tables.values())
    return (
        f"{file} is whole: {rows:,} rows of {len(tables)} tables and {len(copy.manifest['files'])} files, "
        f"as they were at {copy.manifest['made_at']}.{_in_words(doubts)}"
    )


def _dump(ready: Settings, space: Path) -> dict[str, Any]:
    """The database into the workspace, and everything about it that was true in the same moment."""
    with psycopg.connect(ready.owner_url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        (snapshot,) = _row(connection, "select pg_export_snapshot()")
        _postgres_program(
            "pg_dump", ready.owner_url, "--format=custom", "--compress=1", "--no-owner",
            f"--snapshot={snapshot}", f"--file={space / DUMP}",
        )  # fmt: skip
        (revision,) = _row(connection, "select version_num from alembic_version")
        head = _row(connection, "select position, hash from event_seal order by position desc limit 1")
        named = [sha256 for (sha256,) in connection.execute("select sha256 from stored_file order by sha256")]
        figures = contents.figures(connection)
    there = {sha256: f"{sha256[:2]}/{sha256}" for sha256 in named}
    return {
        "format": FORMAT,
        "version": version("karkas"),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision,
        "figures": figures,
        "head": str(Head(*head) if head else sealing.BEGINNING),
        "dump": _digest(space / DUMP),
        "files": {path: sha256 for sha256, path in there.items() if (ready.files_root / path).is_file()},
        "missing": [sha256 for sha256, path in there.items() if not (ready.files_root / path).is_file()],
    }


def _row(connection: psycopg.Connection[Any], question: str) -> Any:
    return connection.execute(question.encode()).fetchone()


def _pack(draft: Path, space: Path, manifest: dict[str, Any], files: Path, passphrase: str) -> None:
    (space / MANIFEST).write_text(json.dumps(manifest))
    draft.touch(mode=0o600)
    plain = space / "plain.tar" if passphrase else draft
    with tarfile.open(plain, "w") as tar:
        for name in (MANIFEST, DUMP):
            tar.add(space / name, name)
        for path in manifest["files"]:
            tar.add(files / path, f"{FILES}/{path}")
    digest = _digest(plain)
    with plain.open("ab") as end:
        end.write(SEAL % digest.encode())
    if passphrase:
        locking.lock(plain, draft, passphrase)


def _unpack(file: Path, space: Path, passphrase_file: Path | None) -> Copy:
    """Raises Trouble, before anything else is touched, for all that is not exactly what was packed."""
    try:
        plain = _unlocked(file, space, passphrase_file)
        _demand_seal(file, plain)
        with tarfile.open(plain) as tar:
            _take_out(tar, space)
        manifest: dict[str, Any] = json.loads((space / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError):
        raise Trouble(f"{file} is not a copy made by karkas backup.") from None
    _demand_known(file, manifest)
    _demand_members(file, manifest, space)
    return Copy(space, manifest)


def _take_out(tar: tarfile.TarFile, space: Path) -> None:
    """Plain files under plain names, which is what we pack.

    By hand: `extractall` that looks at names itself is younger than Python 3.11.
    """
    for member in tar:
        name = PurePosixPath(member.name)
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or name.is_absolute() or ".." in name.parts:
            raise ValueError(member.name)
        (space / name).parent.mkdir(parents=True, exist_ok=True)
        with content, (space / name).open("wb") as taken:
            shutil.copyfileobj(content, taken)
        (space / name).chmod(member.mode & 0o640)


def _unlocked(file: Path, space: Path, passphrase_file: Path | None) -> Path:
    if file.stat().st_size == 0:
        raise Trouble(f"{file} is empty.")
    if not locking.is_locked(file):
        return file
    plain = space / "plain.tar"
    locking.unlock(file, plain, _passphrase(passphrase_file))
    return plain


def _demand_seal(file: Path, plain: Path) -> None:
    size = plain.stat().st_size - SEAL_BYTES
    with plain.open("rb") as content:
        digest = _digest_of(content, max(size, 0))
        seal = content.read()
    if not seal.startswith(SEAL.partition(b"%")[0]):
        with tarfile.open(plain):  # what is no tar at all is told in other words
            raise Trouble(f"{file} is cut short, or damaged at its end.")
    if seal != SEAL % digest.encode():
        raise Trouble(f"{file} is damaged: it is not what was written.")


def _demand_known(file: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("format") != FORMAT or not migrating.is_known(manifest["revision"]):
        made = manifest.get("version", "another version")
        raise Trouble(f"{file} was made by another version of Karkas ({made}) that this one does not know.")


def _demand_members(file: Path, manifest: Mapping[str, Any], space: Path) -> None:
    wanted = {DUMP: manifest["dump"], **{f"{FILES}/{path}": sha for path, sha in manifest["files"].items()}}
    if gone := [name for name in wanted if not (space / name).is_file()]:
        raise Trouble(f"{file} is not whole: {len(gone)} files are missing, the first is {gone[0]}.")
    if other := [name for name, sha256 in wanted.items() if _digest(space / name) != sha256]:
        raise Trouble(f"{file} is damaged: {other[0]} is not what was copied.")


def _demand_empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        if connection.execute("select from pg_tables where schemaname = 'public'").rowcount:
            raise Trouble("The database is not empty; restore into a new KARKAS_HOME or a new database.")


def _fill(url: str, copy: Copy) -> None:
    """All of it or nothing: tables that do not come to their figures undo the whole.

    Through plain SQL: what only later servers understand is left out of its heading.
    """
    whole_file, script_file = copy.folder / "whole.sql", copy.folder / SCRIPT
    _program("pg_restore", "--no-owner", "--no-privileges", f"--file={whole_file}", copy.folder / DUMP)
    with whole_file.open("rb") as whole, script_file.open("wb") as script:
        script.writelines(line for line in islice(whole, HEADING_LINES) if not line.startswith(TOO_NEW))
        shutil.copyfileobj(whole, script, ROOM_BYTES)
        script.write(contents.as_demands(copy.manifest["figures"]).encode())
    whole_file.unlink()
    _postgres_program(
        "psql", url, "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1",
        f"--file={script_file}",
    )  # fmt: skip


def _bring_files(source: Path, ready: Settings) -> None:
    if source.is_dir():
        shutil.copytree(source, ready.files_root, dirs_exist_ok=True)


def _silence(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("update connection set enabled = false where enabled").rowcount


def _migrate() -> None:
    done = subprocess.run(programs.prepare("migrate"), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble((done.stderr.strip().splitlines() or ["The copy could not be migrated."])[-1])


def _go_on(ready: Settings, kept: Head) -> list[str]:
    """History continues on this server, and its head is known here."""
    doubts = _doubts(ready.owner_url, kept)
    engine = connect(ready.owner_url)
    with Session(engine) as session:
        sealing.begin_anew(session)
        session.commit()
        heads.keep(ready, sealing.head(session))
    engine.dispose()
    return doubts


def _doubts(url: str, kept: Head) -> list[str]:
    engine = connect(url)
    with Session(engine) as session:
        found = sealing.verify(session, kept).wrong
    engine.dispose()
    return found


def _in_words(doubts: list[str]) -> str:
    return f" History had been changed before it was copied: {'; '.join(doubts)}." if doubts else ""


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """An empty database beside the given one, for a while."""
    name = f"karkas_verify_{os.getpid()}"
    address = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("create database {} template template0").format(address))
        except psycopg.errors.InsufficientPrivilege:
            raise Trouble("The owner of the database may not create another one to verify in.") from None
        try:
            yield f"{url.partition('?')[0].rpartition('/')[0]}/{name}{_query(url)}"
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(address))


def _query(url: str) -> str:
    _, mark, query = url.partition("?")
    return mark + query


@contextmanager
def _workspace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="karkas-copy-", dir=settings().home) as folder:
        yield Path(folder)


def _passphrase(file: Path | None, *, again: bool = False) -> str:
    """Of the file, of the environment, or typed; a new one is typed twice."""
    try:
        given = file.read_text("utf-8").strip("\r\n") if file else os.environ.get(VARIABLE, "")
    except (OSError, ValueError):
        raise Trouble(f"The passphrase cannot be read from {file}.") from None
    if not given and sys.stdin.isatty():
        given = getpass.getpass("Passphrase: ")
        if again and given != getpass.getpass("Once more: "):
            raise Trouble("The two passphrases differ.")
    if not given:
        raise Trouble(f"The copy needs a passphrase: --passphrase-file, or {VARIABLE} in the environment.")
    return given


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _digest_of(content: IO[bytes], size: int) -> str:
    digest = hashlib.sha256()
    while size and (block := content.read(min(size, ROOM_BYTES))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _postgres_program(name: str, url: str, *arguments: str | Path) -> None:
    """The password goes through the environment: arguments of a program are seen by everybody."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = parts.pop("password", None) or ""
    _program(name, f"--dbname={make_conninfo(**parts)}", *arguments, PGPASSWORD=password)


def _program(name: str, *arguments: str | Path, **environment: str) -> None:
    done = subprocess.run(
        [PROGRAMS / name, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason was given"])[0]
        raise Trouble(f"{name} failed: {reason.removeprefix(f'{name}: error: ').rstrip('.')}.")
