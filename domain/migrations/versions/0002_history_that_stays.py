"""history that stays"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ANNOUNCE = """
create or replace function announce_event() returns trigger language plpgsql as $$
begin
    insert into event_unrelayed select id from born;
    perform pg_notify('karkas', array_to_string(topics, ' ')) from born where topics <> '{}';
    return null;
end $$
"""
"""Delivered by PostgreSQL on commit only, so an open screen never hears of what did not happen;
equal announcements of one transaction arrive once."""

ANNOUNCE_BY_ROW = """
create or replace function announce_event() returns trigger language plpgsql as $$
begin
    if new.topics <> '{}' then
        perform pg_notify('karkas', array_to_string(new.topics, ' '));
    end if;
    return null;
end $$
"""

REFUSE = """
create function refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'history is not rewritten: % of %', lower(tg_op), tg_table_name
        using errcode = 'insufficient_privilege';
end $$
"""
KEPT = ("event", "event_seal")


def upgrade() -> None:
    op.create_table(
        "event_unrelayed",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_unrelayed")),
    )
    op.create_table(
        "event_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_seal_event_id")),
    )
    op.execute("insert into event_unrelayed select id from event where relayed_at is null")
    op.drop_index("ix_event_unrelayed", table_name="event")
    op.drop_column("event", "relayed_at")

    op.execute("drop trigger event_announced on event")
    op.execute(ANNOUNCE)
    op.execute(
        """create trigger event_announced after insert on event
           referencing new table as born for each statement execute function announce_event()"""
    )
    op.execute(REFUSE)
    for table in KEPT:
        op.execute(
            f"""create trigger {table}_kept before update or delete or truncate on {table}
                for each statement execute function refuse_rewriting()"""
        )


def downgrade() -> None:
    for table in KEPT:
        op.execute(f"drop trigger {table}_kept on {table}")
    op.execute("drop function refuse_rewriting()")
    op.execute("drop trigger event_announced on event")
    op.execute(ANNOUNCE_BY_ROW)
    op.execute(
        "create trigger event_announced after insert on event for each row execute function announce_event()"
    )
    op.add_column("event", sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """update event set relayed_at = at
            where not exists (select from event_unrelayed where event_id = event.id)"""
    )
    op.create_index(
        "ix_event_unrelayed", "event", ["id"], unique=False, postgresql_where=sa.text("relayed_at is null")
    )
    op.drop_table("event_seal")
    op.drop_table("event_unrelayed")
