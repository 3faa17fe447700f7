"""versions of funnels; floors and layouts of units are of their past too"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FACTS = ("floor_id", "kind", "number", "position", "rooms", "area_total", "finish", "availability", "price")
"""What a period has kept since 0012."""
ARRANGED = ("storeys", "layout_id")


def upgrade() -> None:
    op.add_column("funnel", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("unit_period", sa.Column("storeys", sa.Integer(), server_default="1", nullable=False))
    op.add_column("unit_period", sa.Column("layout_id", sa.BigInteger(), nullable=True))
    op.add_column("unit_period", sa.Column("believed_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("update unit_period set believed_until = coalesce(till, now())")
    op.execute(
        """update unit_period set storeys = unit.storeys, layout_id = unit.layout_id from unit
            where unit.id = unit_id and (unit.storeys <> 1 or unit.layout_id is not null)"""
    )
    _keep((*FACTS, *ARRANGED))


def _keep(facts: tuple[str, ...]) -> None:
    """The keeper of 0012 with these facts."""
    named, new = ", ".join(facts), ", ".join(f"new.{fact}" for fact in facts)
    this_transaction = "(pg_current_xact_id()::text)::bigint"
    op.execute(
        f"""create or replace function unit_period_kept() returns trigger language plpgsql as $$
            declare moment timestamptz := clock_timestamp();
            begin
                if tg_op = 'UPDATE' then
                    update unit_period set ({named}) = row({new})
                     where unit_id = new.id and till is null and xid = {this_transaction} and since >= now();
                    if found then return null; end if;
                end if;
                if tg_op <> 'INSERT' then
                    update unit_period set till = moment, gone = (tg_op = 'DELETE')
                     where unit_id = old.id and till is null;
                end if;
                if tg_op <> 'DELETE' then
                    insert into unit_period (unit_id, since, {named}, xid)
                    values (new.id, moment, {new}, {this_transaction});
                end if;
                return null;
            end $$"""  # noqa: S608
    )
    told = " or ".join(f"old.{fact} is distinct from new.{fact}" for fact in facts)
    op.execute("drop trigger unit_turns on unit")
    op.execute(
        "create trigger unit_turns after update on unit"
        f" for each row when ({told}) execute function unit_period_kept()"
    )


def downgrade() -> None:
    _keep(FACTS)
    for column in ("believed_until", "layout_id", "storeys"):
        op.drop_column("unit_period", column)
    op.drop_column("funnel", "version")
