"""Promotions of a project: set, changed, ended; the register says what each of them costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.models import Building, Project, Unit, UnitStatus
from domain.estate.pricing.criteria import Criteria, fits, literal, unit_status, units_of
from domain.estate.pricing.models import Effect, Promotion
from domain.estate.pricing.sale import HUNDRED, in_force, off_of
from domain.events import names
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _

MOST_NAMED = 8
LONGEST_BADGE = 24
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Wanted:
    name: str
    badge: str
    criteria: Criteria
    effect: Effect
    value: Decimal
    starts_at: datetime
    ends_at: datetime | None
    compatible: bool = False
    public: bool = True

    def fields(self) -> dict[str, Any]:
        return {
            "name": self.name, "badge": self.badge, "criteria": self.criteria.as_json(),
            "effect": self.effect, "value": self.value, "starts_at": self.starts_at,
            "ends_at": self.ends_at, "compatible": self.compatible, "public": self.public,
        }  # fmt: skip


def add_promotion(
    session: Session, project: Project, wanted: Wanted, *, by: User, now: datetime
) -> Promotion:
    """Raises Refused, naming the units, when one that may not be added to another would meet it."""
    _check(wanted)
    session.refresh(project, with_for_update=LOCK)  # two that would meet, added at once, wait for each other
    _refuse_harm(session, project.id, wanted, but=0, now=now)
    new = Promotion(project_id=project.id, made_by_id=by.id, made_at=now, **wanted.fields())
    session.add(new)
    session.flush()
    _record(session, names.PROMOTION_ADDED, new, by=by, value=new.value, effect=new.effect)
    return new


def edit_promotion(
    session: Session, promotion: Promotion, wanted: Wanted, *, version: int, by: User, now: datetime
) -> None:
    """Bookings made under it keep their price."""
    _check(wanted)
    project = session.get_one(Project, promotion.project_id)
    session.refresh(project, with_for_update=LOCK)
    session.refresh(promotion, with_for_update=LOCK)
    changes = {name: (getattr(promotion, name), value) for name, value in wanted.fields().items()}
    changes = {name: both for name, both in changes.items() if both[0] != both[1]}
    if promotion.version != version:
        theirs = {name: str(before) for name, (before, _after) in changes.items() if name != "criteria"}
        raise Stale(_("Somebody has changed this promotion since you opened it"), theirs=theirs)
    _refuse_harm(session, project.id, wanted, but=promotion.id, now=now)
    for name, (_before, value) in changes.items():
        setattr(promotion, name, value)
    promotion.version += 1
    session.flush()
    _record(session, names.PROMOTION_EDITED, promotion, by=by, changes=changes)


def end_promotion(session: Session, promotion: Promotion, *, by: User, now: datetime) -> None:
    """Over from this minute on; one that has not begun never does."""
    session.refresh(promotion, with_for_update=LOCK)
    if promotion.ends_at is not None and promotion.ends_at <= now:
        raise Refused(_("This promotion is over already"))
    before = promotion.starts_at, promotion.ends_at
    if promotion.starts_at >= now:
        promotion.starts_at = now - MINUTE
    promotion.ends_at = now
    promotion.version += 1
    session.flush()
    changes = {"starts_at": (before[0], promotion.starts_at), "ends_at": (before[1], now)}
    _record(session, names.PROMOTION_ENDED, promotion, by=by, changes=changes)


def get_promotion(session: Session, promotion_id: int) -> Promotion:
    found = session.get(Promotion, promotion_id) if 0 < promotion_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such promotion"))
    return found


@dataclass(frozen=True)
class Told:
    """A promotion in the register: what it covers and what it takes off what is free today."""

    promotion: Promotion
    criteria: Criteria
    who: str
    units: int
    free: int
    off: Decimal
    """What it takes off the free units it covers, by itself."""
    running: bool
    over: bool


def register(session: Session, project_id: int, *, now: datetime) -> list[Told]:
    """Those in force first, then those to come, then those that are over."""
    rows = session.execute(
        pick(Promotion, User.name, in_force(now).label("running"))
        .join(User, col(User.id) == Promotion.made_by_id)
        .where(col(Promotion.project_id) == project_id)
        .order_by(col(Promotion.starts_at).desc(), col(Promotion.id).desc())
    ).all()
    covered = _covered(session, project_id, now=now)
    told = []
    for promotion, who, running in rows:
        units, free, off = covered.get(promotion.id, (0, 0, Decimal(0)))
        over = promotion.ends_at is not None and promotion.ends_at <= now
        criteria = Criteria.from_json(promotion.criteria)
        told.append(Told(promotion, criteria, who, units, free, off, running, over))
    return sorted(told, key=lambda one: (not one.running, one.over))


def _covered(session: Session, project_id: int, *, now: datetime) -> dict[int, tuple[int, int, Decimal]]:
    """How many units each promotion covers, how many of them are free, and what it takes off these."""
    off = off_of(Promotion.effect, Promotion.value)
    free = sa.and_(unit_status == UnitStatus.FREE.value, col(Unit.price).is_not(None))
    met = sa.and_(col(Promotion.project_id) == col(Building.project_id), fits(Promotion.criteria))
    counted = (
        units_of(
            Promotion.id,
            sa.func.count(),
            sa.func.count().filter(free),
            sa.func.coalesce(sa.func.sum(off).filter(sa.and_(free, off < col(Unit.price))), 0),
            now=now,
        )
        .join(Promotion, met)
        .where(col(Building.project_id) == project_id)
        .group_by(col(Promotion.id))
    )
    return {id_: (units, free, off) for id_, units, free, off in session.execute(counted)}


def _check(wanted: Wanted) -> None:
    wrong = {}
    if not wanted.name:
        wrong["name"] = _("Name the promotion")
    if not wanted.badge or len(wanted.badge) > LONGEST_BADGE:
        wrong["badge"] = _("A badge is a word or two, up to %(most)s letters", most=LONGEST_BADGE)
    if wanted.value <= 0 or (wanted.effect is Effect.PERCENT and wanted.value >= HUNDRED):
        wrong["value"] = _("More than zero, and less than 100 %")
    if wanted.ends_at is not None and wanted.ends_at <= wanted.starts_at:
        wrong["ends_at"] = _("The end is later than the beginning")
    if wrong:
        raise Invalid(wrong)


def _refuse_harm(session: Session, project_id: int, wanted: Wanted, *, but: int, now: datetime) -> None:
    covered = col(Building.project_id) == project_id, fits(literal(wanted.criteria.as_json()))
    if not wanted.compatible:
        _refuse_meeting(session, project_id, wanted, but=but, now=now)
    off = off_of(sa.literal(wanted.effect.value), sa.literal(wanted.value))
    free = units_of(Unit.number, now=now).where(*covered, off >= Unit.price).order_by(col(Unit.id)).limit(1)
    if number := session.execute(free).scalar():
        raise Refused(_("Unit %(number)s would cost nothing under this promotion", number=number))


def _refuse_meeting(session: Session, project_id: int, wanted: Wanted, *, but: int, now: datetime) -> None:
    """Two that may not be added to each other, on the same unit in the same days."""
    other_end = col(Promotion.ends_at)
    at_once = [sa.or_(other_end.is_(None), other_end > sa.func.greatest(wanted.starts_at, now))]
    if wanted.ends_at is not None:
        at_once.append(col(Promotion.starts_at) < wanted.ends_at)
    met = (
        units_of(Unit.number, Promotion.name, now=now)
        .join(
            Promotion,
            sa.and_(
                col(Promotion.project_id) == project_id,
                col(Promotion.id) != but,
                sa.not_(col(Promotion.compatible)),
                fits(Promotion.criteria),
                *at_once,
            ),
        )
        .where(col(Building.project_id) == project_id, fits(literal(wanted.criteria.as_json())))
        .order_by(col(Unit.id))
        .limit(MOST_NAMED + 1)
    )
    rows = session.execute(met).all()
    if rows:
        numbers = ", ".join(row[0] for row in rows[:MOST_NAMED]) + (" …" if len(rows) > MOST_NAMED else "")
        raise Refused(
            _(
                "Units %(numbers)s are under “%(name)s” in the same days. Narrow one of the two, "
                "move its dates, or let both be added up.",
                numbers=numbers,
                name=rows[0][1],
            )
        )


def _record(session: Session, name: str, about: Promotion, *, by: User, **told: Any) -> None:
    """The boards of the project are told as well: a badge appears or goes."""
    buildings = session.execute(pick(Building.id).where(col(Building.project_id) == about.project_id))
    topics = [f"prices-{about.project_id}", *(f"building-{id_}" for id_ in buildings.scalars())]
    events.record(session, name, about, by=by, topics=topics, called=about.name, **told)
