"""The register of price lists, and reading units a person named in one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col

from domain.access.models import User
from domain.estate.models import Building, Floor, Project, Section, Unit
from domain.estate.pricing.criteria import Criteria
from domain.estate.pricing.lists import MOST_LINES
from domain.estate.pricing.models import LineState, PriceList, PriceListLine
from domain.kernel.db import pick
from domain.kernel.errors import Invalid
from domain.kernel.text import _

MOST = 200


@dataclass(frozen=True)
class Line:
    document: PriceList
    criteria: Criteria
    who: str
    units: int
    """Whose prices it changed."""
    sum: Decimal
    """By how much all of them together."""


def price_lists(session: Session, project_id: int) -> list[Line]:
    """The newest first."""
    turned = col(PriceListLine.state).in_([LineState.APPLIED, LineState.UNDONE, LineState.KEPT])
    rows = session.execute(
        pick(
            PriceList,
            User.name,
            sa.func.count(col(PriceListLine.id)).filter(turned),
            sa.func.coalesce(
                sa.func.sum(col(PriceListLine.after) - sa.func.coalesce(col(PriceListLine.before), 0)).filter(
                    turned
                ),
                0,
            ),
        )
        .join(User, col(User.id) == PriceList.made_by_id)
        .outerjoin(PriceListLine, col(PriceListLine.list_id) == PriceList.id)
        .where(col(PriceList.project_id) == project_id)
        .group_by(col(PriceList.id), col(User.name))
        .order_by(col(PriceList.number).desc())
        .limit(MOST)
    )
    return [
        Line(document, Criteria.from_json(document.criteria), who, units, total)
        for document, who, units, total in rows
    ]


def read_lines(
    session: Session, project: Project, pairs: Sequence[tuple[str, Decimal]]
) -> dict[int, Decimal]:
    """Prices by unit, of what people call units: «45», or «Дом 1; 45» where several have the number.

    Raises Invalid, naming what is not there, is not clear, or stands twice.
    """
    if len(pairs) > MOST_LINES:
        raise Invalid({"lines": _("At most %(most)s units at once", most=MOST_LINES)})
    known: dict[str, set[int]] = defaultdict(set)
    for unit_id, number, building in session.execute(
        pick(Unit.id, Unit.number, Building.name)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(
            col(Building.project_id) == project.id,
            col(Unit.number).in_({_called(named)[1] for named, _price in pairs}),
        )
    ):
        known[number.lower()].add(unit_id)
        known[f"{building};{number}".lower()].add(unit_id)
    found: dict[int, Decimal] = {}
    for named, price in pairs:
        building, number = _called(named)
        ids = known.get(f"{building};{number}".lower() if building else number.lower(), set())
        if len(ids) != 1:
            raise Invalid({"lines": _unclear(named, len(ids))})
        (unit_id,) = ids
        if unit_id in found:
            raise Invalid({"lines": _("Unit “%(named)s” stands twice", named=named)})
        found[unit_id] = price
    return found


def written_lines(session: Session, document: PriceList) -> str:
    """The lines of a draft as they are typed."""
    rows = session.execute(
        pick(Building.name, Unit.number, PriceListLine.asked)
        .join(Unit, col(Unit.id) == PriceListLine.unit_id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .where(col(PriceListLine.list_id) == document.id, col(PriceListLine.asked).is_not(None))
        .order_by(col(Unit.id))
    )
    return "\n".join(f"{building}; {number}; {asked.normalize():f}" for building, number, asked in rows)


def _called(named: str) -> tuple[str, str]:
    building, _sign, number = named.rpartition(";")
    return building.strip(), number.strip()


def _unclear(named: str, count: int) -> str:
    if count:
        return _("“%(named)s” is in several buildings: write “Building; number; price”", named=named)
    return _("There is no unit “%(named)s” in this project", named=named)
