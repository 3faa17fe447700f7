"""terms: kinds of bookings, allowances, approvals, deals that follow their bookings"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TERMS = (
    ("verbal", [1, 3, 7], 3, 7, 1, 0, False),
    ("paid", [7, 14], 14, 14, 1, 30000, False),
    ("mortgage", [7, 14], 14, 14, 1, 0, False),
    ("corporate", [14, 30], 30, 30, 0, 0, True),
    ("offer", [1, 2, 3], 1, 3, 0, 0, False),
)
"""What the market has."""
KINDS = ("verbal", "paid", "mortgage", "corporate", "offer")
STATES = ("waiting", "approved", "declined", "withdrawn", "lapsed")
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    _terms()
    _allowances()
    _approvals()
    op.add_column("booking", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deal", sa.Column("amount_told", sa.Numeric(14, 2), nullable=True))
    for table, column in (("funnel", "steps_back"), ("funnel", "calls_back"), ("stage", "on_booking")):
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "uq_stage_on_booking", "stage", ["funnel_id"], unique=True, postgresql_where=sa.text("on_booking")
    )


def _terms() -> None:
    kind = sa.Enum(*KINDS, name="bookingkind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "terms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("days", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("default_days", sa.Integer(), nullable=False),
        sa.Column("total_days", sa.Integer(), nullable=False),
        sa.Column("own_extensions", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(14, 2), nullable=False),
        sa.Column("head_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "default_days > 0 and total_days >= default_days", name=op.f("ck_terms_days_sane")
        ),
        sa.CheckConstraint("own_extensions >= 0", name=op.f("ck_terms_extensions_not_negative")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_terms_price_not_negative")),
        sa.CheckConstraint("at_once is null or at_once > 0", name=op.f("ck_terms_at_once_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("kind", name=op.f("uq_terms_kind")),
    )
    for kind_, days, default, total, own, price, head_only in TERMS:
        op.get_bind().execute(
            sa.text(
                "insert into terms (kind, days, default_days, total_days, own_extensions, price, head_only, version)"
                " values (:kind, cast(:days as jsonb), :default, :total, :own, :price, :head_only, 1)"
            ),
            {
                "kind": kind_, "days": json.dumps(days), "default": default, "total": total, "own": own,
                "price": price, "head_only": head_only,
            },
        )  # fmt: skip


def _allowances() -> None:
    whose = sa.Enum(
        "manager", "agent", "agency", name="whose", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "allowance",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("whose", whose, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("most is null or most >= 0", name=op.f("ck_allowance_most_not_negative")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_allowance_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance")),
    )
    op.create_index(
        "uq_allowance_whose", "allowance", ["whose"], unique=True, postgresql_where=sa.text("user_id is null")
    )
    op.create_index("uq_allowance_user_id", "allowance", ["user_id"], unique=True)
    op.execute("insert into allowance (whose, version) values ('manager', 1), ('agent', 1), ('agency', 1)")


def _approvals() -> None:
    state = sa.Enum(*STATES, name="approvalstate", native_enum=False, create_constraint=True, length=32)
    empty = sa.text("'{}'::jsonb")
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("wish", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", state, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(500), nullable=False),
        sa.Column("granted", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at is null)", name=op.f("ck_approval_decided_when_over")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_approval_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["app_user.id"], name=op.f("fk_approval_asked_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_approval_decided_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_approval_waiting_subject",
        "approval",
        ["kind", "subject_id"],
        unique=True,
        postgresql_where=waiting,
    )
    op.create_index("ix_approval_waiting", "approval", ["until", "id"], postgresql_where=waiting)
    op.create_index("ix_approval_asked_by", "approval", ["asked_by_id", "id"])
    op.create_index(op.f("ix_approval_deal_id"), "approval", ["deal_id"])


def downgrade() -> None:
    op.drop_index("uq_stage_on_booking", "stage")
    for table, column in (
        ("stage", "on_booking"), ("funnel", "calls_back"), ("funnel", "steps_back"), ("deal", "amount_told"),
        ("booking", "settled_at"),
    ):  # fmt: skip
        op.drop_column(table, column)
    for table in ("approval", "allowance", "terms"):
        op.drop_table(table)
