"""The board: every stage of a funnel with its exact figures and its first cards, told by one statement.

Figures and cards come from one snapshot, so a column never says seven over six cards. Closed stages
count what entered them this month: of the rest there may be years. Stages are read before and named in the
statement by number: only then does the planner know that the open ones hold a hundredth of all deals.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from domain.access.models import User
from domain.access.policy import Viewer, rows_of
from domain.activities.models import Task
from domain.deals import rules
from domain.deals.models import Deal, Stage, StageKind
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.kernel import formats
from domain.kernel.db import pick
from domain.parties.models import Company, Person

FIRST_CARDS = 30
MOST_CARDS = 600
"""How far one column can be unrolled; beyond that the list with its filters is the place."""


class Which(enum.StrEnum):
    ALL = "all"
    MINE = "mine"
    OVERDUE = "overdue"
    NO_STEP = "no-step"


class Pace(enum.StrEnum):
    """How a deal stands with its next step."""

    OVERDUE = "overdue"
    TODAY = "today"
    PLANNED = "planned"
    NONE = "none"


@dataclass(frozen=True)
class Lens:
    """Which deals a person chose to look at."""

    which: Which = Which.ALL
    responsible_id: int | None = None
    words: str = ""


class Moments(NamedTuple):
    """What a statement compares with; by name, to be given at every asking, in a statement that is kept."""

    now: Any = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    evening: Any = sa.bindparam("evening", type_=sa.DateTime(timezone=True))
    month: Any = sa.bindparam("month", type_=sa.DateTime(timezone=True))


def moments(now: datetime) -> Moments:
    return Moments(now, day_end(now), month_start(now))


@dataclass(frozen=True)
class Card:
    id: int
    version: int
    title: str
    client: str
    of_person: bool
    """A person's name may be shortened, a company's may not."""
    amount: Decimal | None
    stage_id: int
    stage: str
    days: int
    """Whole days on the stage, by the calendar of the office."""
    norm: int | None
    responsible_id: int
    responsible: str
    step: str | None
    step_at: datetime | None
    pace: Pace
    booked_unit: str | None
    booked_until: datetime | None
    held_as: str
    """How the unit is held: `active`, `offer`, `contract`, `sold`; empty when none is."""
    unmet: frozenset[str] = frozenset()
    """Names of the rules this deal would break on some stage of its funnel."""

    @property
    def late(self) -> bool:
        return self.norm is not None and self.days > self.norm


@dataclass(frozen=True)
class Column:
    id: int
    funnel_id: int
    name: str
    kind: StageKind
    position: int
    rules: tuple[str, ...]
    count: int
    sum: Decimal
    paces: dict[Pace, int]
    seen: dict[Which, int]
    """How many deals each choice of the lens would leave."""
    cards: tuple[Card, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)

    @property
    def unrolled(self) -> bool:
        """As far as a column goes; the rest is read in the list."""
        return len(self.cards) >= MOST_CARDS

    @property
    def folded(self) -> bool:
        return self.kind is not StageKind.OPEN


@dataclass(frozen=True)
class Board:
    columns: tuple[Column, ...]

    @property
    def open(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.folded)

    @property
    def count(self) -> int:
        return sum(column.count for column in self.open)

    @property
    def sum(self) -> Decimal:
        return sum((column.sum for column in self.open), Decimal(0))

    @property
    def seen(self) -> dict[Which, int]:
        return {which: sum(column.seen[which] for column in self.open) for which in Which}


def board(session: Session, user: User, funnel_id: int, lens: Lens, *, now: datetime) -> Board:
    columns = _columns(session, user, lens, col(Stage.funnel_id) == funnel_id, shown=FIRST_CARDS, now=now)
    names = {name for column in columns for name in column.rules}
    return Board(_with_unmet(session, columns, names))


def figures(session: Session, user: User, funnel_id: int, lens: Lens, *, now: datetime) -> Board:
    """The board without its cards: what the totals and the counts of the filters need."""
    return Board(tuple(_columns(session, user, lens, col(Stage.funnel_id) == funnel_id, shown=0, now=now)))


def column(
    session: Session, user: User, stage: Stage, lens: Lens, *, shown: int = FIRST_CARDS, now: datetime
) -> Column:
    """One column unrolled to its first `shown` cards."""
    most = min(max(shown, FIRST_CARDS), MOST_CARDS)
    columns = _columns(session, user, lens, col(Stage.id) == stage.id, shown=most, now=now)
    named = pick(col(Stage.rules)).where(col(Stage.funnel_id) == stage.funnel_id)
    names = {name for some in session.execute(named).scalars() for name in some}
    return _with_unmet(session, columns, names)[0]


def listing(
    session: Session,
    user: User,
    funnel_id: int,
    lens: Lens,
    *,
    stage_id: int | None = None,
    offset: int = 0,
    limit: int = 50,
    now: datetime,
) -> list[Card]:
    """The same deals as rows, in the order of the board; closed stages only when one is asked for."""
    of_stage = col(Stage.id) == stage_id if stage_id else col(Stage.kind) == StageKind.OPEN
    at = moments(now)
    first = (
        pick(*_DRAWN)
        .where(col(Deal.stage_id) == Stage.id, *_visible(user, lens))
        .where(_chosen(lens, user, _nearest_step_of_deal(), at))
        .order_by(col(Deal.rank), col(Deal.id))
        .limit(offset + limit)
        .correlate(Stage)
        .lateral("of_stage")
    )
    chosen = (
        pick(first, col(Stage.name).label("stage_name"), Stage.norm_days, Stage.position)
        .select_from(Stage)
        .join(first, sa.true())
        .where(col(Stage.funnel_id) == funnel_id, of_stage)
        .order_by(col(Stage.position), first.c.stage_id, first.c.rank, first.c.id)
        .offset(offset)
        .limit(limit)
        .subquery("deal_row")
    )
    told = (
        _card_columns(chosen, at)
        .add_columns(chosen.c.stage_name, chosen.c.norm_days)
        .order_by(chosen.c.position, chosen.c.stage_id, chosen.c.rank, chosen.c.id)
    )
    return [_card(row, row.stage_name, row.norm_days, now) for row in session.execute(told)]


_DRAWN = (
    col(Deal.id), col(Deal.version), Deal.title, Deal.amount, Deal.stage_id, Deal.stage_entered_at,
    Deal.responsible_id, Deal.person_id, Deal.company_id, Deal.rank,
)  # fmt: skip
"""What of a deal its card needs: fewer columns, a cheaper statement."""


def _columns(
    session: Session,
    user: User,
    lens: Lens,
    of_stages: ColumnElement[bool],
    *,
    shown: int,
    now: datetime,
) -> list[Column]:
    heads = _stages(session, of_stages)
    told = _told if not lens.words else _told.__wrapped__
    statement = told(
        Viewer(user.role),
        lens,
        tuple(head.id for head in heads if head.kind is StageKind.OPEN),
        tuple(head.id for head in heads if head.kind is not StageKind.OPEN),
        shown,
    )
    given = {"viewer": user.id, **moments(now)._asdict()}
    known = {head.id: head for head in heads}
    counted: dict[int, Any] = {}
    cards: dict[int, list[Card]] = {}
    for row in session.execute(statement, given):
        counted.setdefault(row.column_id, row)
        if row.id is not None:
            head = known[row.column_id]
            cards.setdefault(head.id, []).append(_card(row, head.name, head.norm_days, now))
    return [_column(head, counted[head.id], cards.get(head.id, [])) for head in heads if head.id in counted]


@lru_cache(maxsize=64)
def _told(
    viewer: Viewer, lens: Lens, in_work: tuple[int, ...], closed: tuple[int, ...], shown: int
) -> sa.Select[Any]:
    """Kept for everyone of a role: building it costs several times more than asking it."""
    at = Moments()
    visible = _visible(viewer, lens)
    figures = _figures(viewer, lens, visible, in_work, closed, at)
    first = (
        pick(*_DRAWN)
        .where(col(Deal.stage_id) == Stage.id, col(Stage.kind) == StageKind.OPEN, *visible)
        .where(_chosen(lens, viewer, _nearest_step_of_deal(), at))
        .order_by(col(Deal.rank), col(Deal.id))
        .limit(shown)
        .correlate(Stage)
        .lateral("deal_row")
    )
    told = _card_columns(first, at, start=Stage).add_columns(
        col(Stage.id).label("column_id"), *_plain(figures)
    )
    return (
        told.outerjoin(figures, figures.c.of_stage == Stage.id)
        .where(col(Stage.id).in_([*in_work, *closed]))
        .order_by(col(Stage.id), first.c.rank, first.c.id)
    )


def _stages(session: Session, of_stages: ColumnElement[bool]) -> Sequence[Any]:
    stages = pick(col(Stage.id), Stage.funnel_id, Stage.name, Stage.kind, Stage.rules)
    stages = stages.add_columns(col(Stage.norm_days), col(Stage.position))
    return session.execute(stages.where(of_stages).order_by(col(Stage.position), col(Stage.id))).all()


def _figures(
    viewer: Viewer,
    lens: Lens,
    visible: Sequence[ColumnElement[bool]],
    in_work: Sequence[int],
    closed: Sequence[int],
    at: Moments,
) -> sa.Subquery:
    """Counts and sums of every stage over all visible deals, with what each filter would leave."""
    nearest = _nearest_steps()
    chosen = _chosen(lens, viewer, nearest.c.due_at, at)
    count = sa.func.count()
    paces = [
        count.filter(chosen, _at_pace(pace, nearest.c.due_at, at)).label(f"pace_{pace.name}") for pace in Pace
    ]
    seen = [
        count.filter(_chosen(replace(lens, which=which), viewer, nearest.c.due_at, at)).label(
            f"seen_{which.name}"
        )
        for which in Which
    ]
    working = (
        pick(
            col(Deal.stage_id).label("of_stage"),
            count.filter(chosen).label("deals"),
            sa.func.sum(Deal.amount).filter(chosen).label("amounts"),
            *paces,
            *seen,
        )
        .outerjoin(nearest, nearest.c.deal_id == col(Deal.id))
        .where(col(Deal.stage_id).in_(in_work), *visible)
        .group_by(col(Deal.stage_id))
    )
    this_month = (
        pick(
            col(Deal.stage_id), count, sa.func.sum(Deal.amount), *(sa.literal(0) for _one in [*paces, *seen])
        )
        .where(col(Deal.stage_id).in_(closed), *visible)
        .where(col(Deal.stage_entered_at) >= at.month)
        .where(_chosen(lens, viewer, _nearest_step_of_deal(), at))
        .group_by(col(Deal.stage_id))
    )
    return sa.union_all(working, this_month).subquery("figures")


def _card_columns(deal: Any, at: Moments, *, start: Any = None) -> sa.Select[Any]:
    """What a card shows, joined to the chosen deals only (never to the thousands behind them)."""
    step = (
        pick(col(Task.title), col(Task.due_at))
        .where(col(Task.deal_id) == deal.c.id, col(Task.done_at).is_(None))
        .order_by(col(Task.due_at), col(Task.id))
        .limit(1)
        .lateral("step")
    )
    held = (
        pick(
            col(Unit.number),
            col(Booking.until),
            sa.case(
                (col(Booking.kind) == BookingKind.OFFER, BookingKind.OFFER.value),
                else_=sa.type_coerce(col(Booking.state), sa.String),
            ).label("held_as"),
        )
        .join(Unit, col(Unit.id) == Booking.unit_id)
        .where(
            col(Booking.deal_id) == deal.c.id,
            col(Booking.closed_at).is_(None),
            sa.or_(col(Booking.state) != BookingState.ACTIVE, col(Booking.until) > at.now),
        )
        .order_by(col(Booking.until))
        .limit(1)
        .lateral("held")
    )
    told = pick(
        deal.c.id,
        deal.c.version,
        deal.c.title,
        deal.c.amount,
        deal.c.stage_id,
        deal.c.stage_entered_at,
        deal.c.responsible_id,
        deal.c.person_id,
        sa.func.coalesce(col(Person.name), col(Company.name)).label("client"),
        col(User.name).label("responsible"),
        step.c.title.label("step"),
        step.c.due_at.label("step_at"),
        held.c.number.label("booked_unit"),
        held.c.until.label("booked_until"),
        held.c.held_as,
    )
    told = told.select_from(start).outerjoin(deal, sa.true()) if start else told.select_from(deal)
    return (
        told.outerjoin(User, col(User.id) == deal.c.responsible_id)
        .outerjoin(Person, col(Person.id) == deal.c.person_id)
        .outerjoin(Company, col(Company.id) == deal.c.company_id)
        .outerjoin(step, sa.true())
        .outerjoin(held, sa.true())
    )


def _visible(viewer: User | Viewer, lens: Lens) -> list[ColumnElement[bool]]:
    conditions = [rows_of(viewer, col(Deal.responsible_id))]
    if lens.responsible_id is not None:
        conditions.append(col(Deal.responsible_id) == lens.responsible_id)
    if words := lens.words.strip():
        conditions.append(said(words))
    return conditions


def said(words: str) -> ColumnElement[bool]:
    """The deal's number, title or client answers to these words; «ё» is «е».

    Clients are looked at one by one for the deals in question: there may be a million of others.
    """
    wanted = words.lower().replace("ё", "е")

    def has(text: Any) -> ColumnElement[bool]:
        return sa.func.replace(sa.func.lower(text), "ё", "е").contains(wanted, autoescape=True)

    of_person = pick(col(Person.id)).where(col(Person.id) == Deal.person_id, has(col(Person.name)))
    of_company = pick(col(Company.id)).where(col(Company.id) == Deal.company_id, has(col(Company.name)))
    conditions = [
        has(col(Deal.title)),
        of_person.correlate(Deal).scalar_subquery().is_not(None),
        of_company.correlate(Deal).scalar_subquery().is_not(None),
    ]
    number = wanted.removeprefix("№").strip()
    if number.isascii() and number.isdigit() and len(number) < 19:
        conditions.append(col(Deal.id) == int(number))
    return sa.or_(*conditions)


def _nearest_steps() -> sa.Subquery:
    return (
        pick(col(Task.deal_id), sa.func.min(Task.due_at).label("due_at"))
        .where(col(Task.done_at).is_(None))
        .group_by(col(Task.deal_id))
        .subquery("nearest")
    )


def _nearest_step_of_deal() -> Any:
    nearest = pick(sa.func.min(Task.due_at)).where(col(Task.deal_id) == Deal.id, col(Task.done_at).is_(None))
    return nearest.correlate(Deal).scalar_subquery()


def _chosen(lens: Lens, viewer: User | Viewer, step_at: Any, at: Moments) -> ColumnElement[bool]:
    if lens.which is Which.MINE:
        return col(Deal.responsible_id) == viewer.id
    if lens.which is Which.OVERDUE:
        return step_at < at.now
    if lens.which is Which.NO_STEP:
        return step_at.is_(None)
    return sa.true()


def _at_pace(pace: Pace, step_at: Any, at: Moments) -> ColumnElement[bool]:
    return {
        Pace.OVERDUE: step_at < at.now,
        Pace.TODAY: sa.and_(step_at >= at.now, step_at < at.evening),
        Pace.PLANNED: step_at >= at.evening,
        Pace.NONE: step_at.is_(None),
    }[pace]


def pace_of(step_at: datetime | None, now: datetime) -> Pace:
    if step_at is None:
        return Pace.NONE
    if step_at < now:
        return Pace.OVERDUE
    return Pace.TODAY if step_at < day_end(now) else Pace.PLANNED


def day_end(now: datetime) -> datetime:
    """Midnight after this moment, in the zone of the office."""
    return (formats.here(now) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime) -> datetime:
    return formats.here(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def days_between(start: datetime, now: datetime) -> int:
    return (formats.here(now).date() - formats.here(start).date()).days


def _plain(figures: sa.Subquery) -> list[Any]:
    return [column for column in figures.c if column.name != "of_stage"]


def _card(row: Any, stage: str, norm: int | None, now: datetime) -> Card:
    return Card(
        id=row.id,
        version=row.version,
        title=row.title,
        client=row.client,
        of_person=row.person_id is not None,
        amount=row.amount,
        stage_id=row.stage_id,
        stage=stage,
        days=days_between(row.stage_entered_at, now),
        norm=norm,
        responsible_id=row.responsible_id,
        responsible=row.responsible,
        step=row.step,
        step_at=row.step_at,
        pace=pace_of(row.step_at, now),
        booked_unit=row.booked_unit,
        booked_until=row.booked_until,
        held_as=row.held_as or "",
    )


def _column(head: Any, counted: Any, cards: list[Card]) -> Column:
    return Column(
        id=head.id,
        funnel_id=head.funnel_id,
        name=head.name,
        kind=head.kind,
        position=head.position,
        rules=tuple(head.rules),
        count=counted.deals or 0,
        sum=counted.amounts or Decimal(0),
        paces={pace: getattr(counted, f"pace_{pace.name}") or 0 for pace in Pace},
        seen={which: getattr(counted, f"seen_{which.name}") or 0 for which in Which},
        cards=tuple(cards),
    )


def _with_unmet(session: Session, columns: Iterable[Column], names: set[str]) -> tuple[Column, ...]:
    """Mark on every card which rules it lacks: asked once for all cards, not once a card."""
    columns = tuple(columns)
    ids = [card.id for column in columns for card in column.cards]
    if not ids or not names:
        return columns
    lacking = rules.lacking_of(session, ids, names)
    return tuple(
        replace(
            column,
            cards=tuple(replace(card, unmet=frozenset(lacking[card.id])) for card in column.cards),
        )
        for column in columns
    )
