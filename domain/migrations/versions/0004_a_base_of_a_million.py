"""a base of a million"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_deal_stage_entered", table_name="deal")
    op.create_index(
        "ix_deal_stage_entered",
        "deal",
        ["stage_id", "stage_entered_at"],
        unique=False,
        postgresql_include=["responsible_id", "amount", "id"],
    )
    op.create_index("ix_deal_responsible_stage", "deal", ["responsible_id", "stage_id"], unique=False)
    op.drop_index("ix_deal_responsible_id", table_name="deal")


def downgrade() -> None:
    op.create_index("ix_deal_responsible_id", "deal", ["responsible_id"], unique=False)
    op.drop_index("ix_deal_responsible_stage", table_name="deal")
    op.drop_index("ix_deal_stage_entered", table_name="deal")
    op.create_index("ix_deal_stage_entered", "deal", ["stage_id", "stage_entered_at"], unique=False)
