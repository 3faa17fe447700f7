"""publication and requests from outside"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
KINDS = ("flat", "parking", "storage", "commercial")
FORMATS = ("yandex", "avito", "cian", "domclick")


def upgrade() -> None:
    _leads()
    _published()
    _outside()


def downgrade() -> None:
    for table in (
        "feed_fetch", "feed", "public_site", "listed_kind", "listing", "publication", "lead", "consent_text",
    ):  # fmt: skip
        op.drop_table(table)


def _leads() -> None:
    op.create_table(
        "consent_text",
        _number(),
        _text("text", 4000),
        _text("policy_url", 500),
        _moment("added_at"),
        sa.Column("added_by_id", sa.BigInteger(), nullable=True),
        _to("consent_text", "added_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "lead",
        _number(),
        _text("name", 200),
        _text("phone", 20),
        _text("source", 100),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        _text("text", 1000),
        _text("page", 500),
        sa.Column(
            "utm",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("consent_text_id", sa.BigInteger(), nullable=False),
        _moment("consent_at"),
        sa.Column("consent_address", sa.LargeBinary(), nullable=True),
        _one_of("state", "leadstate", ("new", "taken", "deal", "junk")),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("responsible_id", sa.BigInteger(), nullable=True),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        _text("junk_reason", 200),
        _moment("created_at"),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeats", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name=op.f("ck_lead_phone_is_e164")),
        sa.CheckConstraint(
            "state = 'new' or responsible_id is not null", name=op.f("ck_lead_somebody_has_it")
        ),
        sa.CheckConstraint("(state = 'deal') = (deal_id is not null)", name=op.f("ck_lead_deal_of_a_deal")),
        _to("lead", "unit_id", "unit"),
        _to("lead", "consent_text_id", "consent_text"),
        _to("lead", "region_id", "region"),
        _to("lead", "responsible_id", "app_user"),
        _to("lead", "deal_id", "deal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    for column in ("consent_text_id", "unit_id", "region_id", "responsible_id", "deal_id"):
        op.create_index(op.f(f"ix_lead_{column}"), "lead", [column])
    op.create_index(
        "ix_lead_waiting", "lead", ["region_id", "id"], postgresql_where=sa.text("responsible_id is null")
    )
    op.create_index("ix_lead_phone", "lead", ["phone", "created_at"])


def _published() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("published", sa.Boolean(), server_default="false", nullable=False),
        _text("description", 4000),
        _text("developer", 200),
        _text("phone", 20),
        _text("region", 100),
        _text("site_url", 500),
        *(_text(f"{portal}_id", 30) for portal in (*FORMATS, "domclick_developer")),
        _to("publication", "id", "project"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _text("address", 300),
        sa.Column("latitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("longitude", sa.Numeric(9, 6), nullable=True),
        sa.Column("floors_total", sa.Integer(), nullable=True),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("ready_quarter", sa.Integer(), nullable=True),
        _one_of("state", "buildingstate", ("unfinished", "built", "handed_over")),
        _one_of("material", "material", ("unknown", "brick", "monolith", "monolith_brick", "panel", "block")),
        _text("image_url", 500),
        *(_text(f"{portal}_id", 30) for portal in FORMATS),
        sa.CheckConstraint("ready_quarter between 1 and 4", name=op.f("ck_listing_quarter")),
        sa.CheckConstraint("built_year between 1950 and 2100", name=op.f("ck_listing_year")),
        sa.CheckConstraint("floors_total between 1 and 200", name=op.f("ck_listing_floors")),
        _to("listing", "id", "building"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_table(
        "listed_kind",
        _number(),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        _one_of("kind", "unitkind", KINDS),
        sa.Column("show_price", sa.Boolean(), nullable=False),
        sa.Column("show_booked", sa.Boolean(), nullable=False),
        _to("listed_kind", "listing_id", "listing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_kind")),
        sa.UniqueConstraint("listing_id", "kind", name=op.f("uq_listed_kind_listing_id_kind")),
    )


def _outside() -> None:
    op.create_table(
        "public_site",
        _number(),
        _text("origin", 200),
        _moment("added_at"),
        sa.Column("added_by_id", sa.BigInteger(), nullable=True),
        _to("public_site", "added_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_site")),
        sa.UniqueConstraint("origin", name=op.f("uq_public_site_origin")),
    )
    op.create_table(
        "feed",
        _number(),
        _one_of("format", "feedformat", FORMATS),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _text("token", 64),
        _moment("switched_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("format", name=op.f("uq_feed_format")),
    )
    op.create_table(
        "feed_fetch",
        _number(),
        _one_of("format", "feedformat", FORMATS),
        _moment("at"),
        _text("agent", 200),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_fetch")),
    )
    op.create_index("ix_feed_fetch_format_at", "feed_fetch", ["format", "at"])


def _number() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), nullable=False)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def _one_of(name: str, kind: str, values: tuple[str, ...]) -> sa.Column[Any]:
    listed = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, listed, nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
