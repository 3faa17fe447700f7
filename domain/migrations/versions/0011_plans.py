"""layouts, plans, outlines and characteristics of units"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = ("flat", "parking", "storage", "commercial")
TYPES = ("text", "number", "choice", "flag")

BUILDINGS = {
    "layout": """select section.building_id from changed join unit on unit.layout_id = changed.id
                 join floor on floor.id = unit.floor_id join section on section.id = floor.section_id""",
    "plan": """select section.building_id from changed
                 join unit on unit.id = changed.unit_id or unit.layout_id = changed.layout_id
                 join floor on floor.id = unit.floor_id join section on section.id = floor.section_id
               union select section.building_id from changed
                 join floor on floor.id = changed.floor_id join section on section.id = floor.section_id""",
    "outline": """select section.building_id from changed join plan on plan.id = changed.plan_id
                  join floor on floor.id = plan.floor_id join section on section.id = floor.section_id""",
}
"""The tables that plans of a board are read from, and the buildings their changed rows are seen in."""

DEEDS = (
    ("added", "insert", "new"),
    ("left", "update", "old"),
    ("came", "update", "new"),
    ("removed", "delete", "old"),
)


def upgrade() -> None:
    _layouts()
    _plans()
    _characteristics()
    for table, buildings in BUILDINGS.items():
        op.execute(
            f"""create function {table}_changed_building() returns trigger language plpgsql as $$
                begin
                    insert into building_change (building_id) select distinct * from ({buildings}) of_these
                        on conflict do nothing;
                    return null;
                end $$"""  # noqa: S608
        )
        for how, deed, side in DEEDS:
            op.execute(
                f"""create trigger {table}_{how} after {deed} on {table} referencing {side} table as changed
                    for each statement execute function {table}_changed_building()"""
            )


def downgrade() -> None:
    for table in BUILDINGS:
        for how, *_ in DEEDS:
            op.execute(f"drop trigger {table}_{how} on {table}")
        op.execute(f"drop function {table}_changed_building()")
    op.drop_constraint("storeys_sane", "unit", type_="check")
    op.drop_column("unit", "characteristics")
    op.drop_column("unit", "layout_id")
    op.drop_column("unit", "storeys")
    for table in ("characteristic", "outline", "plan", "layout"):
        op.drop_table(table)


def _closed(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    refers = target.partition(".")[0]
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}_{refers}"))


def _layouts() -> None:
    op.create_table(
        "layout",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _closed("unitkind", KINDS), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("area_total", sa.Numeric(8, 2), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("area_total > 0", name=op.f("ck_layout_area_positive")),
        sa.CheckConstraint("rooms between 0 and 20", name=op.f("ck_layout_rooms_sane")),
        _to("layout", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layout")),
        sa.UniqueConstraint("project_id", "kind", "code", name=op.f("uq_layout_project_id_kind_code")),
    )
    op.add_column("unit", sa.Column("storeys", sa.Integer(), server_default="1", nullable=False))
    op.add_column("unit", sa.Column("layout_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "unit", sa.Column("characteristics", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.create_check_constraint("storeys_sane", "unit", "storeys between 1 and 4")
    op.create_foreign_key(op.f("fk_unit_layout_id_layout"), "unit", "layout", ["layout_id"], ["id"])
    op.create_index(op.f("ix_unit_layout_id"), "unit", ["layout_id"])


def _plans() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("layout_id", sa.BigInteger(), nullable=True),
        sa.Column("floor_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("thumbnail_sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("put_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "put_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(unit_id, layout_id, floor_id) = 1", name=op.f("ck_plan_of_one_thing")
        ),
        sa.CheckConstraint("width > 0 and height > 0", name=op.f("ck_plan_has_a_size")),
        _to("plan", "unit_id", "unit.id"),
        _to("plan", "layout_id", "layout.id"),
        _to("plan", "floor_id", "floor.id"),
        _to("plan", "sha256", "stored_file.sha256"),
        _to("plan", "thumbnail_sha256", "stored_file.sha256"),
        _to("plan", "put_by_id", "app_user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    for column in ("unit_id", "layout_id", "floor_id", "sha256", "thumbnail_sha256"):
        op.create_index(op.f(f"ix_plan_{column}"), "plan", [column])
    for column in ("unit_id", "layout_id", "floor_id"):
        op.create_index(
            f"uq_plan_live_{column}",
            "plan",
            [column],
            unique=True,
            postgresql_where=sa.text(f"removed_at is null and {column} is not null"),
        )
    op.create_table(
        "outline",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("points", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _to("outline", "plan_id", "plan.id"),
        _to("outline", "unit_id", "unit.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outline")),
        sa.UniqueConstraint("plan_id", "unit_id", name=op.f("uq_outline_plan_id_unit_id")),
    )
    op.create_index(op.f("ix_outline_unit_id"), "outline", ["unit_id"])


def _characteristics() -> None:
    op.create_table(
        "characteristic",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _closed("unitkind", KINDS), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("type", _closed("characteristictype", TYPES), nullable=False),
        sa.Column("measure", sa.String(20), nullable=False),
        sa.Column("options", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characteristic")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_characteristic_kind_code")),
    )
