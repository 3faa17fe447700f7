"""the past of units by statements"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FACTS = (
    "floor_id", "kind", "number", "position", "rooms", "area_total", "finish", "availability", "price",
    "storeys", "layout_id",
)  # fmt: skip
THIS_TRANSACTION = "(pg_current_xact_id()::text)::bigint"

DEEDS = (
    ("begins", "insert", "new table as turned"),
    ("turns", "update", "new table as turned"),
    ("goes", "delete", "old table as gone"),
)


BY_INDEX = "set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off"
"""A plan is kept from one call to the next: that of one row has to serve thousands, and the other way round."""


def upgrade() -> None:
    """Units changed by one statement are looked at together: row by row their past took longer than they did."""
    _drop("begins", "turns")
    facts, now_so, then_so = (
        ", ".join(f"{table}{fact}" for fact in FACTS) for table in ("", "turned.", "period.")
    )
    op.execute(
        f"""create or replace function unit_period_kept() returns trigger language plpgsql {BY_INDEX} as $$
            declare moment timestamptz := clock_timestamp();
            begin
                if tg_op = 'DELETE' then
                    update unit_period set till = moment, gone = true from gone
                     where unit_id = gone.id and till is null;
                    return null;
                end if;
                with told as (
                    select period.id as period_id, turned.*,
                           (period.xid = {THIS_TRANSACTION} and period.since >= now()) is true as again
                      from turned left join unit_period period on unit_id = turned.id and till is null
                     where ({now_so}) is distinct from ({then_so})
                ), told_again as (
                    update unit_period period set ({facts}) = row({now_so}) from told as turned
                     where period.id = period_id and again
                ), ended as (
                    update unit_period period set till = moment from told as turned
                     where period.id = period_id and not again
                )
                insert into unit_period (unit_id, since, {facts}, xid)
                select id, moment, {facts}, {THIS_TRANSACTION} from told where not again;
                return null;
            end $$"""  # noqa: S608
    )
    for how, deed, sides in DEEDS:
        op.execute(
            f"""create trigger unit_{how} after {deed} on unit referencing {sides}
                for each statement execute function unit_period_kept()"""
        )


def downgrade() -> None:
    _drop(*(how for how, *_ in DEEDS))
    facts, new = ", ".join(FACTS), ", ".join(f"new.{fact}" for fact in FACTS)
    op.execute(
        f"""create or replace function unit_period_kept() returns trigger language plpgsql as $$
            declare moment timestamptz := clock_timestamp();
            begin
                if tg_op = 'UPDATE' then
                    update unit_period set ({facts}) = row({new})
                     where unit_id = new.id and till is null and xid = {THIS_TRANSACTION} and since >= now();
                    if found then return null; end if;
                end if;
                if tg_op <> 'INSERT' then
                    update unit_period set till = moment, gone = (tg_op = 'DELETE')
                     where unit_id = old.id and till is null;
                end if;
                if tg_op <> 'DELETE' then
                    insert into unit_period (unit_id, since, {facts}, xid)
                    values (new.id, moment, {new}, {THIS_TRANSACTION});
                end if;
                return null;
            end $$"""  # noqa: S608
    )
    told = " or ".join(f"old.{fact} is distinct from new.{fact}" for fact in FACTS)
    op.execute(
        "create trigger unit_begins after insert or delete on unit"
        " for each row execute function unit_period_kept()"
    )
    op.execute(
        f"""create trigger unit_turns after update on unit
            for each row when ({told}) execute function unit_period_kept()"""
    )


def _drop(*triggers: str) -> None:
    for how in triggers:
        op.execute(f"drop trigger unit_{how} on unit")
