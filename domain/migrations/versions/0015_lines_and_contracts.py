"""waiting lists of units, contracts of claims"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = ("waiting", "offered", "taken", "declined", "lapsed", "left")
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    state = sa.Enum(*STATES, name="waitingstate", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "waiting",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("who_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state in ('waiting', 'offered')) = (left_at is null)", name=op.f("ck_waiting_left_when_over")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') <= (booking_id is null)", name=op.f("ck_waiting_offered_by_a_booking")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_waiting_unit_id_unit")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_waiting_deal_id_deal")),
        sa.ForeignKeyConstraint(["who_id"], ["app_user.id"], name=op.f("fk_waiting_who_id_app_user")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_waiting_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    for column in ("unit_id", "deal_id", "who_id", "booking_id"):
        op.create_index(op.f(f"ix_waiting_{column}"), "waiting", [column])
    standing = sa.text("left_at is null")
    op.create_index(
        "uq_waiting_unit_deal", "waiting", ["unit_id", "deal_id"], unique=True, postgresql_where=standing
    )
    op.create_index(
        "uq_waiting_offered_unit",
        "waiting",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index("ix_waiting_unit_place", "waiting", ["unit_id", "place"], postgresql_where=standing)

    op.create_table(
        "unit_contract",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(50), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sold_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.CheckConstraint("number <> ''", name=op.f("ck_unit_contract_has_a_number")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_unit_contract_booking_id_booking")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["app_user.id"], name=op.f(f"fk_unit_contract_{column}_app_user")
            )
            for column in ("made_by_id", "sold_by_id", "ended_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_contract")),
    )
    op.create_index(op.f("ix_unit_contract_booking_id"), "unit_contract", ["booking_id"])
    op.create_index(
        "uq_unit_contract_booking",
        "unit_contract",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def downgrade() -> None:
    op.drop_table("unit_contract")
    op.drop_table("waiting")
