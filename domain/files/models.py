"""Files kept by content: the same bytes are one file however often they arrive."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from domain.kernel.db import moment, text_of


class StoredFile(SQLModel, table=True):
    __tablename__ = "stored_file"

    sha256: str = Field(primary_key=True, max_length=64)
    size: int = Field(sa_type=sa.BigInteger)
    media_type: str = text_of(100)
    """By content, whatever the sender called it."""
    created_at: datetime = moment()
