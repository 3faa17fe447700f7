"""Which of our records each «Ид» of 1C is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Session, col

from domain.exchange.models import ExternalId

ENTITY = "Товар"
"""Goods and offers share their «Ид»: an offer's is its good's, with `#characteristic` when there is one."""


@dataclass(frozen=True, slots=True)
class Link:
    local_kind: str
    local_id: int


def known(session: Session, connection_id: int, refs: Iterable[str]) -> dict[str, Link]:
    """One look into the index for each ref: with an IN list of hundreds, and a table that has just been
    filled, PostgreSQL would rather compare every row with every ref."""
    asked = sa.func.unnest(sa.cast(list(refs), ARRAY(sa.String))).column_valued("ref")
    found = (
        sa.select(col(ExternalId.local_kind), col(ExternalId.local_id))
        .where(*_ours(connection_id), col(ExternalId.external_id) == asked)
        .lateral()
    )
    rows = session.execute(sa.select(asked, found.c.local_kind, found.c.local_id).join(found, sa.true()))
    return {ref: Link(kind, local_id) for ref, kind, local_id in rows}


def tie(session: Session, connection_id: int, pairs: Sequence[tuple[str, str, Link]]) -> None:
    """Each (ref, catalogue) is this record from now on."""
    if not pairs:
        return
    refs, catalogues, linked = zip(*pairs, strict=True)
    told = (
        sa.func.unnest(
            sa.cast(refs, ARRAY(sa.String)),
            sa.cast(catalogues, ARRAY(sa.String)),
            sa.cast([link.local_kind for link in linked], ARRAY(sa.String)),
            sa.cast([link.local_id for link in linked], ARRAY(sa.BigInteger)),
        )
        .table_valued("ref", "catalogue", "kind", "id")
        .render_derived()
    )
    rows = sa.select(
        sa.literal(connection_id),
        sa.literal(ENTITY),
        told.c.ref,
        told.c.catalogue,
        told.c.kind,
        told.c.id,
        sa.literal(""),
    )
    written = (
        "connection_id",
        "entity",
        "external_id",
        "catalogue",
        "local_kind",
        "local_id",
        "data_version",
    )
    fresh = insert(ExternalId).from_select(written, rows)
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["connection_id", "entity", "external_id"],
            set_={name: fresh.excluded[name] for name in ("local_kind", "local_id", "catalogue")},
        )
    )


def untie(session: Session, connection_id: int, kind: str, local_ids: Sequence[int]) -> dict[int, str]:
    """Let go of records that are about to be tied anew: after a move to a new base the same flat
    comes under a new «Ид». Returns what each was called."""
    records = (col(ExternalId.local_kind) == kind, col(ExternalId.local_id).in_(local_ids))
    untied = sa.delete(ExternalId).where(*_ours(connection_id), *records)
    rows = session.execute(untied.returning(col(ExternalId.local_id), col(ExternalId.external_id)))
    return {row.local_id: row.external_id for row in rows}


def list_(session: Session, connection_id: int, refs: Sequence[str], catalogue: str, *, at: datetime) -> None:
    """A full catalogue names them."""
    named = sa.update(ExternalId).where(*_ours(connection_id), col(ExternalId.external_id).in_(refs))
    session.execute(named.values(listed_at=at, catalogue=catalogue))


def _ours(connection_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return col(ExternalId.connection_id) == connection_id, col(ExternalId.entity) == ENTITY
