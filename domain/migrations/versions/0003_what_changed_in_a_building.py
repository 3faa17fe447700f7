"""what changed in a building"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BUILDINGS = {
    "section": "select building_id from changed",
    "floor": "select section.building_id from changed join section on section.id = changed.section_id",
    "unit": """select section.building_id from changed join floor on floor.id = changed.floor_id
                 join section on section.id = floor.section_id""",
    "booking": """select section.building_id from changed join unit on unit.id = changed.unit_id
                    join floor on floor.id = unit.floor_id join section on section.id = floor.section_id""",
}
"""The tables a chessboard is read from, and the buildings their changed rows stand in."""

DEEDS = (
    ("added", "insert", "new"),
    ("left", "update", "old"),
    ("came", "update", "new"),
    ("removed", "delete", "old"),
)
"""A unit that moves changes the house it left and the house it came to."""


def upgrade() -> None:
    op.create_table(
        "building_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_building_change_building_id_building")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building_change")),
        sa.UniqueConstraint("building_id", "at", "xid", name=op.f("uq_building_change_building_id_at_xid")),
    )
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
    op.drop_table("building_change")
