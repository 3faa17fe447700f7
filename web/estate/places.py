"""A project and its buildings, in the order they stand."""

from sqlmodel import Session, col, select

from domain.estate import Building, Project
from domain.kernel.errors import Missing
from domain.kernel.text import _


def buildings_of(session: Session, project_id: int) -> tuple[Project, list[Building]]:
    """Raises Missing when there is no such project or nothing is built in it."""
    project = session.get(Project, project_id) if 0 < project_id < 2**63 else None
    buildings = select(Building).where(Building.project_id == project_id) if project else None
    found = (
        list(session.exec(buildings.order_by(col(Building.position), col(Building.name))))
        if buildings is not None
        else []
    )
    if project is None or not found:
        raise Missing(_("There is no such project, or nothing is built in it yet"))
    return project, found
