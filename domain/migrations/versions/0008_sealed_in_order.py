"""sealed in order"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """With the number, so that a transaction of a hundred thousand events is sealed in parts."""
    op.create_index("ix_event_xid_id", "event", ["xid", "id"], unique=False)
    op.drop_index("ix_event_xid", table_name="event")


def downgrade() -> None:
    op.create_index("ix_event_xid", "event", ["xid"], unique=False)
    op.drop_index("ix_event_xid_id", table_name="event")
