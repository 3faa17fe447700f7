"""The same thing on both sides: which record of ours is which record of a base."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.exchange.models import ExternalId


def linked(session: Session, connection_id: int, entity: str, kind: str, local_id: int | None) -> str | None:
    """The key in 1C of our record, in small letters."""
    return session.execute(
        sa.select(col(ExternalId.external_id)).where(
            col(ExternalId.connection_id) == connection_id,
            col(ExternalId.entity) == entity,
            col(ExternalId.local_kind) == kind,
            col(ExternalId.local_id) == local_id,
        )
    ).scalar_one_or_none()


def link(
    session: Session, connection_id: int, entity: str, ref: str, kind: str, local_id: int, *, version: str
) -> None:
    """Remember the pair, or the version of one that is known. A key that changed in 1C wins."""
    row = insert(ExternalId).values(
        connection_id=connection_id, entity=entity, external_id=ref.lower(), data_version=version,
        local_kind=kind, local_id=local_id,
    )  # fmt: skip
    session.execute(
        row.on_conflict_do_update(
            index_elements=["connection_id", "entity", "local_kind", "local_id"],
            set_={"external_id": row.excluded.external_id, "data_version": row.excluded.data_version},
        )
    )
