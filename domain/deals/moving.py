"""Moving a deal along its own funnel: the only way a stage changes."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import estate, events
from domain.access.models import User
from domain.deals import ordering, rules
from domain.deals.models import Deal, Stage, StageKind, StageStay
from domain.estate import contracts
from domain.events import Event
from domain.kernel import formats
from domain.kernel.db import DEAL, LOCK, MOMENT, ask, kept
from domain.kernel.errors import Refused, Stale
from domain.kernel.text import _

UNDO_WITHIN = timedelta(minutes=10)


def move(
    session: Session,
    deal: Deal,
    *,
    to: Stage,
    version: int,
    by: User | None,
    now: datetime,
    after_id: int | None = None,
) -> None:
    """Put the deal on the stage, below the card `after_id` (on top without one).

    Raises Stale when somebody changed the deal since `version` was shown, Refused with the unmet
    conditions when the stage's rules say no. Entering a lost stage frees the deal's units. `by` is None when
    the deal follows its bookings by itself.
    """
    _lock(session, deal, refused=to.kind is StageKind.LOST, now=now)
    if deal.version != version:
        raise Stale(_stale(session, deal, now=now))
    if to.funnel_id != deal.stage.funnel_id:
        raise Refused(_("That stage is in another funnel"))
    if to.id == deal.stage_id:
        _reorder(session, deal, after_id=after_id, by=by)
        return
    if reasons := rules.unmet(session, deal, to):
        raise Refused(_("Not ready for “%(stage)s” yet", stage=to.name), reasons)
    _demand_nothing_signed(session, deal, to)
    _enter(session, deal, to, after_id=after_id, by=by, now=now)


def step_back(session: Session, deal: Deal, *, by: User, now: datetime) -> None:
    """Undo one's own last move while nobody has touched the deal since. Back is always allowed."""
    before = _last_move(session, deal)
    refused = before is not None and _left(session, before).kind is StageKind.LOST
    _lock(session, deal, refused=refused, now=now)
    last = _last_move(session, deal)
    mine = last is not None and last.actor_id == by.id and now - last.at < UNDO_WITHIN
    if last is None or not mine or last.payload["version"] != deal.version:
        raise Refused(_("This move can't be undone any more: the deal has changed since"))
    back = _left(session, last)
    _demand_nothing_signed(session, deal, back)
    _enter(session, deal, back, after_id=None, by=by, now=now)


def _lock(session: Session, deal: Deal, *, refused: bool, now: datetime) -> None:
    """The deal's row; for a refusal the units it is tied to before it, as everywhere."""
    locked = estate.lock_held(session, deal.id) if refused else set()
    session.refresh(deal, with_for_update=LOCK)
    if refused and estate.tied(session, deal.id) - locked:
        raise Stale(_stale(session, deal, now=now))


def _demand_nothing_signed(session: Session, deal: Deal, to: Stage) -> None:
    """A contract outlives no refusal: it is terminated first, by whoever may."""
    numbers = contracts.contracted(session, deal.id) if to.kind is StageKind.LOST else []
    if numbers:
        raise Refused(
            _("The deal is not refused while its units are under contract"),
            tuple(_("Unit %(number)s: terminate its contract first", number=number) for number in numbers),
        )


def _last_move(session: Session, deal: Deal) -> Event | None:
    moves = select(Event).where(Event.deal_id == deal.id, Event.name == "deal.moved")
    return session.exec(moves.order_by(col(Event.id).desc()).limit(1)).first()


def _left(session: Session, move: Event) -> Stage:
    return session.get_one(Stage, move.payload["left_id"])


def _enter(
    session: Session, deal: Deal, to: Stage, *, after_id: int | None, by: User | None, now: datetime
) -> None:
    left = deal.stage
    told = {"deal": deal.id, "stage": to.id, "now": now, "by": by.id if by else None}
    ask(session, _present_ends(), told)
    ask(session, _present_begins(), told)
    deal.rank = ordering.after(session, to.id, after_id) if after_id else ordering.on_top(to.id)
    deal.stage, deal.stage_entered_at = to, now
    deal.version += 1
    if to.kind is StageKind.LOST:
        session.flush()
        estate.release_all(session, deal_id=deal.id, by=by, now=now)
    events.record(
        session,
        "deal.moved",
        deal,
        by=by,
        deal=deal.id,
        topics=[*topics(deal), f"stage-{left.id}"],
        left=left.name,
        left_id=left.id,
        entered=to.name,
        entered_id=to.id,
        version=deal.version,
        at=now,
    )
    session.flush()


def _reorder(session: Session, deal: Deal, *, after_id: int | None, by: User | None) -> None:
    if after_id == deal.id:
        return
    deal.rank = ordering.after(session, deal.stage_id, after_id)
    deal.version += 1
    events.record(session, "deal.reordered", deal, by=by, topics=topics(deal))


BY: Any = sa.bindparam("by", type_=sa.BigInteger)
STAGE: Any = sa.bindparam("stage", type_=sa.BigInteger)


@kept
def _present_ends() -> sa.Update:
    present = sa.update(StageStay).where(col(StageStay.deal_id) == DEAL, col(StageStay.left_at).is_(None))
    return present.values(left_at=MOMENT, left_by_id=BY)


@kept
def _present_begins() -> sa.Insert:
    stay = {"deal_id": DEAL, "stage_id": STAGE, "entered_at": MOMENT, "entered_by_id": BY}
    return sa.insert(StageStay).values(stay).inline()


def topics(deal: Deal) -> list[str]:
    """The screens that show this deal: of a board its own column, and what is counted over all of them."""
    return [f"funnel-{deal.stage.funnel_id}", f"stage-{deal.stage.id}", f"deal-{deal.id}"]


def _stale(session: Session, deal: Deal, *, now: datetime) -> str:
    """Where the deal is now, and who changed it when."""
    last = session.exec(
        select(Event, User.name)
        .join(User, col(User.id) == Event.actor_id)
        .where(Event.subject_kind == "deal", Event.subject_id == deal.id)
        .order_by(col(Event.id).desc())
        .limit(1)
    ).first()
    if last is None:
        return _("The deal has changed since you saw it; it is on “%(stage)s” now", stage=deal.stage.name)
    event, who = last
    return _(
        "The deal has changed since you saw it: it is on “%(stage)s” now; %(who)s, %(when)s",
        stage=deal.stage.name,
        who=who,
        when=formats.told(event.at, now=now),
    )
