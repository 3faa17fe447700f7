"""Which of our records each «Ид» of 1C is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.exchange.models import ExternalId

ENTITY = "Товар"
"""Goods and offers share their «Ид»: an offer's is its good's, with `#characteristic` when there is one."""


@dataclass(frozen=True, slots=True)
class Link:
    local_kind: str
    local_id: int


def known(session: Session, connection_id: int, refs: Iterable[str]) -> dict[str, Link]:
    asked = sa.select(ExternalId.external_id, ExternalId.local_kind, ExternalId.local_id).where(
        *_ours(connection_id), col(ExternalId.external_id).in_(list(refs))
    )
    return {ref: Link(kind, local_id) for ref, kind, local_id in session.execute(asked)}


def tie(session: Session, connection_id: int, pairs: Sequence[tuple[str, str, Link]]) -> dict[int, str]:
    """Tie each (ref, catalogue) to its record. One ref becomes another record's and the other way round:
    after a move to a new base the same flat comes under a new «Ид». Returns the refs that were replaced.
    """
    if not pairs:
        return {}
    replaced = _untie_others(session, connection_id, pairs)
    rows = [
        {
            "connection_id": connection_id,
            "entity": ENTITY,
            "external_id": ref,
            "catalogue": catalogue,
            "local_kind": link.local_kind,
            "local_id": link.local_id,
            "data_version": "",
        }
        for ref, catalogue, link in pairs
    ]
    fresh = insert(ExternalId).values(rows)
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["connection_id", "entity", "external_id"],
            set_={name: fresh.excluded[name] for name in ("local_kind", "local_id", "catalogue")},
        )
    )
    return replaced


def _untie_others(
    session: Session, connection_id: int, pairs: Sequence[tuple[str, str, Link]]
) -> dict[int, str]:
    """Another ref may hold the record: it lets go. Returns by record what it was called."""
    records = sa.tuple_(col(ExternalId.local_kind), col(ExternalId.local_id)).in_(
        [(link.local_kind, link.local_id) for _ref, _catalogue, link in pairs]
    )
    others = col(ExternalId.external_id).not_in([ref for ref, _catalogue, _link in pairs])
    gone = sa.delete(ExternalId).where(*_ours(connection_id), records, others)
    return {
        row.local_id: row.external_id
        for row in session.execute(gone.returning(ExternalId.local_id, ExternalId.external_id))
    }


def list_(session: Session, connection_id: int, refs: Sequence[str], catalogue: str, *, at: datetime) -> None:
    """A full catalogue names them."""
    named = sa.update(ExternalId).where(*_ours(connection_id), col(ExternalId.external_id).in_(refs))
    session.execute(named.values(listed_at=at, catalogue=catalogue))


def _ours(connection_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return col(ExternalId.connection_id) == connection_id, col(ExternalId.entity) == ENTITY
