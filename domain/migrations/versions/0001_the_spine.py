"""the spine"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ANNOUNCE = """
create function announce_event() returns trigger language plpgsql as $$
begin
    if new.topics <> '{}' then
        perform pg_notify('karkas', array_to_string(new.topics, ' '));
    end if;
    return null;
end $$
"""
"""Delivered by PostgreSQL on commit only, so an open screen never hears of what did not happen;
equal announcements of one transaction arrive once."""


def upgrade() -> None:

    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "odata",
                "commerceml",
                name="connectionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("secret_name", sa.String(length=100), nullable=False),
        sa.Column("timezone", sa.String(length=50), nullable=False),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_name")),
    )
    op.create_table(
        "funnel",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funnel")),
        sa.UniqueConstraint("name", name=op.f("uq_funnel_name")),
    )
    op.create_table(
        "login_throttle",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_throttle")),
    )
    op.create_index("ix_login_throttle_since", "login_throttle", ["since"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("name", name=op.f("uq_project_name")),
    )
    op.create_table(
        "received_part",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("session_key", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_part")),
    )
    op.create_index(op.f("ix_received_part_session_key"), "received_part", ["session_key"], unique=False)
    op.create_table(
        "region",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("name", name=op.f("uq_region_name")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("measure", sa.String(length=50), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("vat", sa.String(length=20), nullable=False),
        sa.Column("on_offer", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("price is null or price >= 0", name=op.f("ck_service_price_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index(op.f("ix_service_name"), "service", ["name"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "manager",
                "head",
                "engineer",
                "accountant",
                "admin",
                "exchange",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("chief_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chief_id"], ["app_user.id"], name=op.f("fk_app_user_chief_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_app_user_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_index(op.f("ix_app_user_chief_id"), "app_user", ["chief_id"], unique=False)
    op.create_index(op.f("ix_app_user_region_id"), "app_user", ["region_id"], unique=False)
    op.create_table(
        "building",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_building_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_building_project_id_name")),
    )
    op.create_table(
        "catalogue_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "property",
                "price_type",
                "waiting_offer",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ref", sa.String(length=150), nullable=False),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_catalogue_entry_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint(
            "connection_id", "kind", "ref", name=op.f("uq_catalogue_entry_connection_id_kind_ref")
        ),
    )
    op.create_table(
        "external_id",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.String(length=100), nullable=False),
        sa.Column("external_id", sa.String(length=150), nullable=False),
        sa.Column("local_kind", sa.String(length=32), nullable=False),
        sa.Column("local_id", sa.BigInteger(), nullable=False),
        sa.Column("data_version", sa.String(length=50), nullable=False),
        sa.Column("catalogue", sa.String(length=150), server_default="", nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_external_id_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_id")),
        sa.UniqueConstraint(
            "connection_id",
            "entity",
            "external_id",
            name=op.f("uq_external_id_connection_id_entity_external_id"),
        ),
        sa.UniqueConstraint(
            "connection_id",
            "entity",
            "local_kind",
            "local_id",
            name=op.f("uq_external_id_connection_id_entity_local_kind_local_id"),
        ),
    )
    op.create_table(
        "stage",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("funnel_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "open",
                "won",
                "lost",
                "on_hold",
                name="stagekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("norm_days", sa.Integer(), nullable=True),
        sa.Column(
            "rules",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["funnel_id"], ["funnel.id"], name=op.f("fk_stage_funnel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("funnel_id", "name", name=op.f("uq_stage_funnel_id_name")),
    )
    op.create_index(op.f("ix_stage_funnel_id"), "stage", ["funnel_id"], unique=False)
    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("full_name", sa.String(length=500), nullable=True),
        sa.Column("inn", sa.String(length=12), nullable=True),
        sa.Column("kpp", sa.String(length=9), nullable=True),
        sa.Column("ogrn", sa.String(length=15), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("responsible_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["app_user.id"], name=op.f("fk_company_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_index(
        "ix_company_name_lower", "company", [sa.literal_column("lower(name) text_pattern_ops")], unique=False
    )
    op.create_index(op.f("ix_company_responsible_id"), "company", ["responsible_id"], unique=False)
    op.create_index(
        "uq_company_inn_kpp",
        "company",
        ["inn", sa.literal_column("coalesce(kpp, '')")],
        unique=True,
        postgresql_where=sa.text("inn is not null"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(
        "ix_event_deal_id_id",
        "event",
        ["deal_id", "id"],
        unique=False,
        postgresql_where=sa.text("deal_id is not null"),
    )
    op.create_index("ix_event_subject", "event", ["subject_kind", "subject_id", "id"], unique=False)
    op.create_index(
        "ix_event_unrelayed", "event", ["id"], unique=False, postgresql_where=sa.text("relayed_at is null")
    )
    op.create_index("ix_event_xid", "event", ["xid"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("inn", sa.String(length=12), nullable=True),
        sa.Column("responsible_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name=op.f("ck_person_phone_is_e164")),
        sa.ForeignKeyConstraint(["responsible_id"], ["app_user.id"], name=op.f("fk_person_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(
        "ix_person_name_lower", "person", [sa.literal_column("lower(name) text_pattern_ops")], unique=False
    )
    op.create_index("ix_person_phone", "person", ["phone"], unique=False)
    op.create_index(op.f("ix_person_responsible_id"), "person", ["responsible_id"], unique=False)
    op.create_index(
        "uq_person_inn", "person", ["inn"], unique=True, postgresql_where=sa.text("inn is not null")
    )
    op.create_table(
        "section",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_section_building_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("building_id", "number", name=op.f("uq_section_building_id_number")),
    )
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "deal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Numeric(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("responsible_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "stage_entered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("amount is null or amount >= 0", name=op.f("ck_deal_amount_not_negative")),
        sa.CheckConstraint(
            "person_id is not null or company_id is not null", name=op.f("ck_deal_has_client")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_deal_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_person_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["app_user.id"], name=op.f("fk_deal_responsible_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_deal_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
    )
    op.create_index(op.f("ix_deal_company_id"), "deal", ["company_id"], unique=False)
    op.create_index(op.f("ix_deal_person_id"), "deal", ["person_id"], unique=False)
    op.create_index(op.f("ix_deal_responsible_id"), "deal", ["responsible_id"], unique=False)
    op.create_index("ix_deal_stage_rank", "deal", ["stage_id", "rank"], unique=False)
    op.create_index("ix_deal_stage_entered", "deal", ["stage_id", "stage_entered_at"], unique=False)
    op.create_table(
        "floor",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_floor_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor")),
        sa.UniqueConstraint("section_id", "number", name=op.f("uq_floor_section_id_number")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("out", "in", name="direction", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("idempotency_key", sa.String(length=150), nullable=False),
        sa.Column("order_key", sa.String(length=100), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "working",
                "done",
                "dead",
                "dismissed",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=2000), nullable=False),
        sa.Column(
            "report",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'working') = (lease_until is not null)", name=op.f("ck_message_lease_while_working")
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_message_connection_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_message_event_id")),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_message_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "connection_id", "idempotency_key", name=op.f("uq_message_connection_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'working')"),
    )
    op.create_index(op.f("ix_message_event_id"), "message", ["event_id"], unique=False)
    op.create_index(
        "ix_message_order",
        "message",
        ["connection_id", "order_key", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index("ix_message_recent", "message", ["id", "state"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notice_event_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("user_id", "event_id", name=op.f("uq_notice_user_id_event_id")),
    )
    op.create_index(op.f("ix_notice_event_id"), "notice", ["event_id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["user_id", "id"],
        unique=False,
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=5000), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_comment_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_deal_id"), "comment", ["deal_id"], unique=False)
    op.create_table(
        "stage_stay",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "entered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_stage_stay_deal_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["app_user.id"], name=op.f("fk_stage_stay_entered_by_id")),
        sa.ForeignKeyConstraint(["left_by_id"], ["app_user.id"], name=op.f("fk_stage_stay_left_by_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_stay_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_stay")),
    )
    op.create_index(op.f("ix_stage_stay_deal_id"), "stage_stay", ["deal_id"], unique=False)
    op.create_index(op.f("ix_stage_stay_stage_id"), "stage_stay", ["stage_id"], unique=False)
    op.create_index(
        "uq_stage_stay_present",
        "stage_stay",
        ["deal_id"],
        unique=True,
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("responsible_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_task_deal_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["app_user.id"], name=op.f("fk_task_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(
        "ix_task_open_deal",
        "task",
        ["deal_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index(
        "ix_task_open_person",
        "task",
        ["responsible_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("floor_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "flat",
                "parking",
                "storage",
                "commercial",
                name="unitkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("area_total", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("area_living", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("area_kitchen", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column(
            "finish",
            sa.Enum(
                "none",
                "rough",
                "pre_fine",
                "fine",
                name="finish",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "availability",
            sa.Enum(
                "on_sale",
                "contract",
                "sold",
                "off",
                name="availability",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.CheckConstraint("area_total > 0", name=op.f("ck_unit_area_positive")),
        sa.CheckConstraint("price is null or price >= 0", name=op.f("ck_unit_price_not_negative")),
        sa.CheckConstraint("rooms between 0 and 20", name=op.f("ck_unit_rooms_sane")),
        sa.ForeignKeyConstraint(["floor_id"], ["floor.id"], name=op.f("fk_unit_floor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("floor_id", "kind", "number", name=op.f("uq_unit_floor_id_kind_number")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("booked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column(
            "booked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "expired",
                "cancelled",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(state = 'active') = (closed_at is null)", name=op.f("ck_booking_closed_when_not_active")
        ),
        sa.CheckConstraint("price >= 0", name=op.f("ck_booking_price_not_negative")),
        sa.CheckConstraint("until > booked_at", name=op.f("ck_booking_term_after_start")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["app_user.id"], name=op.f("fk_booking_booked_by_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_booking_deal_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_booking_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(
        "ix_booking_active_until",
        "booking",
        ["until"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(op.f("ix_booking_deal_id"), "booking", ["deal_id"], unique=False)
    op.create_index(op.f("ix_booking_unit_id"), "booking", ["unit_id"], unique=False)
    op.create_index(
        "uq_booking_active_unit",
        "booking",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )

    op.execute(ANNOUNCE)
    op.execute(
        "create trigger event_announced after insert on event for each row execute function announce_event()"
    )


def downgrade() -> None:
    op.execute("drop trigger event_announced on event")
    op.execute("drop function announce_event()")

    op.drop_index(
        "uq_booking_active_unit", table_name="booking", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_index(op.f("ix_booking_unit_id"), table_name="booking")
    op.drop_index(op.f("ix_booking_deal_id"), table_name="booking")
    op.drop_index(
        "ix_booking_active_until", table_name="booking", postgresql_where=sa.text("state = 'active'")
    )
    op.drop_table("booking")
    op.drop_table("unit")
    op.drop_index("ix_task_open_person", table_name="task", postgresql_where=sa.text("done_at is null"))
    op.drop_index("ix_task_open_deal", table_name="task", postgresql_where=sa.text("done_at is null"))
    op.drop_table("task")
    op.drop_index(
        "uq_stage_stay_present", table_name="stage_stay", postgresql_where=sa.text("left_at is null")
    )
    op.drop_index(op.f("ix_stage_stay_stage_id"), table_name="stage_stay")
    op.drop_index(op.f("ix_stage_stay_deal_id"), table_name="stage_stay")
    op.drop_table("stage_stay")
    op.drop_index(op.f("ix_comment_deal_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_index("ix_notice_unread", table_name="notice", postgresql_where=sa.text("read_at is null"))
    op.drop_index(op.f("ix_notice_event_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_message_recent", table_name="message")
    op.drop_index("ix_message_order", table_name="message", postgresql_where=sa.text("state <> 'done'"))
    op.drop_index(op.f("ix_message_event_id"), table_name="message")
    op.drop_index(
        "ix_message_due", table_name="message", postgresql_where=sa.text("state in ('queued', 'working')")
    )
    op.drop_table("message")
    op.drop_table("floor")
    op.drop_index("ix_deal_stage_entered", table_name="deal")
    op.drop_index("ix_deal_stage_rank", table_name="deal")
    op.drop_index(op.f("ix_deal_responsible_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_person_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_company_id"), table_name="deal")
    op.drop_table("deal")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_table("section")
    op.drop_index("uq_person_inn", table_name="person", postgresql_where=sa.text("inn is not null"))
    op.drop_index(op.f("ix_person_responsible_id"), table_name="person")
    op.drop_index("ix_person_phone", table_name="person")
    op.drop_index("ix_person_name_lower", table_name="person")
    op.drop_table("person")
    op.drop_index("ix_event_xid", table_name="event")
    op.drop_index("ix_event_unrelayed", table_name="event", postgresql_where=sa.text("relayed_at is null"))
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_index("ix_event_deal_id_id", table_name="event", postgresql_where=sa.text("deal_id is not null"))
    op.drop_table("event")
    op.drop_index("uq_company_inn_kpp", table_name="company", postgresql_where=sa.text("inn is not null"))
    op.drop_index(op.f("ix_company_responsible_id"), table_name="company")
    op.drop_index("ix_company_name_lower", table_name="company")
    op.drop_table("company")
    op.drop_index(op.f("ix_stage_funnel_id"), table_name="stage")
    op.drop_table("stage")
    op.drop_table("external_id")
    op.drop_table("catalogue_entry")
    op.drop_table("building")
    op.drop_index(op.f("ix_app_user_region_id"), table_name="app_user")
    op.drop_index(op.f("ix_app_user_chief_id"), table_name="app_user")
    op.drop_table("app_user")
    op.drop_table("stored_file")
    op.drop_index(op.f("ix_service_name"), table_name="service")
    op.drop_table("service")
    op.drop_table("region")
    op.drop_index(op.f("ix_received_part_session_key"), table_name="received_part")
    op.drop_table("received_part")
    op.drop_table("project")
    op.drop_index("ix_login_throttle_since", table_name="login_throttle")
    op.drop_table("login_throttle")
    op.drop_table("funnel")
    op.drop_table("connection")
