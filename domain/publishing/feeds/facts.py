"""All that a portal is told of one flat, read for every flat on sale in one pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from domain.estate.chessboard import status
from domain.estate.models import Building, Finish, Project, Unit, UnitKind, UnitStatus
from domain.estate.pricing.models import Promotion
from domain.estate.pricing.sale import asked_today, in_force
from domain.kernel.db import pick
from domain.publishing.models import BuildingState, Listing, Material, Publication
from domain.publishing.stock import rows_on_sale

AT_ONCE = 2_000


@dataclass(frozen=True)
class House:
    """A building with its project, as portals want them described."""

    id: int = 0
    name: str = ""
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    floors_total: int | None = None
    built_year: int | None = None
    ready_quarter: int | None = None
    state: BuildingState = BuildingState.UNFINISHED
    material: Material = Material.UNKNOWN
    image_url: str = ""
    portal_id: str = ""
    """The number of the building at the portal the file is for."""
    project_id: int = 0
    project: str = ""
    city: str = ""
    region: str = ""
    description: str = ""
    developer: str = ""
    developer_id: str = ""
    phone: str = ""
    site_url: str = ""
    portal_project_id: str = ""
    promotions: tuple[tuple[str, datetime | None], ...] = ()
    """Public ones of the project that are in force, and until when."""


@dataclass(frozen=True)
class Facts:
    """One free flat."""

    house: House
    id: int
    number: str
    section: int
    floor: int
    rooms: int
    """0 is a studio."""
    area: Decimal
    living: Decimal | None
    kitchen: Decimal | None
    finish: Finish
    price: Decimal | None
    """With the public promotions of the moment; None: shown as «по запросу»."""


def facts(session: Session, portal: str, *, now: datetime) -> Iterator[Facts]:
    """Every free flat that is public, houses in their order; read in portions, whatever the size."""
    promotions = _promotions(session, now=now)
    houses = {house.id: house for house in _houses(session, portal, promotions)}
    rows = rows_on_sale(now, price=asked_today(now=now, public=True) if promotions else Unit.price)
    flats = rows.where(col(Unit.kind) == UnitKind.FLAT).execution_options(yield_per=AT_ONCE)
    for row in session.execute(flats):
        id_, building_id, _kind, number, section, floor, rooms, area, living, kitchen, finish = row[:11]
        price, show_price, _show_booked, availability, claim, _until = row[11:]
        if status(availability, claim) is not UnitStatus.FREE or price is None:
            continue
        yield Facts(
            house=houses[building_id], id=id_, number=number, section=section, floor=floor, rooms=rooms,
            area=area, living=living, kitchen=kitchen, finish=finish, price=price if show_price else None,
        )  # fmt: skip


Promotions = Mapping[int, Sequence[tuple[str, datetime | None]]]
"""By project: what outsiders may know of those in force."""


def _promotions(session: Session, *, now: datetime) -> Promotions:
    rows = (
        pick(Promotion.project_id, Promotion.name, Promotion.ends_at)
        .join(Publication, col(Publication.id) == Promotion.project_id)
        .where(col(Publication.published), col(Promotion.public), in_force(now))
        .order_by(col(Promotion.id))
    )
    found: dict[int, list[tuple[str, datetime | None]]] = {}
    for project_id, name, ends_at in session.execute(rows):
        found.setdefault(project_id, []).append((name, ends_at))
    return found


def _houses(session: Session, portal: str, promotions: Promotions) -> Iterator[House]:
    found = (
        select(Building, Project, Listing, Publication)
        .join(Project, col(Project.id) == Building.project_id)
        .join(Listing, col(Listing.id) == Building.id)
        .join(Publication, col(Publication.id) == Project.id)
        .where(col(Publication.published))
    )
    for building, project, listing, publication in session.exec(found):
        house = House(
            id=building.id, name=building.name, address=listing.address, latitude=listing.latitude,
            longitude=listing.longitude, floors_total=listing.floors_total, built_year=listing.built_year,
            ready_quarter=listing.ready_quarter, state=listing.state, material=listing.material,
            image_url=listing.image_url, project_id=project.id, project=project.name, city=project.city,
            region=publication.region, description=publication.description,
            developer=publication.developer, developer_id=publication.domclick_developer_id,
            phone=publication.phone, site_url=publication.site_url,
            promotions=tuple(promotions.get(project.id, ())),
        )  # fmt: skip
        known = f"{portal}_id"
        yield replace(house, portal_id=getattr(listing, known), portal_project_id=getattr(publication, known))
