"""picked and shown: favourites, selections, who looks at a unit now"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "favourite",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_favourite_unit_id_unit")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_favourite_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite")),
        sa.UniqueConstraint("user_id", "unit_id", name=op.f("uq_favourite_user_id_unit_id")),
    )
    op.create_index(op.f("ix_favourite_unit_id"), "favourite", ["unit_id"])
    op.create_table(
        "selection",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.String(length=1000), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_selection_building_id_building")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_selection_deal_id_deal")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_selection_owner_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
    )
    for column in ("building_id", "deal_id", "owner_id"):
        op.create_index(op.f(f"ix_selection_{column}"), "selection", [column])
    op.create_table(
        "choice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("selection_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_choice_selection_id_selection")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_choice_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
    )
    for column in ("selection_id", "unit_id"):
        op.create_index(op.f(f"ix_choice_{column}"), "choice", [column])
    op.create_index(
        "uq_choice_unit_of_selection",
        "choice",
        ["selection_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    op.create_table(
        "showing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("shown_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_showing_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showing")),
        sa.UniqueConstraint("unit_id", "user_id", name=op.f("uq_showing_unit_id_user_id")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_showing_user_id"), "showing", ["user_id"])


def downgrade() -> None:
    for table in ("showing", "choice", "selection", "favourite"):
        op.drop_table(table)
