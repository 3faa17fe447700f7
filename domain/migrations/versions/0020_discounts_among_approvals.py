"""discounts that wait for the head are among the approvals"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WAITING = """
    insert into approval (kind, subject_id, deal_id, asked_by_id, asked_at, reason, wish, until,
                          state, comment, granted)
    select 'discount', booking.id, booking.deal_id, discount.asked_by_id, discount.asked_at, discount.reason,
           jsonb_build_object('discount', discount.id, 'amount', discount.amount::text,
                              'share', discount.share::text, 'number', unit.number),
           booking.until, 'waiting', '', '{}'
      from discount
      join booking on booking.id = discount.booking_id
      join unit on unit.id = booking.unit_id
     where discount.state = 'asked' and booking.closed_at is null
"""


def upgrade() -> None:
    op.execute(WAITING)


def downgrade() -> None:
    op.execute("delete from approval where kind = 'discount'")
