"""Rows by COPY, with the tables' indexes and foreign keys built once, over all rows, at the end.

Everything happens in the session's transaction: what fails leaves no trace, and a row that breaks a
constraint fails it.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlmodel import Session

FEW = 50_000
"""Rows that are not worth building an index anew for."""
AT_ONCE = 50_000
"""Lines kept in memory before they are sent."""

SECONDARY_INDEXES = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
     where indrelid = any(%s::regclass[])
       and not exists (select from pg_constraint where conindid = indexrelid)
     order by 1
"""
FOREIGN_KEYS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
     where conrelid = any(%s::regclass[]) and contype = 'f'
     order by 1, 2
"""


class Sheet:
    """Lines for one table. `put` takes the columns after `id` and returns the number the row got."""

    def __init__(self, table: str, columns: Sequence[str], first_id: int) -> None:
        self.table = table
        self.columns = ("id", *columns)
        self.next_id = first_id
        self.lines: list[str] = []

    def put(self, columns: str) -> int:
        """`columns` are in the text form of COPY: parted by tabs, an unknown value is `\\N`."""
        number = self.next_id
        self.next_id += 1
        self.lines.append(f"{number}\t{columns}\n")
        return number


class Copying:
    """Sends lines to the database while the next ones are being written."""

    def __init__(self, connection: psycopg.Connection[Any], sender: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._sender = sender
        self._sent: Future[None] | None = None
        self._sheets: list[Sheet] = []
        self.rows = 0

    def sheet(self, table: str, *columns: str) -> Sheet:
        """The table is locked against other writers, so the numbers from here on are ours."""
        lock = sql.SQL("lock table {} in share row exclusive mode").format(sql.Identifier(table))
        self._connection.execute(lock)
        first = self._connection.execute("select nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        sheet = Sheet(table, columns, int(first.fetchall()[0][0]))
        self._sheets.append(sheet)
        return sheet

    def breathe(self) -> bool:
        """Send what has gathered when there is enough of it. True when it was."""
        enough = sum(len(sheet.lines) for sheet in self._sheets) >= AT_ONCE
        if enough:
            self.send()
        return enough

    def send(self) -> None:
        self.settle()
        full = [(sheet, "".join(sheet.lines)) for sheet in self._sheets if sheet.lines]
        self.rows += sum(len(sheet.lines) for sheet in self._sheets)
        for sheet in self._sheets:
            sheet.lines = []
        self._sent = self._sender.submit(self._copy, full)

    def close(self) -> None:
        """Send the rest; the sequences go on after it."""
        self.send()
        self.settle()
        for sheet in self._sheets:
            last = "select setval(pg_get_serial_sequence(%s, 'id'), %s, false)"
            self._connection.execute(last, [sheet.table, sheet.next_id])
        self._sheets = []

    def settle(self) -> None:
        """Wait until what was sent is there, and the connection free for other questions."""
        if self._sent is not None:
            self._sent.result()
            self._sent = None

    def _copy(self, full: list[tuple[Sheet, str]]) -> None:
        for sheet, text in full:
            statement = sql.SQL("copy {} ({}) from stdin").format(
                sql.Identifier(sheet.table), sql.SQL(", ").join(map(sql.Identifier, sheet.columns))
            )
            with self._connection.cursor().copy(statement) as copy:
                copy.write(text)


@contextmanager
def copying(session: Session) -> Iterator[Copying]:
    """COPY inside the transaction of this session."""
    connection = _raw(session)
    with ThreadPoolExecutor(1, thread_name_prefix="copy") as sender:
        copying = Copying(connection, sender)
        yield copying
        copying.close()


@contextmanager
def set_aside(session: Session, tables: Sequence[str], *, rows: int) -> Iterator[None]:
    """Without secondary indexes and foreign keys inside, with them again after; for few rows as it is.

    The tables are locked for everybody until the transaction ends.
    """
    if rows < FEW:
        yield
        return
    connection = _raw(session)
    indexes = connection.execute(SECONDARY_INDEXES, [list(tables)]).fetchall()
    keys = connection.execute(FOREIGN_KEYS, [list(tables)]).fetchall()
    for table, name, _ in keys:
        connection.execute(f'alter table {table} drop constraint "{name}"'.encode())
    for name, _ in indexes:
        connection.execute(f"drop index {name}".encode())
    yield
    connection.execute("set local maintenance_work_mem = '256MB'")
    for _, definition in indexes:
        connection.execute(definition.encode())
    for table, name, definition in keys:
        connection.execute(f'alter table {table} add constraint "{name}" {definition}'.encode())


def _raw(session: Session) -> psycopg.Connection[Any]:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection
