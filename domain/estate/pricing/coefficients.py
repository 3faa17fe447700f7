"""Coefficients of a project: how much dearer a square metre is for its floor, its view, its finish.

Of each kind a unit takes one at most, so two that would meet on a unit are refused. They are never edited:
a price made by one keeps its number, and another is added in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain import events
from domain.access.models import User
from domain.estate.models import Building, Project, Unit
from domain.estate.pricing.components import Factor
from domain.estate.pricing.criteria import Criteria, fits, literal, units_of
from domain.estate.pricing.models import CoefficientKind, PriceCoefficient
from domain.events import names
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.text import _

MOST_NAMED = 8
LARGEST_FACTOR = Decimal(10)
ORDER = (CoefficientKind.FLOOR, CoefficientKind.VIEW, CoefficientKind.FINISH)
"""In which they multiply: what is told in a passport follows it."""


@dataclass(frozen=True)
class Told:
    """A coefficient with who set it and how many units it is for."""

    coefficient: PriceCoefficient
    criteria: Criteria
    who: str
    units: int


def coefficients(session: Session, project_id: int, *, now: datetime) -> list[Told]:
    """Those in force, by kind and then as they were set; each with the units it covers."""
    rows = session.execute(
        pick(PriceCoefficient, User.name)
        .join(User, col(User.id) == PriceCoefficient.made_by_id)
        .where(col(PriceCoefficient.project_id) == project_id, col(PriceCoefficient.removed_at).is_(None))
        .order_by(col(PriceCoefficient.id))
    ).all()
    counts = _counts(session, project_id, now=now)
    told = [Told(one, Criteria.from_json(one.criteria), who, counts.get(one.id, 0)) for one, who in rows]
    return sorted(told, key=lambda one: (ORDER.index(one.coefficient.kind), one.coefficient.id))


def _counts(session: Session, project_id: int, *, now: datetime) -> dict[int, int]:
    covered = (
        units_of(PriceCoefficient.id, sa.func.count(), now=now)
        .join(
            PriceCoefficient,
            sa.and_(
                col(PriceCoefficient.project_id) == Building.project_id,
                col(PriceCoefficient.removed_at).is_(None),
                fits(PriceCoefficient.criteria),
            ),
        )
        .where(col(Building.project_id) == project_id)
        .group_by(col(PriceCoefficient.id))
    )
    return {row[0]: row[1] for row in session.execute(covered)}


def factors_of(session: Session, unit_ids: Sequence[int], *, now: datetime) -> Mapping[int, list[Factor]]:
    """The coefficients of each of the units, in the order they multiply."""
    found = (
        units_of(
            Unit.id, PriceCoefficient.id, PriceCoefficient.kind, PriceCoefficient.name,
            PriceCoefficient.factor, PriceCoefficient.made_at, User.name, now=now,
        )
        .join(
            PriceCoefficient,
            sa.and_(
                col(PriceCoefficient.project_id) == Building.project_id,
                col(PriceCoefficient.removed_at).is_(None),
                fits(PriceCoefficient.criteria),
            ),
        )
        .join(User, col(User.id) == PriceCoefficient.made_by_id)
        .where(col(Unit.id) == sa.any_(sa.cast(list(unit_ids), sa.ARRAY(sa.BigInteger))))
        .order_by(col(PriceCoefficient.id).desc())
    )  # fmt: skip
    by_unit: dict[int, dict[CoefficientKind, Factor]] = {}
    for unit_id, number, kind, name, factor, at, who in session.execute(found):
        of_unit = by_unit.setdefault(unit_id, {})
        of_unit.setdefault(kind, Factor(name, factor, number, who, at))
    return {unit_id: [some[kind] for kind in ORDER if kind in some] for unit_id, some in by_unit.items()}


def add_coefficient(
    session: Session,
    project: Project,
    *,
    kind: CoefficientKind,
    name: str,
    criteria: Criteria,
    factor: Decimal,
    by: User,
    now: datetime,
) -> PriceCoefficient:
    """Raises Refused when units would have two of one kind, and names them."""
    wrong = {}
    if not name:
        wrong["name"] = _("Say what it is for, for example “Floors 10 to 15”")
    if not 0 < factor < LARGEST_FACTOR:
        wrong["factor"] = _("A coefficient is a number from 0.0001 to 9.9999: 1.05 is 5 % dearer")
    if criteria == Criteria():
        wrong["criteria"] = _("Choose which units it is for")
    if wrong:
        raise Invalid(wrong)
    session.refresh(project, with_for_update=LOCK)  # two that overlap, added at once, wait for each other
    if met := _met(session, project.id, kind, criteria, now=now):
        numbers = ", ".join(met[:MOST_NAMED]) + (" …" if len(met) > MOST_NAMED else "")
        raise Refused(
            _("Units %(numbers)s have a coefficient of this kind already: remove it first", numbers=numbers)
        )
    new = PriceCoefficient(
        project_id=project.id, kind=kind, name=name, criteria=criteria.as_json(), factor=factor,
        made_by_id=by.id, made_at=now,
    )  # fmt: skip
    session.add(new)
    session.flush()
    _record(session, names.COEFFICIENT_ADDED, new, by=by)
    return new


def _met(
    session: Session, project_id: int, kind: CoefficientKind, criteria: Criteria, *, now: datetime
) -> list[str]:
    """Numbers of units that another coefficient of the kind covers."""
    other = sa.exists().where(
        col(PriceCoefficient.project_id) == project_id,
        col(PriceCoefficient.kind) == kind,
        col(PriceCoefficient.removed_at).is_(None),
        fits(PriceCoefficient.criteria),
    )
    found = units_of(Unit.number, now=now).where(
        col(Building.project_id) == project_id, fits(literal(criteria.as_json())), other
    )
    return list(session.execute(found.order_by(col(Unit.id)).limit(MOST_NAMED + 1)).scalars())


def remove_coefficient(session: Session, coefficient: PriceCoefficient, *, by: User, now: datetime) -> None:
    """Prices made by it stay as they are; the next price list goes without."""
    session.refresh(coefficient, with_for_update=LOCK)
    if coefficient.removed_at is not None:
        raise Refused(_("This coefficient is removed already"))
    coefficient.removed_at = now
    session.flush()
    _record(session, names.COEFFICIENT_REMOVED, coefficient, by=by)


def put_back(session: Session, coefficient: PriceCoefficient, *, by: User, now: datetime) -> None:
    """The way back from a removal, unless another has taken its place."""
    project = session.get_one(Project, coefficient.project_id)
    session.refresh(project, with_for_update=LOCK)
    session.refresh(coefficient, with_for_update=LOCK)
    if coefficient.removed_at is None:
        raise Refused(_("This coefficient is in force"))
    criteria = Criteria.from_json(coefficient.criteria)
    if _met(session, project.id, coefficient.kind, criteria, now=now):
        raise Refused(_("Another coefficient has taken its place"))
    coefficient.removed_at = None
    session.flush()
    _record(session, names.COEFFICIENT_ADDED, coefficient, by=by)


def get_coefficient(session: Session, coefficient_id: int) -> PriceCoefficient:
    found = session.get(PriceCoefficient, coefficient_id) if 0 < coefficient_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such coefficient"))
    return found


def _record(session: Session, name: str, about: PriceCoefficient, *, by: User) -> None:
    events.record(
        session,
        name,
        about,
        by=by,
        topics=[f"prices-{about.project_id}"],
        name_of=about.name,
        kind=about.kind,
        factor=about.factor,
        criteria=about.criteria,
    )
