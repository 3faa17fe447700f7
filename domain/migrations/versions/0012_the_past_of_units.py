"""the past of units, and files of the stock"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FACTS = ("floor_id", "kind", "number", "position", "rooms", "area_total", "finish", "availability", "price")
HELD = ("unit_id", "state", "until", "price", "closed_at")
CLAIMS = "('active', 'contract', 'sold')"
THIS_TRANSACTION = "(pg_current_xact_id()::text)::bigint"


def upgrade() -> None:
    _tables_of_the_past()
    _known_past()
    _keepers()
    _files_of_the_stock()


def _tables_of_the_past() -> None:
    op.create_table(
        "unit_period",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("till", sa.DateTime(timezone=True), nullable=True),
        sa.Column("floor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _one_of("unitkind", "flat", "parking", "storage", "commercial"), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("area_total", sa.Numeric(8, 2), nullable=False),
        sa.Column("finish", _one_of("finish", "none", "rough", "pre_fine", "fine"), nullable=False),
        sa.Column(
            "availability", _one_of("availability", "on_sale", "contract", "sold", "off"), nullable=False
        ),
        sa.Column("price", sa.Numeric(14, 2), nullable=True),
        sa.Column("gone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_period")),
    )
    op.create_table(
        "claim_period",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("till", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            _one_of("bookingstate", "active", "contract", "sold", "expired", "cancelled"),
            nullable=False,
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("price", sa.Numeric(14, 2), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=True),
        sa.Column("end_xid", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_period")),
    )


def _known_past() -> None:
    """Prices and states as the events tell them; the place of a unit is believed to have been the present one."""
    op.execute(
        f"""
        insert into unit_period (unit_id, since, till, {", ".join(FACTS)}, xid)
        with turned as (
            select subject_id as unit_id, at, id, xid, name,
                   payload -> 'changes' -> 'price' as price,
                   payload -> 'changes' -> 'availability' as availability
              from event
             where subject_kind = 'unit'
               and name in ('unit.added', 'unit.repriced', 'unit.availability_changed')
        ), moments as (
            select unit_id, at, max(id) as id, min(xid) as xid from turned group by unit_id, at
            union all
            select unit.id, now(), null, null from unit
             where not exists (select from turned where turned.unit_id = unit.id)
        ), told as (
            select moments.*,
                   case when price_now.known then price_now.value
                        when price_next.known then price_next.value else unit.price end as price,
                   coalesce(state_now.value, state_next.value, unit.availability) as availability
              from moments join unit on unit.id = moments.unit_id
              left join lateral (
                    select true as known, (price ->> 1)::numeric as value from turned
                     where turned.unit_id = moments.unit_id and price is not null and turned.at <= moments.at
                     order by turned.at desc, turned.id desc limit 1) price_now on true
              left join lateral (
                    select true as known, (price ->> 0)::numeric as value from turned
                     where turned.unit_id = moments.unit_id and price is not null and turned.at > moments.at
                     order by turned.at, turned.id limit 1) price_next on true
              left join lateral (
                    select availability ->> 1 as value from turned
                     where turned.unit_id = moments.unit_id and availability is not null
                       and turned.at <= moments.at
                     order by turned.at desc, turned.id desc limit 1) state_now on true
              left join lateral (
                    select availability ->> 0 as value from turned
                     where turned.unit_id = moments.unit_id and availability is not null
                       and turned.at > moments.at
                     order by turned.at, turned.id limit 1) state_next on true
        )
        select told.unit_id, told.at,
               lead(told.at) over (partition by told.unit_id order by told.at, told.id),
               unit.floor_id, unit.kind, unit.number, unit.position, unit.rooms, unit.area_total, unit.finish,
               told.availability, told.price, told.xid
          from told join unit on unit.id = told.unit_id"""  # noqa: S608
    )
    op.execute(
        f"""
        insert into unit_period (unit_id, since, {", ".join(FACTS)})
        select id, now(), {", ".join(f"unit.{fact}" for fact in FACTS)} from unit
         where exists (select from unit_period where unit_id = unit.id and till is null
                          and (price is distinct from unit.price or availability <> unit.availability))"""  # noqa: S608
    )
    op.execute(
        """update unit_period as before set till = after.since from unit_period as after
            where before.till is null and after.till is null
              and after.unit_id = before.unit_id and after.id > before.id"""
    )
    op.execute(
        f"""
        insert into claim_period (booking_id, unit_id, since, till, state, until, price)
        select id, unit_id, booked_at, closed_at, case when state in {CLAIMS} then state else 'active' end,
               until, price from booking"""  # noqa: S608
    )
    op.create_index("ix_unit_period_gone", "unit_period", ["unit_id"], postgresql_where=sa.text("gone"))
    op.create_index("ix_unit_period_unit_id_since", "unit_period", ["unit_id", "since"])
    op.create_index("ix_unit_period_floor_id_since", "unit_period", ["floor_id", "since"])
    op.create_index("ix_unit_period_since", "unit_period", ["since"], postgresql_using="brin")
    op.create_index("ix_claim_period_unit_id_since", "claim_period", ["unit_id", "since"])
    op.create_index(
        "ix_claim_period_booking_id",
        "claim_period",
        ["booking_id"],
        postgresql_where=sa.text("till is null"),
    )
    for column in ("since", "till", "until"):
        op.create_index(f"ix_claim_period_{column}", "claim_period", [column])


def _keepers() -> None:
    """A period begins by the clock, after the row's lock was had: so periods follow each other as changes do."""
    facts, new = ", ".join(FACTS), ", ".join(f"new.{fact}" for fact in FACTS)
    op.execute(
        f"""create function unit_period_kept() returns trigger language plpgsql as $$
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
    op.execute(
        f"""create function claim_period_kept() returns trigger language plpgsql as $$
            declare moment timestamptz := clock_timestamp();
            begin
                if tg_op = 'INSERT' then
                    moment := new.booked_at;
                elsif tg_op = 'UPDATE' and new.closed_at is not null then
                    moment := new.closed_at;
                end if;
                if tg_op <> 'INSERT' then
                    update claim_period set till = moment, end_xid = {THIS_TRANSACTION}
                     where booking_id = old.id and till is null;
                end if;
                if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.closed_at is null) then
                    insert into claim_period (booking_id, unit_id, since, till, state, until, price, xid)
                    values (new.id, new.unit_id, moment, new.closed_at,
                            case when new.state in {CLAIMS} then new.state else 'active' end,
                            new.until, new.price, {THIS_TRANSACTION});
                end if;
                return null;
            end $$"""  # noqa: S608
    )
    for table, keeper, columns in (
        ("unit", "unit_period_kept", FACTS),
        ("booking", "claim_period_kept", HELD),
    ):
        told = " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)
        op.execute(
            f"create trigger {table}_begins after insert or delete on {table} for each row execute function {keeper}()"
        )
        op.execute(
            f"create trigger {table}_turns after update on {table} for each row when ({told}) execute function {keeper}()"
        )


def _files_of_the_stock() -> None:
    number = sa.BigInteger
    op.create_table(
        "stock_export",
        sa.Column("id", number(), nullable=False),
        sa.Column("project_id", number(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("by_id", number(), nullable=False),
        _moment("created_at", required=True),
        sa.Column("step", _one_of("exportstep", "making", "made", "failed"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        _moment("taken_at"),
        _moment("finished_at"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_stock_export_project_id_project")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_stock_export_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_stock_export_sha256_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_export")),
    )
    op.create_table(
        "stock_import",
        sa.Column("id", number(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by_id", number(), nullable=False),
        _moment("created_at", required=True),
        sa.Column(
            "step",
            _one_of(
                "importstep",
                *("checking", "unreadable", "checked", "applying", "failed", "done", "undoing", "undone"),
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("remarks", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("acted_by_id", number(), nullable=True),
        *(_moment(name) for name in ("taken_at", "checked_at", "applied_at", "undone_at")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_stock_import_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_stock_import_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["acted_by_id"], ["app_user.id"], name=op.f("fk_stock_import_acted_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_import")),
    )
    op.create_table(
        "stock_import_row",
        sa.Column("id", number(), nullable=False),
        sa.Column("import_id", number(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("called", sa.String(300), nullable=False),
        sa.Column("of_unit_id", number(), nullable=True),
        sa.Column("verdict", _one_of("verdict", "added", "changed", "conflict", "wrong"), nullable=False),
        sa.Column("said", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "outcome",
            _one_of("outcome", "waiting", "applied", "stale", "returned", "kept"),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("remark", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["stock_import.id"], name=op.f("fk_stock_import_row_import_id_stock_import")
        ),
        sa.ForeignKeyConstraint(
            ["of_unit_id"], ["unit.id"], name=op.f("fk_stock_import_row_of_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_import_row")),
        sa.UniqueConstraint("import_id", "row", name=op.f("uq_stock_import_row_import_id_row")),
    )
    op.alter_column("stock_import_row", "outcome", server_default=None)
    for table, columns in {
        "stock_export": ("project_id", "by_id", "sha256"),
        "stock_import": ("by_id", "acted_by_id", "sha256"),
        "stock_import_row": ("of_unit_id",),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    at_work = {
        "stock_export": "step = 'making'",
        "stock_import": "step in ('checking', 'applying', 'undoing')",
    }
    for table, condition in at_work.items():
        op.create_index(f"ix_{table}_step", table, ["step"], postgresql_where=sa.text(condition))


def _moment(name: str, *, required: bool = False) -> sa.Column[object]:
    default = sa.text("clock_timestamp()") if required else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not required)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    for table in ("stock_import_row", "stock_import", "stock_export"):
        op.drop_table(table)
    for table, keeper in (("unit", "unit_period_kept"), ("booking", "claim_period_kept")):
        op.execute(f"drop trigger {table}_begins on {table}")
        op.execute(f"drop trigger {table}_turns on {table}")
        op.execute(f"drop function {keeper}()")
    op.drop_table("claim_period")
    op.drop_table("unit_period")
