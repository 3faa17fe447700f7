"""Opening a deal: the first stage of a funnel, a client, somebody responsible."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.deals import ordering
from domain.deals.funnels import stages_of
from domain.deals.models import Deal, Funnel, Stage, StageStay
from domain.deals.moving import topics
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.parties.models import Company, Person

LONGEST_TITLE = 300


def open_deal(
    session: Session,
    *,
    funnel: Funnel,
    title: str,
    client: Person | Company,
    by: User,
    now: datetime,
    amount: Decimal | None = None,
    source: str = "",
    responsible: User | None = None,
    stage: Stage | None = None,
) -> Deal:
    """A new deal on top of the funnel's first stage (or the given one), under its opener or `responsible`."""
    if not title.strip():
        raise Invalid({"title": _("What is the deal about? A few words are enough")})
    if len(title.strip()) > LONGEST_TITLE:
        raise Invalid({"title": _("The title is longer than %(most)s characters", most=LONGEST_TITLE)})
    first = stage or stages_of(session, funnel.id)[0]
    deal = Deal(
        title=title.strip(),
        amount=amount,
        stage_id=first.id,
        rank=ordering.on_top(first.id),
        responsible_id=(responsible or by).id,
        person_id=client.id if isinstance(client, Person) else None,
        company_id=client.id if isinstance(client, Company) else None,
        source=source,
        created_at=now,
        stage_entered_at=now,
    )
    session.add(deal)
    session.flush()
    session.add(StageStay(deal_id=deal.id, stage_id=first.id, entered_at=now, entered_by_id=by.id))
    events.record(
        session,
        "deal.opened",
        deal,
        by=by,
        deal=deal.id,
        topics=topics(deal),
        title=deal.title,
        stage=first.name,
        at=now,
    )
    session.flush()
    return deal
