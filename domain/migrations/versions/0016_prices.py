"""price lists, coefficients, promotions, discounts and of what a frozen price is made"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIMITS = {"manager": 1, "head": 5}
"""Per cent of the price a role gives off alone, to begin with; the company changes them on the screen."""

PROMOTED = """
create function promotion_changed_building() returns trigger language plpgsql as $$
begin
    insert into building_change (building_id)
        select distinct building.id from changed join building on building.project_id = changed.project_id
        on conflict do nothing;
    return null;
end $$
"""
"""A promotion stands on the boards of all buildings of its project, see migration 0003."""

DEEDS = (
    ("added", "insert", "new"),
    ("left", "update", "old"),
    ("came", "update", "new"),
    ("removed", "delete", "old"),
)


def upgrade() -> None:
    op.create_table(
        "discount_limit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "manager",
                "head",
                "engineer",
                "accountant",
                "admin",
                "agent",
                "exchange",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.CheckConstraint("percent between 0 and 100", name=op.f("ck_discount_limit_percent_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount_limit")),
        sa.UniqueConstraint("role", name=op.f("uq_discount_limit_role")),
    )
    op.create_table(
        "project_pricing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "master",
            sa.Enum("onec", "lists", name="master", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("floor_metre", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("floor_metre >= 0", name=op.f("ck_project_pricing_floor_not_negative")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_pricing_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_pricing")),
        sa.UniqueConstraint("project_id", name=op.f("uq_project_pricing_project_id")),
    )
    op.create_table(
        "price_coefficient",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "floor",
                "view",
                "finish",
                name="coefficientkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("factor", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("factor > 0 and factor < 10", name=op.f("ck_price_coefficient_factor_sane")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["app_user.id"], name=op.f("fk_price_coefficient_made_by_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_price_coefficient_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_coefficient")),
    )
    op.create_index(
        "ix_price_coefficient_project_id", "price_coefficient", ["project_id", "kind"], unique=False
    )
    op.create_table(
        "price_list",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "set",
                "percent",
                "amount",
                "metre",
                "base",
                "lines",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("step", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "applying",
                "applied",
                "undoing",
                "undone",
                name="liststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("effect_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("applied_by_id", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'scheduled') <= (effect_at is not null)",
            name=op.f("ck_price_list_scheduled_has_a_date"),
        ),
        sa.CheckConstraint("step > 0", name=op.f("ck_price_list_step_positive")),
        sa.ForeignKeyConstraint(["applied_by_id"], ["app_user.id"], name=op.f("fk_price_list_applied_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_price_list_made_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_price_list_project_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["app_user.id"], name=op.f("fk_price_list_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_price_list_project_id_number")),
    )
    op.create_index(
        "ix_price_list_due",
        "price_list",
        ["effect_at"],
        unique=False,
        postgresql_where=sa.text("state in ('scheduled', 'applying', 'undoing')"),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("badge", sa.String(length=24), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "percent",
                "amount",
                "metre",
                name="effect",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "starts_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compatible", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_promotion_ends_after_start")),
        sa.CheckConstraint("value > 0", name=op.f("ck_promotion_value_positive")),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_promotion_made_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_promotion_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_index("ix_promotion_project_id", "promotion", ["project_id", "starts_at"], unique=False)
    op.create_table(
        "list_price",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("components", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_list_price_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_price")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_list_price_unit_id")),
    )
    op.create_table(
        "price_list_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("before", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("after", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "applied",
                "skipped",
                "undone",
                "kept",
                name="linestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("made_before", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["price_list.id"], name=op.f("fk_price_list_line_list_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_price_list_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_line")),
        sa.UniqueConstraint("list_id", "unit_id", name=op.f("uq_price_list_line_list_id_unit_id")),
    )
    op.create_index(op.f("ix_price_list_line_unit_id"), "price_list_line", ["unit_id"], unique=False)
    op.create_index(
        "ix_price_list_line_waiting",
        "price_list_line",
        ["list_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "discount",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "percent",
                "amount",
                "metre",
                name="effect",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("share", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "granted",
                "refused",
                "withdrawn",
                name="discountstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_discount_amount_positive")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name=op.f("fk_discount_asked_by_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_discount_booking_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name=op.f("fk_discount_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount")),
    )
    op.create_index(
        "ix_discount_asked",
        "discount",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(op.f("ix_discount_booking_id"), "discount", ["booking_id"], unique=False)
    op.create_index(
        "uq_discount_standing",
        "discount",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("state in ('asked', 'granted')"),
    )
    op.add_column(
        "booking",
        sa.Column("passport", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    limits = sa.table("discount_limit", sa.column("role"), sa.column("percent"))
    op.bulk_insert(limits, [{"role": role, "percent": percent} for role, percent in LIMITS.items()])
    op.execute(PROMOTED)
    for how, deed, side in DEEDS:
        op.execute(
            f"""create trigger promotion_{how} after {deed} on promotion referencing {side} table as changed
                for each statement execute function promotion_changed_building()"""
        )


def downgrade() -> None:
    for how, *_ in DEEDS:
        op.execute(f"drop trigger promotion_{how} on promotion")
    op.execute("drop function promotion_changed_building()")
    op.drop_column("booking", "passport")
    op.drop_index(
        "uq_discount_standing",
        table_name="discount",
        postgresql_where=sa.text("state in ('asked', 'granted')"),
    )
    op.drop_index(op.f("ix_discount_booking_id"), table_name="discount")
    op.drop_index("ix_discount_asked", table_name="discount", postgresql_where=sa.text("state = 'asked'"))
    op.drop_table("discount")
    op.drop_index(
        "ix_price_list_line_waiting",
        table_name="price_list_line",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_price_list_line_unit_id"), table_name="price_list_line")
    op.drop_table("price_list_line")
    op.drop_table("list_price")
    op.drop_index("ix_promotion_project_id", table_name="promotion")
    op.drop_table("promotion")
    op.drop_index(
        "ix_price_list_due",
        table_name="price_list",
        postgresql_where=sa.text("state in ('scheduled', 'applying', 'undoing')"),
    )
    op.drop_table("price_list")
    op.drop_index("ix_price_coefficient_project_id", table_name="price_coefficient")
    op.drop_table("price_coefficient")
    op.drop_table("project_pricing")
    op.drop_table("discount_limit")
