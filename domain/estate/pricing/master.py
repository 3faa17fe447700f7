"""Who is the master of prices in a project: 1C, or the price lists here. The other's prices are not taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.models import Building, Floor, Project, Section, Unit
from domain.estate.pricing.models import Master, ProjectPricing
from domain.events import names
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Refused, Stale
from domain.kernel.text import _


@dataclass(frozen=True)
class Rules:
    """How prices of a project are kept; the defaults while nobody has said."""

    master: Master = Master.ONEC
    floor_metre: Decimal | None = None
    version: int = 0


def rules(session: Session, project_id: int) -> Rules:
    found = session.exec(select(ProjectPricing).where(ProjectPricing.project_id == project_id)).first()
    return Rules(found.master, found.floor_metre, found.version) if found else Rules()


def keep_rules(
    session: Session,
    project: Project,
    *,
    master: Master,
    floor_metre: Decimal | None,
    version: int,
    by: User,
) -> None:
    """Say who is the master and below what no discount goes. `version` is what the person saw."""
    new = insert(ProjectPricing).values(project_id=project.id, master=Master.ONEC, version=0)
    session.execute(new.on_conflict_do_nothing(index_elements=["project_id"]))
    kept = session.exec(select(ProjectPricing).where(ProjectPricing.project_id == project.id)).one()
    session.refresh(kept, with_for_update=LOCK)
    wanted = {"master": master, "floor_metre": floor_metre}
    changes = {name: (getattr(kept, name), value) for name, value in wanted.items()}
    changes = {name: both for name, both in changes.items() if both[0] != both[1]}
    if kept.version != version:
        theirs = {name: "" if before is None else str(before) for name, (before, _after) in changes.items()}
        raise Stale(_("Somebody has changed these settings since you opened them"), theirs=theirs)
    if not changes:
        return
    for name, (_before, value) in changes.items():
        setattr(kept, name, value)
    kept.version += 1
    session.flush()
    events.record(
        session, names.PRICING_ARRANGED, kept, by=by, topics=[f"prices-{project.id}"], changes=changes
    )


def demand_master(session: Session, project: Project) -> None:
    """That price lists here decide; says what to do when 1C does."""
    if rules(session, project.id).master is not Master.LISTS:
        raise Refused(
            _(
                "Prices of “%(project)s” are set in 1C: a price list here would be written over. "
                "Make price lists the master in the settings of prices first.",
                project=project.name,
            )
        )


def ours(session: Session, unit_ids: Iterable[int]) -> dict[int, Decimal | None]:
    """Of these units the ones whose prices are set here, with what stands: those of 1C are not taken."""
    kept = (
        pick(Unit.id, Unit.price)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(ProjectPricing, col(ProjectPricing.project_id) == Building.project_id)
        .where(col(ProjectPricing.master) == Master.LISTS, col(Unit.id).in_(list(unit_ids)))
    )
    return {row.id: row.price for row in session.execute(kept)}
