"""claims: kinds of bookings, contracts and sales"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("verbal", "paid", "mortgage", "corporate", "offer")
OVER = ("expired", "cancelled")
CLAIMS = ("active", "contract", "sold")


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="bookingkind", native_enum=False, create_constraint=True, length=32)
    op.add_column("booking", sa.Column("kind", kind, server_default="verbal", nullable=False))
    op.alter_column("booking", "kind", server_default=None)
    _allow((*CLAIMS, *OVER))
    op.drop_constraint("closed_when_not_active", "booking", type_="check")
    op.create_check_constraint(
        "closed_when_over", "booking", "(state in ('active', 'contract', 'sold')) = (closed_at is null)"
    )
    op.drop_index("uq_booking_active_unit", "booking")
    op.create_index(
        "uq_booking_claimed_unit",
        "booking",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )


def downgrade() -> None:
    """A contract is kept as a booking: the unit must not come back on sale by a step back."""
    op.execute(
        "update booking set state = 'active', until = greatest(until, now() + interval '1 year') where state in ('contract', 'sold')"
    )
    op.drop_index("uq_booking_claimed_unit", "booking")
    op.create_index(
        "uq_booking_active_unit",
        "booking",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.drop_constraint("closed_when_over", "booking", type_="check")
    op.create_check_constraint(
        "closed_when_not_active", "booking", "(state = 'active') = (closed_at is null)"
    )
    _allow(("active", *OVER))
    op.drop_column("booking", "kind")


def _allow(states: tuple[str, ...]) -> None:
    op.drop_constraint("bookingstate", "booking", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint("bookingstate", "booking", f"state in ({listed})")
