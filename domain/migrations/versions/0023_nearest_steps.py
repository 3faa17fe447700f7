"""a deal knows its nearest step"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NEAREST = "(select min(due_at) from task where task.deal_id = deal.id and done_at is null)"
MOVED = """
    (select deal_id, due_at, done_at, id from was except select deal_id, due_at, done_at, id from became)
    union all
    (select deal_id, due_at, done_at, id from became except select deal_id, due_at, done_at, id from was)
"""
CHANGED = {
    "insert": ("became", "referencing new table as became"),
    "update": (f"({MOVED}) moved", "referencing old table as was new table as became"),
    "delete": ("was", "referencing old table as was"),
}


def upgrade() -> None:
    op.add_column("deal", sa.Column("step_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"update deal set step_at = {NEAREST}")  # noqa: S608
    for deed, (changed, tables) in CHANGED.items():
        # the lock is a statement of its own: the next one sees what whoever held the deal has left there
        op.execute(
            f"""create function task_{deed}_steps() returns trigger language plpgsql as $$
                begin
                    perform 1 from deal where id in (select deal_id from {changed}) order by id for no key update;
                    update deal set step_at = {NEAREST}
                        where id in (select deal_id from {changed}) and step_at is distinct from {NEAREST};
                    return null;
                end $$"""  # noqa: S608
        )
        op.execute(
            f"""create trigger task_{deed}_steps after {deed} on task {tables}
                for each statement execute function task_{deed}_steps()"""
        )
    _index_entered("responsible_id", "amount", "id", "step_at")


def downgrade() -> None:
    _index_entered("responsible_id", "amount", "id")
    for deed in CHANGED:
        op.execute(f"drop trigger task_{deed}_steps on task")
        op.execute(f"drop function task_{deed}_steps()")
    op.drop_column("deal", "step_at")


def _index_entered(*included: str) -> None:
    op.drop_index("ix_deal_stage_entered", table_name="deal")
    op.create_index(
        "ix_deal_stage_entered", "deal", ["stage_id", "stage_entered_at"], postgresql_include=list(included)
    )
