"""offers: templates of payments, mortgage programmes, offers in versions, links to them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mortgage_programme",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("bank", sa.String(100), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "standard",
                "family",
                "it",
                name="programmekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rate", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("least_down_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("longest_months", sa.Integer(), nullable=False),
        sa.Column("least_credit", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("most_credit", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("rates_of", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("least_credit > 0", name=op.f("ck_mortgage_programme_least_credit_sane")),
        sa.CheckConstraint(
            "least_down_percent >= 0 and least_down_percent < 100",
            name=op.f("ck_mortgage_programme_down_sane"),
        ),
        sa.CheckConstraint("longest_months between 1 and 600", name=op.f("ck_mortgage_programme_term_sane")),
        sa.CheckConstraint(
            "most_credit >= coalesce(least_credit, 0)", name=op.f("ck_mortgage_programme_credits_in_order")
        ),
        sa.CheckConstraint("rate between 0 and 100", name=op.f("ck_mortgage_programme_rate_sane")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_mortgage_programme_validity_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mortgage_programme")),
        sa.UniqueConstraint("bank", "name", name=op.f("uq_mortgage_programme_bank_name")),
    )
    op.create_table(
        "payment_template",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("first_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("first_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column(
            "every",
            sa.Enum(
                "monthly", "quarterly", name="period", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("extra_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "extra_percent between 0 and 100", name=op.f("ck_payment_template_extra_percent_sane")
        ),
        sa.CheckConstraint("first_amount > 0", name=op.f("ck_payment_template_first_amount_sane")),
        sa.CheckConstraint(
            "first_percent > 0 and first_percent < 100", name=op.f("ck_payment_template_first_percent_sane")
        ),
        sa.CheckConstraint(
            "first_percent is null or first_amount is null",
            name=op.f("ck_payment_template_first_is_one_of_two"),
        ),
        sa.CheckConstraint("payments between 0 and 119", name=op.f("ck_payment_template_payments_sane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_template")),
        sa.UniqueConstraint("name", name=op.f("uq_payment_template_name")),
    )
    op.create_table(
        "offer_document",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("source", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_offer_document_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_document")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_offer_document_fingerprint")),
    )
    op.create_index(
        "ix_offer_document_due",
        "offer_document",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("sha256 is null"),
    )
    op.create_index(op.f("ix_offer_document_sha256"), "offer_document", ["sha256"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_offer_deal_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_offer_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_deal_id"), "offer", ["deal_id"], unique=False)
    op.create_table(
        "offer_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "issued_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("openings", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_offer_link_term_after_start")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["app_user.id"], name=op.f("fk_offer_link_issued_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_link_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_offer_link_token_hash")),
    )
    op.create_index(op.f("ix_offer_link_offer_id"), "offer_link", ["offer_id"], unique=False)
    op.create_table(
        "offer_version",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("total", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["offer_document.id"], name=op.f("fk_offer_version_document_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["app_user.id"], name=op.f("fk_offer_version_made_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_version_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
        sa.UniqueConstraint("offer_id", "number", name=op.f("uq_offer_version_offer_id_number")),
    )
    op.create_index(op.f("ix_offer_version_document_id"), "offer_version", ["document_id"], unique=False)
    op.create_table(
        "offered_unit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_offered_unit_unit_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["offer_version.id"], name=op.f("fk_offered_unit_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_unit")),
        sa.UniqueConstraint("version_id", "unit_id", name=op.f("uq_offered_unit_version_id_unit_id")),
    )
    op.create_index(op.f("ix_offered_unit_unit_id"), "offered_unit", ["unit_id"], unique=False)


def downgrade() -> None:
    for table in (
        "offered_unit", "offer_version", "offer_link", "offer", "offer_document", "payment_template",
        "mortgage_programme",
    ):  # fmt: skip
        op.drop_table(table)
