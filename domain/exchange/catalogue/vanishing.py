"""Units a full exchange no longer names: off sale, unless there are so many that the file must be wrong."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.estate import Availability, Unit
from domain.estate import importing as estate
from domain.exchange.catalogue.links import ENTITY
from domain.exchange.commerceml import mapping
from domain.exchange.models import Connection, ExternalId
from domain.kernel.errors import Refused
from domain.kernel.text import _


class TooManyVanished(Refused):
    """Nothing was taken off sale."""


def withdraw_unlisted(session: Session, connection: Connection, *, since: datetime) -> int:
    """Of the catalogues that a full file has named since then, take off sale the units it did not name.

    Returns how many were still on sale. Raises TooManyVanished above the share the mapping allows.
    """
    listed = col(ExternalId.listed_at)
    full = sa.select(col(ExternalId.catalogue)).where(*_units(connection), listed >= since).distinct()
    asked = (
        sa.select(col(Unit.id), sa.or_(listed.is_(None), listed < since))
        .join(ExternalId, col(ExternalId.local_id) == Unit.id)
        .where(
            *_units(connection),
            col(ExternalId.catalogue).in_(full),
            col(Unit.availability) != Availability.OFF,
        )
    )
    standing = session.execute(asked).all()
    gone = [unit_id for unit_id, vanished in standing if vanished]
    limit = mapping.of(connection.mapping).vanished_at_most
    if len(gone) * 100 > limit * len(standing):
        raise TooManyVanished(
            _(
                "The full exchange lacks %(gone)s of %(all)s units, more than %(limit)s %%: "
                "nothing was taken off sale",
                gone=len(gone),
                all=len(standing),
                limit=limit,
            )
        )
    return estate.withdraw(session, gone) if gone else 0


def _units(connection: Connection) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(ExternalId.connection_id) == connection.id,
        col(ExternalId.entity) == ENTITY,
        col(ExternalId.local_kind) == "unit",
    )
