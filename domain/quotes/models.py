"""The service catalogue: what engineers calculate quotes from."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import CheckConstraint, Field

from domain.kernel.db import Record, moment, money, text_of


class Service(Record, table=True):
    __table_args__ = (CheckConstraint("price is null or price >= 0", name="price_not_negative"),)

    name: str = text_of(500, index=True)
    article: str = text_of(100, default="")
    measure: str = text_of(50, default="")
    """Unit of measure as the catalogue writes it: м², шт, компл."""
    price: Decimal | None = money(optional=True)
    vat: str = text_of(20, default="")
    on_offer: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    created_at: datetime = moment()
