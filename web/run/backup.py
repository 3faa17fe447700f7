"""A copy of everything in one file, and an installation made from such a copy.

The file is a tar: `manifest.json`, `database.dump` (pg_dump) and `files/`. Files are named by their
content and only ever added, so copying them after the dump cannot miss one the dump knows of.
"""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.kernel.settings import Settings, settings
from web.run import home, programs, servers
from web.run.postgres import PROGRAMS
from web.run.trouble import Trouble

FORMAT = 1
MANIFEST, DUMP, FILES, SCRIPT = "manifest.json", "database.dump", "files", "database.sql"
HEADING_LINES = 40
TOO_NEW = b"SET transaction_timeout"
"""Written by our pg_dump, unknown to PostgreSQL before 17."""


def backup(file: Path) -> str:
    """Write the copy beside its place first: a broken one must not look like a whole one."""
    draft = file.with_name(f".{file.name}.part")
    with servers.ready() as ready, _workspace() as space:
        _postgres_program(
            "pg_dump", ready.owner_url, "--format=custom", "--no-owner", f"--file={space / DUMP}"
        )
        (space / MANIFEST).write_text(json.dumps(_manifest(ready.owner_url)))
        try:
            _pack(draft, space, ready.files_root)
            draft.replace(file)
        except OSError as problem:
            with suppress(OSError):
                draft.unlink()
            raise Trouble(f"The copy could not be written to {file}: {problem.strerror}.") from None
    return f"{file} holds the database and the files, {file.stat().st_size:,} bytes."


def restore(file: Path, *, keep_connections: bool = False) -> str:
    """Fill an empty installation. The copy does not talk to 1C until somebody says so."""
    asked = settings()
    home.prepare(asked.home)
    with home.only_one(asked.home), servers.ready() as ready, _workspace() as space:
        _demand_empty(ready.owner_url)
        manifest = _unpack(file, space)
        _fill(ready.owner_url, space)
        _bring_files(space / FILES, ready)
        silenced = 0 if keep_connections else _silence(ready.owner_url)
        _migrate()
    told = f"Restored the copy of {manifest['made_at']}."
    return f"{told} Connections to 1C switched off: {silenced}." if silenced else told


def _manifest(url: str) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": row and row[0],
    }


def _pack(draft: Path, space: Path, files: Path) -> None:
    draft.touch(mode=0o600)
    with tarfile.open(draft, "w") as tar:
        for name in (MANIFEST, DUMP):
            tar.add(space / name, name)
        if files.is_dir():
            tar.add(files, FILES)


def _unpack(file: Path, space: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(space, filter="data")
        manifest: dict[str, Any] = json.loads((space / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError):
        raise Trouble(f"{file} is not a copy made by karkas backup.") from None
    if manifest.get("format") != FORMAT:
        raise Trouble(f"{file} was made by another version of Karkas.")
    return manifest


def _demand_empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        if connection.execute("select from pg_tables where schemaname = 'public'").rowcount:
            raise Trouble("The database is not empty; restore into a new KARKAS_HOME or a new database.")


def _fill(url: str, space: Path) -> None:
    """Through plain SQL: what only later servers understand is left out of its heading."""
    _program("pg_restore", "--no-owner", "--no-privileges", f"--file={space / 'whole.sql'}", space / DUMP)
    with (space / "whole.sql").open("rb") as whole, (space / SCRIPT).open("wb") as script:
        script.writelines(line for line in islice(whole, HEADING_LINES) if not line.startswith(TOO_NEW))
        shutil.copyfileobj(whole, script)
    _postgres_program(
        "psql", url, "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1",
        f"--file={space / SCRIPT}",
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


@contextmanager
def _workspace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="karkas-copy-", dir=settings().home) as folder:
        yield Path(folder)


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
