"""Who has a unit open now."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, UniqueConstraint

from domain.kernel.db import Record, moment, reference


class Showing(Record, table=True):
    """A person with a unit before their eyes; without a foreign key to the unit, whose row is never touched.

    Unlogged: a crash of the database forgets it, and the next half minute tells it anew.
    """

    __table_args__ = (UniqueConstraint("unit_id", "user_id"), {"prefixes": ["UNLOGGED"]})

    unit_id: int = Field(sa_type=sa.BigInteger)
    user_id: int = reference("app_user.id")
    since: datetime = moment()
    seen_at: datetime = moment()
    shown_since: datetime | None = moment(optional=True)
    """Since when it is being shown to a client; None: only looked at."""
