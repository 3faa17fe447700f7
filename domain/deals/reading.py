"""Finding deals: only through the person who asks."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.access.models import Role, User
from domain.access.policy import Viewer, rows_of
from domain.deals.models import Deal, Stage
from domain.kernel.db import DEAL, ask, kept, pick
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1


def get_visible(session: Session, user: User, deal_id: int) -> Deal:
    """The deal, or Missing: somebody else's deal and no deal at all look the same."""
    asked = {"deal": deal_id, "viewer": user.id}
    deal = session.exec(_visible(user.role), params=asked).first() if 0 < deal_id <= LARGEST_ID else None
    if deal is None:
        raise Missing(_("There is no such deal, or it is not yours"))
    return deal


@kept
def _visible(role: Role) -> SelectOfScalar[Deal]:
    """With what its card is drawn of; built once for everyone of the role."""
    stage: Any = Deal.stage
    funnel: Any = Stage.funnel
    around: tuple[Any, ...] = (Deal.responsible, Deal.person, Deal.company)
    visible = select(Deal).join(stage).join(funnel)
    for one in around:
        visible = visible.outerjoin(one)
    eager = (contains_eager(stage).contains_eager(funnel), *map(contains_eager, around))
    return visible.where(Deal.id == DEAL, rows_of(Viewer(role), col(Deal.responsible_id))).options(*eager)


def titles_of(session: Session, user: User, deal_ids: Collection[int]) -> dict[int, str]:
    """Of those of the deals this person may see, in one query."""
    asked = {"deals": list(deal_ids), "viewer": user.id}
    return dict(ask(session, _titles(user.role), asked).all()) if deal_ids else {}


@kept
def _titles(role: Role) -> sa.Select[Any]:
    deals = sa.bindparam("deals", type_=ARRAY(sa.BigInteger))
    seen = rows_of(Viewer(role), col(Deal.responsible_id))
    return pick(col(Deal.id), Deal.title).where(col(Deal.id) == sa.func.any(deals), seen)
