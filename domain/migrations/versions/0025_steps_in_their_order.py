"""the steps of a deal lie in their order

A board asks for the first step of each of its cards: with the number in the index nothing is sorted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OPEN = sa.text("done_at is null")


def upgrade() -> None:
    op.drop_index("ix_task_open_deal", table_name="task")
    op.create_index("ix_task_open_deal", "task", ["deal_id", "due_at", "id"], postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_task_open_deal", table_name="task")
    op.create_index("ix_task_open_deal", "task", ["deal_id", "due_at"], postgresql_where=OPEN)
