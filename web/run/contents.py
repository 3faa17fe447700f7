"""What a base holds, in figures that two copies of it can be compared by."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

SAME_WORDS = """
set local timezone to 'UTC'; set local datestyle to 'ISO, YMD'; set local intervalstyle to 'iso_8601';
set local extra_float_digits to 1; set local bytea_output to 'hex'; set local search_path to 'public';
"""
"""Rows are written out the same whatever a server is set to."""

TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"
FIGURE = """count(*) || ':' || coalesce(
    sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0)"""
"""Rows and the sum of their hashes, which does not depend on their order."""
SEQUENCES = """
select sequencename, coalesce(last_value, 0) from pg_sequences where schemaname = 'public' order by 1
"""
RULES = """
select 'constraints', count(*) from pg_constraint
 where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x')
union all select 'indexes', count(*) from pg_indexes where schemaname = 'public'
union all select 'triggers', count(*) from pg_trigger where not tgisinternal
"""

Figures = Mapping[str, Any]


def figures(connection: psycopg.Connection[Any]) -> Figures:
    """Asked in the snapshot of the connection's transaction."""
    connection.execute(SAME_WORDS)
    tables = [name for (name,) in connection.execute(TABLES)]
    return {
        "tables": {name: _figure(connection, name) for name in tables},
        "sequences": dict(connection.execute(SEQUENCES).fetchall()),
        "rules": dict(connection.execute(RULES).fetchall()),
    }


def _figure(connection: psycopg.Connection[Any], table: str) -> str:
    asked = sql.SQL("select {} from only {} t").format(
        sql.SQL(FIGURE),
        sql.Identifier("public", table),
    )
    row = connection.execute(asked).fetchone()
    assert row is not None
    return str(row[0])


def differences(wanted: Figures, found: Figures) -> list[str]:
    """In words; nothing when the second is a copy of the first. Sequences may have gone on."""
    told = [
        f"{name} holds {_rows(found['tables'].get(name))} instead of {_rows(figure)}"
        for name, figure in wanted["tables"].items()
        if found["tables"].get(name) != figure
    ]
    told += [f"{name} is not of the copy" for name in found["tables"] if name not in wanted["tables"]]
    told += [
        f"the numbers of {name} begin again"
        for name, last in wanted["sequences"].items()
        if found["sequences"].get(name, 0) < last
    ]
    told += [
        f"{found['rules'].get(kind, 0)} {kind} instead of {count}"
        for kind, count in wanted["rules"].items()
        if found["rules"].get(kind, 0) != count
    ]
    return told


def _rows(figure: str | None) -> str:
    count, _, checksum = (figure or "0:nothing").partition(":")
    return f"{count} rows ({checksum})"


def as_demands(wanted: Figures) -> str:
    """The same comparison of tables as a script, for the transaction that fills a base and then fails."""
    lines = [SAME_WORDS]
    for name, figure in wanted["tables"].items():
        table = '"' + name.replace('"', '""') + '"'
        lines.append(
            f"do $demand$ declare found text; begin select {FIGURE} into found from only public.{table} t;\n"  # noqa: S608
            f"if found <> '{figure}' then raise exception 'the table % is not as it was copied', '{name}';\n"
            "end if; end $demand$;"
        )
    return "\n".join(lines)
