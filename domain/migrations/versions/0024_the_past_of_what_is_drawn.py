"""the past of what is drawn: layouts, plans and outlines"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

THIS_TRANSACTION = "(pg_current_xact_id()::text)::bigint"
BY_INDEX = "set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off"
"""As in 0022: the plan of one row has to serve thousands."""

DEEDS = (
    ("begins", "insert", "new table as turned"),
    ("turns", "update", "new table as turned"),
    ("goes", "delete", "old table as gone"),
)

KINDS = ("flat", "parking", "storage", "commercial")


def upgrade() -> None:
    for table, facts in _facts().items():
        _table(table, facts)
        _believed(table, [fact.name for fact in facts])
        _keeper(table, [fact.name for fact in facts])
    for table, columns in {
        "layout_period": ("project_id",),
        "plan_period": ("unit_id", "layout_id", "floor_id", "sha256", "thumbnail_sha256"),
        "outline_period": ("plan_id",),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for column in ("sha256", "thumbnail_sha256"):
        name = op.f(f"fk_plan_period_{column}_stored_file")
        op.create_foreign_key(name, "plan_period", "stored_file", [column], ["sha256"])


def _facts() -> dict[str, list[sa.Column[Any]]]:
    number, size, text = sa.BigInteger, sa.Integer, sa.String
    kind = sa.Enum(*KINDS, name="unitkind", native_enum=False, create_constraint=True, length=32)
    return {
        "layout": [
            sa.Column("project_id", number(), nullable=False),
            sa.Column("kind", kind, nullable=False),
            sa.Column("code", text(40), nullable=False),
            sa.Column("name", text(200), nullable=False),
            sa.Column("rooms", size(), nullable=False),
            sa.Column("area_total", sa.Numeric(8, 2), nullable=False),
        ],
        "plan": [
            sa.Column("unit_id", number(), nullable=True),
            sa.Column("layout_id", number(), nullable=True),
            sa.Column("floor_id", number(), nullable=True),
            sa.Column("sha256", text(64), nullable=False),
            sa.Column("thumbnail_sha256", text(64), nullable=False),
            sa.Column("media_type", text(100), nullable=False),
            sa.Column("width", size(), nullable=False),
            sa.Column("height", size(), nullable=False),
            sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        ],
        "outline": [
            sa.Column("plan_id", number(), nullable=False),
            sa.Column("unit_id", number(), nullable=False),
            sa.Column("points", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        ],
    }


def _table(table: str, facts: list[sa.Column[Any]]) -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        f"{table}_period",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(f"{table}_id", sa.BigInteger(), nullable=False),
        sa.Column("since", moment, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("till", moment, nullable=True),
        sa.Column("believed_until", moment, nullable=True),
        sa.Column("xid", sa.BigInteger(), nullable=True),
        *facts,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}_period")),
    )
    op.create_index(f"ix_{table}_period_{table}_id_since", f"{table}_period", [f"{table}_id", "since"])


def _believed(table: str, names: list[str]) -> None:
    """What is drawn today stands for all days before."""
    facts = ", ".join(names)
    op.execute(
        f"""insert into {table}_period ({table}_id, since, believed_until, {facts})
            select id, to_timestamp(0), now(), {facts} from {table}"""  # noqa: S608
    )


def _keeper(table: str, names: list[str]) -> None:
    """As 0022 keeps the past of units."""
    facts, now_so, then_so = (
        ", ".join(f"{side}{fact}" for fact in names) for side in ("", "turned.", "period.")
    )
    op.execute(
        f"""create function {table}_period_kept() returns trigger language plpgsql {BY_INDEX} as $$
            declare moment timestamptz := clock_timestamp();
            begin
                if tg_op = 'DELETE' then
                    update {table}_period set till = moment from gone
                     where {table}_id = gone.id and till is null;
                    return null;
                end if;
                with told as (
                    select period.id as period_id, turned.*,
                           (period.xid = {THIS_TRANSACTION} and period.since >= now()) is true as again
                      from turned left join {table}_period period on {table}_id = turned.id and till is null
                     where period.id is null or ({now_so}) is distinct from ({then_so})
                ), told_again as (
                    update {table}_period period set ({facts}) = row({now_so}) from told as turned
                     where period.id = period_id and again
                ), ended as (
                    update {table}_period period set till = moment from told as turned
                     where period.id = period_id and not again
                )
                insert into {table}_period ({table}_id, since, {facts}, xid)
                select id, moment, {facts}, {THIS_TRANSACTION} from told where not again;
                return null;
            end $$"""  # noqa: S608
    )
    for how, deed, sides in DEEDS:
        op.execute(
            f"""create trigger {table}_{how} after {deed} on {table} referencing {sides}
                for each statement execute function {table}_period_kept()"""
        )


def downgrade() -> None:
    for table in _facts():
        for how, *_ in DEEDS:
            op.execute(f"drop trigger {table}_{how} on {table}")
        op.execute(f"drop function {table}_period_kept()")
        op.drop_table(f"{table}_period")
