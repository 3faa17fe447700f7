"""Finding deals: only through the person who asks."""

from typing import Any

from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from domain.access.models import User
from domain.access.policy import rows_of
from domain.deals.models import Deal
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1


def get_visible(session: Session, user: User, deal_id: int) -> Deal:
    """The deal, or Missing: somebody else's deal and no deal at all look the same."""
    stage: Any = Deal.stage
    visible = (
        select(Deal)
        .join(stage)
        .where(Deal.id == deal_id, rows_of(user, col(Deal.responsible_id)))
        .options(contains_eager(stage))
    )
    deal = session.exec(visible).first() if 0 < deal_id <= LARGEST_ID else None
    if deal is None:
        raise Missing(_("There is no such deal, or it is not yours"))
    return deal
