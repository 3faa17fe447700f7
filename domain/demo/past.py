"""A quarter of a year behind the units of the demo, and a workbook that waits for a decision."""

import io
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.access import User
from domain.estate import Unit
from domain.estate.past.models import LayoutPeriod, OutlinePeriod, PlanPeriod
from domain.estate.sheets import receiving
from domain.estate.sheets.columns import COLUMNS, Field
from domain.estate.sheets.writing import write

EARLIER = """
    insert into unit_period (unit_id, since, till, floor_id, kind, number, position, rooms, area_total,
                             storeys, layout_id, finish, availability, price)
    select unit_id, {since}, {till},
           floor_id, kind, number, position, rooms, area_total, storeys, layout_id, finish,
           case when availability in ('sold', 'contract') and {unsold} then 'on_sale'
                else availability end,
           round(price * {share}, -3)
      from unit_period where till is null and xid is not null
"""
"""Written past the triggers, which would say that all of it happened at the moment the demo was laid out."""
PRESENT = "update unit_period set since = {since} where till is null"
BEGAN = "cast(:now as timestamptz) - interval '92 days'"
AUTUMN = "cast(:now as timestamptz) - interval '41 days' - make_interval(days => (unit_id % 9)::int)"
LATELY = (
    "cast(:now as timestamptz) - make_interval(days => 2 + (unit_id % 17)::int, hours => (unit_id % 7)::int)"
)


def remember(session: Session, *, admin: User, now: datetime) -> None:
    """Prices rose twice, some of what is sold was on sale then; a workbook waits for the administrator."""
    session.flush()
    for since, till, unsold, share in (
        (BEGAN, AUTUMN, "(unit_id % 2 = 0 or unit_id % 5 = 0)", "0.93"),
        (AUTUMN, LATELY, "unit_id % 5 = 0", "0.97"),
    ):
        past = EARLIER.format(since=since, till=till, unsold=unsold, share=share)
        session.execute(sa.text(past), {"now": now})
    session.execute(sa.text(PRESENT.format(since=LATELY)), {"now": now})
    for drawn in (LayoutPeriod, PlanPeriod, OutlinePeriod):
        session.execute(sa.update(drawn).values(since=sa.text(BEGAN)), {"now": now})
    _bring_a_workbook(session, admin=admin, now=now)


def _bring_a_workbook(session: Session, *, admin: User, now: datetime) -> None:
    """Prices of a dozen flats, and two mistakes people make."""
    priced = select(Unit).where(col(Unit.price).is_not(None)).order_by(col(Unit.id))
    flats = session.exec(priced.limit(13)).all()
    rows = [(flat.id, flat.number, (flat.price or Decimal(0)) + 50_000) for flat in flats[:-1]]
    columns = [COLUMNS[field] for field in (Field.CODE, Field.NUMBER, Field.PRICE)]
    content = write(
        columns,
        [*rows, (flats[-1].id, flats[-1].number, Decimal(-1)), (999_999, "404", Decimal(5))],
        sheet="Цены",
    )
    file = receiving.receive(session, "Цены на декабрь.xlsx", io.BytesIO(content), by=admin, now=now)
    receiving.check(session, file, now=now)
