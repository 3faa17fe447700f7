"""agencies"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("inn", sa.String(length=12), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=False),
        sa.Column("funnel_id", sa.BigInteger(), nullable=True),
        sa.Column("fixed_for", sa.Integer(), nullable=False),
        sa.Column("most_bookings", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("fixed_for between 1 and 365", name=op.f("ck_agency_fixed_for_days")),
        sa.CheckConstraint("most_bookings between 0 and 1000", name=op.f("ck_agency_most_bookings_sane")),
        sa.ForeignKeyConstraint(["funnel_id"], ["funnel.id"], name=op.f("fk_agency_funnel_id")),
        sa.ForeignKeyConstraint(["manager_id"], ["app_user.id"], name=op.f("fk_agency_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_index(op.f("ix_agency_funnel_id"), "agency", ["funnel_id"], unique=False)
    op.create_index(op.f("ix_agency_manager_id"), "agency", ["manager_id"], unique=False)
    op.create_index(
        "uq_agency_inn", "agency", ["inn"], unique=True, postgresql_where=sa.text("inn is not null")
    )
    op.create_table(
        "agent",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agent_agency_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_agent_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
    )
    op.create_index(op.f("ix_agent_agency_id"), "agent", ["agency_id"], unique=False)
    op.create_index("uq_agent_user_id", "agent", ["user_id"], unique=True)
    op.create_table(
        "fixation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column(
            "fixed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("phone ~ '^[+][0-9]{7,15}$'", name=op.f("ck_fixation_phone_is_e164")),
        sa.CheckConstraint("until > fixed_at", name=op.f("ck_fixation_term_after_start")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_fixation_agency_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["app_user.id"], name=op.f("fk_fixation_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixation")),
    )
    op.create_index(op.f("ix_fixation_agency_id"), "fixation", ["agency_id"], unique=False)
    op.create_index(op.f("ix_fixation_agent_id"), "fixation", ["agent_id"], unique=False)
    op.create_index(
        "uq_fixation_phone", "fixation", ["phone"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.create_table(
        "agency_deal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_deal_agency_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["app_user.id"], name=op.f("fk_agency_deal_agent_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_agency_deal_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_deal")),
    )
    op.create_index(op.f("ix_agency_deal_agency_id"), "agency_deal", ["agency_id"], unique=False)
    op.create_index(op.f("ix_agency_deal_agent_id"), "agency_deal", ["agent_id"], unique=False)
    op.create_index("uq_agency_deal_deal_id", "agency_deal", ["deal_id"], unique=True)
    op.create_table(
        "booking_request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fixation_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "confirmed",
                "declined",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (deal_id is not null)",
            name=op.f("ck_booking_request_deal_when_confirmed"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at is null)",
            name=op.f("ck_booking_request_decided_when_not_waiting"),
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_booking_request_deal_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_booking_request_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["fixation_id"], ["fixation.id"], name=op.f("fk_booking_request_fixation_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_booking_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_request")),
    )
    op.create_index(op.f("ix_booking_request_deal_id"), "booking_request", ["deal_id"], unique=False)
    op.create_index(op.f("ix_booking_request_fixation_id"), "booking_request", ["fixation_id"], unique=False)
    op.create_index(op.f("ix_booking_request_unit_id"), "booking_request", ["unit_id"], unique=False)
    op.create_index(
        "uq_booking_request_waiting",
        "booking_request",
        ["unit_id", "fixation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    for table in ("booking_request", "agency_deal", "fixation", "agent", "agency"):
        op.drop_table(table)
