"""The board: every stage of a funnel with its exact figures and its first cards, told by one statement.

Figures and cards come from one snapshot, so a column never says seven over six cards. Closed stages
count what entered them this month: of the rest there may be years. Stages are read before and named in the
statement by number: only then does the planner know that the open ones hold a hundredth of all deals.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col

from domain.access.models import Role, User
from domain.access.policy import Viewer, rows_of
from domain.activities.models import Task
from domain.deals import rules
from domain.deals.cards import (
    MOST_CARDS,
    TOLD,
    Board,
    Card,
    Column,
    Lens,
    Moments,
    Pace,
    Told,
    Which,
    card_of,
    moments,
)
from domain.deals.funnels import Head
from domain.deals.models import Deal, Stage, StageKind
from domain.estate.models import Booking, BookingKind, BookingState, Unit
from domain.kernel.db import ask, kept, pick
from domain.parties.models import Company, Person

FIRST_CARDS = 30
MOST_CARDS_OF_EACH = 100
"""How far all of them can be unrolled at once."""


class Counts(NamedTuple):
    """Of one stage, over all visible deals: those the lens lets through, and those it looks at (`seen`). A
    closed stage has but the first."""

    deals: Any = 0
    steps: Any = 0
    """Deals with an open step."""
    due: Any = 0
    """With one due by the evening."""
    late: Any = 0
    seen: Any = 0
    seen_mine: Any = 0
    seen_steps: Any = 0
    seen_late: Any = 0


def board(
    session: Session,
    user: User,
    heads: Sequence[Head],
    lens: Lens,
    *,
    shown: int = FIRST_CARDS,
    now: datetime,
) -> Board:
    """The whole funnel of these stages, every open column unrolled to its first `shown` cards."""
    most = min(max(shown, FIRST_CARDS), MOST_CARDS_OF_EACH)
    return Board(_columns(session, user, lens, heads, shown=most, now=now))


def figures(session: Session, user: User, heads: Sequence[Head], lens: Lens, *, now: datetime) -> Board:
    """The board without its cards: what the totals and the counts of the filters need."""
    return Board(_columns(session, user, lens, heads, shown=0, now=now))


def columns(
    session: Session,
    user: User,
    heads: Sequence[Head],
    only: Collection[int],
    lens: Lens,
    *,
    shown: int = FIRST_CARDS,
    now: datetime,
) -> tuple[Column, ...]:
    """Only the columns of these numbers, each unrolled to its first `shown` cards; `heads` are those of the
    whole funnel."""
    most = min(max(shown, FIRST_CARDS), MOST_CARDS)
    return _columns(session, user, lens, heads, only=only, shown=most, now=now)


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
        .where(_chosen(lens, user, at))
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
    return [card_of(row[:TOLD], row.stage_name, row.norm_days, at) for row in ask(session, told, {}).all()]


_DRAWN = (
    col(Deal.id), col(Deal.version), Deal.title, Deal.amount, Deal.stage_id, Deal.stage_entered_at,
    Deal.responsible_id, Deal.person_id, Deal.company_id, Deal.rank,
)  # fmt: skip
"""What of a deal its card needs: fewer columns, a cheaper statement."""


def _columns(
    session: Session,
    user: User,
    lens: Lens,
    stages: Sequence[Head],
    *,
    only: Collection[int] | None = None,
    shown: int,
    now: datetime,
) -> tuple[Column, ...]:
    """The columns of a funnel, or only some of them: their cards tell of the rules of all."""
    known, strange = rules.sorted_out(name for stage in stages for name in stage.rules)
    heads = {stage.id: stage for stage in stages if only is None or stage.id in only}
    build = _told if not lens.words else _told.build
    statement = build(
        Viewer(user.role),
        lens,
        tuple(head.id for head in heads.values() if head.kind is StageKind.OPEN),
        tuple(head.id for head in heads.values() if head.kind is not StageKind.OPEN),
        shown,
        known,
    )
    at, width = moments(now), TOLD + len(known)
    counted: dict[int, Any] = {}
    told: dict[int, list[tuple[Any, ...]]] = {number: [] for number in heads}
    for row in ask(session, statement, {"viewer": user.id, **at._asdict()}).all():
        number = row[width]
        counted.setdefault(number, row)
        if row[0] is not None:
            told[number].append(row[:width])
    return tuple(
        _column(
            head, counted[number], Told(tuple(told[number]), head.name, head.norm_days, known, strange, at)
        )
        for number, head in heads.items()
        if number in counted
    )


@kept
def _told(
    viewer: Viewer,
    lens: Lens,
    in_work: tuple[int, ...],
    closed: tuple[int, ...],
    shown: int,
    asked: tuple[rules.Rule, ...],
) -> sa.Select[Any]:
    """Kept for everyone of a role: building it costs several times more than asking it.

    After the columns of a card come the answers of the asked rules in their order, whose column it is, and
    with the first card of a column its figures.
    """
    at = Moments()
    visible = _visible(viewer, lens)
    figures = _figures(viewer, lens, _looked_up(viewer, visible), in_work, closed, at)
    answers = [rule.met().label(f"rule_{number}") for number, rule in enumerate(asked)]
    in_order = (col(Deal.rank), col(Deal.id))
    first = (
        pick(*_DRAWN, *answers, sa.func.row_number().over(order_by=in_order).label("place"))
        .where(col(Deal.stage_id) == Stage.id, col(Stage.kind) == StageKind.OPEN, *visible)
        .where(_chosen(lens, viewer, at))
        .order_by(*in_order)
        .limit(_written(shown))
        .correlate(Stage)
        .lateral("deal_row")
    )
    told = _card_columns(first, at, start=Stage).add_columns(
        *(first.c[answer.name] for answer in answers),
        col(Stage.id).label("column_id"),
        figures.c.amounts,
        figures.c.counts,
    )
    return (
        told.outerjoin(
            figures, sa.and_(figures.c.of_stage == Stage.id, sa.func.coalesce(first.c.place, 1) == 1)
        )
        .where(col(Stage.id).in_(map(_written, [*in_work, *closed])))
        .order_by(col(Stage.id), first.c.rank, first.c.id)
    )


def _written(number: int) -> ColumnElement[int]:
    """In the statement itself and no parameter: one plan is then good for every asking, and is kept."""
    return sa.literal_column(str(number), sa.BigInteger)


def _figures(
    viewer: Viewer,
    lens: Lens,
    visible: Sequence[ColumnElement[bool]],
    in_work: Sequence[int],
    closed: Sequence[int],
    at: Moments,
) -> sa.Subquery:
    """Counts and sums of every stage over all visible deals, with what each filter would leave.

    Of steps it counts how many there are, are due by the evening and are late: paces and filters are the
    differences (`_column`), and every count less is a tenth of the time of all.
    """
    chosen = _chosen(lens, viewer, at)
    count, step_at = sa.func.count(), col(Deal.step_at)
    steps = sa.func.count(step_at)
    counts = Counts(
        deals=count.filter(chosen),
        steps=steps.filter(chosen),
        due=count.filter(chosen, step_at < at.evening),
        late=count.filter(chosen, step_at < at.now),
        seen=count,
        seen_mine=count.filter(_chosen(replace(lens, which=Which.MINE), viewer, at)),
        seen_steps=steps,
        seen_late=count.filter(step_at < at.now),
    )
    working = (
        pick(
            col(Deal.stage_id).label("of_stage"),
            sa.func.sum(Deal.amount).filter(chosen).label("amounts"),
            array(counts, type_=sa.BigInteger).label("counts"),
        )
        .where(col(Deal.stage_id).in_(map(_written, in_work)), *visible)
        .group_by(col(Deal.stage_id))
    )
    this_month = (
        pick(col(Deal.stage_id), sa.func.sum(Deal.amount), array([count], type_=sa.BigInteger))
        .where(col(Deal.stage_id).in_(map(_written, closed)), *visible)
        .where(col(Deal.stage_entered_at) >= at.month)
        .where(_chosen(lens, viewer, at))
        .group_by(col(Deal.stage_id))
    )
    return sa.union_all(working, this_month).subquery("figures")


def _card_columns(deal: Any, at: Moments, *, start: Any = None) -> sa.Select[Any]:
    """What a card shows in the order `card_of` takes it, joined to the chosen deals only (never to the
    thousands behind them)."""
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


def _looked_up(viewer: Viewer, visible: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The same for a count over every deal in work: there a head's people are cheaper looked up in a list
    than joined, which a condition that is not bare tells the planner."""
    return [one.is_(True) for one in visible] if viewer.role is Role.HEAD else list(visible)


def _chosen(lens: Lens, viewer: User | Viewer, at: Moments) -> ColumnElement[bool]:
    if lens.which is Which.MINE:
        return col(Deal.responsible_id) == viewer.id
    if lens.which is Which.OVERDUE:
        return col(Deal.step_at) < at.now
    if lens.which is Which.NO_STEP:
        return col(Deal.step_at).is_(None)
    return sa.true()


def _column(head: Head, counted: Any, told: Told) -> Column:
    counts = Counts(*counted.counts or ())
    return Column(
        id=head.id,
        funnel_id=head.funnel_id,
        name=head.name,
        kind=head.kind,
        position=head.position,
        rules=tuple(head.rules),
        count=counts.deals,
        sum=counted.amounts or Decimal(0),
        paces=_paces(counts) if head.kind is StageKind.OPEN else dict.fromkeys(Pace, 0),
        seen=_seen(counts),
        told=told,
    )


def _paces(counts: Counts) -> dict[Pace, int]:
    return {
        Pace.OVERDUE: counts.late,
        Pace.TODAY: counts.due - counts.late,
        Pace.PLANNED: counts.steps - counts.due,
        Pace.NONE: counts.deals - counts.steps,
    }


def _seen(counts: Counts) -> dict[Which, int]:
    return {
        Which.ALL: counts.seen,
        Which.MINE: counts.seen_mine,
        Which.OVERDUE: counts.seen_late,
        Which.NO_STEP: counts.seen - counts.seen_steps,
    }
