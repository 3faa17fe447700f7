"""The base itself: rows as JSON in one SQLite file, so that kill -9 loses nothing that was answered."""

import base64
import json
import sqlite3
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TABLES = """
create table if not exists rows (
  place integer primary key autoincrement,
  set_name text not null, key text not null, version integer not null, body text not null,
  unique (set_name, key)
);
create table if not exists counters (name text primary key, value integer not null);
create table if not exists settings (name text primary key, value text not null);
"""


class Store:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = full;" + TABLES)
        self._depth = 0

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens or nothing does; a transaction inside another joins it."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._leave("rollback")
                raise
            self._leave("commit")

    def _leave(self, word: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._db.execute(word)

    def rows(self, set_name: str, *, since: int = 0) -> list[Row]:
        """Rows of a set as they were first written; `since` leaves those saved after that version."""
        query = "select version, body from rows where set_name = ? and version > ? order by place"
        with self._lock:
            return [_row(*each) for each in self._db.execute(query, (set_name, since))]

    def find(self, set_name: str, name: str, value: str) -> list[Row]:
        """Rows whose property equals the value: looked for by SQLite, so that a full base stays quick."""
        query = (
            "select version, body from rows where set_name = ? and json_extract(body, ?) = ? order by place"
        )
        with self._lock:
            return [_row(*each) for each in self._db.execute(query, (set_name, f'$."{name}"', value))]

    def get(self, set_name: str, key: str) -> Row | None:
        query = "select version, body from rows where set_name = ? and key = ?"
        with self._lock:
            found = self._db.execute(query, (set_name, key)).fetchone()
        return _row(*found) if found else None

    def save(self, set_name: str, row: Row) -> Row:
        """Each save gives a new DataVersion, also when nothing changed."""
        with self.transaction():
            version = self.next("version")
            body = {name: value for name, value in row.items() if name != "DataVersion"}
            self._db.execute(
                "insert into rows (set_name, key, version, body) values (?, ?, ?, ?) "
                "on conflict (set_name, key) do update set version = excluded.version, body = excluded.body",
                (set_name, row["Ref_Key"], version, json.dumps(body, ensure_ascii=False)),
            )
        return body | {"DataVersion": data_version(version)}

    def delete(self, set_name: str, key: str) -> None:
        with self.transaction():
            self._db.execute("delete from rows where set_name = ? and key = ?", (set_name, key))

    def next(self, counter: str) -> int:
        query = (
            "insert into counters values (?, 1) on conflict do update set value = value + 1 returning value"
        )
        with self.transaction():
            return int(self._db.execute(query, (counter,)).fetchone()[0])

    @property
    def version(self) -> int:
        with self._lock:
            found = self._db.execute("select value from counters where name = 'version'").fetchone()
        return int(found[0]) if found else 0

    def setting(self, name: str, default: str = "") -> str:
        with self._lock:
            found = self._db.execute("select value from settings where name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def set(self, name: str, value: str) -> None:
        query = "insert into settings values (?, ?) on conflict do update set value = excluded.value"
        with self.transaction():
            self._db.execute(query, (name, value))

    def clear(self) -> None:
        """Versions go on from where they were: a DataVersion is never met twice."""
        with self.transaction():
            self._db.execute("delete from rows")
            self._db.execute("delete from settings")
            self._db.execute("delete from counters where name <> 'version'")


def _row(version: int, body: str) -> Row:
    row: Row = json.loads(body)
    row["DataVersion"] = data_version(version)
    return row


def data_version(version: int) -> str:
    return base64.b64encode(struct.pack(">II", version & 0xFFFFFFFF, version >> 32)).decode()
