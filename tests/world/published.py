"""«Речной квартал» as outsiders see it, when a test wants them to see something."""

from dataclasses import replace
from decimal import Decimal

from sqlmodel import Session, select

from domain.access.models import User
from domain.estate.models import Building, Project, UnitKind
from domain.kernel import clock
from domain.leads import Consent, ConsentText, consents
from domain.publishing import arranging, sites
from domain.publishing.arranging import BuildingFacts, ProjectFacts, Shown
from domain.publishing.models import BuildingState, Listing, Material, Publication

SITE = "https://river.example"
WORDS = "Я даю ООО «Каркас-Девелопмент» согласие на обработку имени и телефона, чтобы мне перезвонили."
POLICY = "https://river.example/policy"
PROJECT = ProjectFacts(
    published=True,
    description="Дом у реки & парк",
    developer="ООО «Каркас-Девелопмент»",
    phone="+78435550101",
    region="Республика Татарстан",
    site_url="https://river.example/flats",
    yandex_id="1001",
    avito_id="2001",
    cian_id="3001",
    domclick_id="4001",
    domclick_developer_id="4444",
)
BUILDING = BuildingFacts(
    address="ул. Речная, 1",
    latitude=Decimal("55.786130"),
    longitude=Decimal("49.125600"),
    floors_total=3,
    built_year=2027,
    ready_quarter=2,
    state=BuildingState.UNFINISHED,
    material=Material.MONOLITH_BRICK,
    image_url="https://river.example/house.jpg",
    yandex_id="1011",
    avito_id="2011",
    cian_id="3011",
    domclick_id="4011",
    kinds={UnitKind.FLAT: Shown(price=True, booked=False)},
)


def head(session: Session) -> User:
    return session.exec(select(User).where(User.login == "boris")).one()


def publish(session: Session, *, price: bool = True, booked: bool = False, published: bool = True) -> Project:
    """The project with its building and flats; again changes what is shown."""
    boris = head(session)
    building = session.exec(select(Building)).one()
    seen = session.get(Publication, building.project_id)
    facts = replace(PROJECT, published=published)
    arranging.edit_publication(
        session, building.project, version=seen.version if seen else 0, facts=facts, by=boris
    )
    listing = session.get(Listing, building.id)
    wanted = replace(BUILDING, kinds={UnitKind.FLAT: Shown(price=price, booked=booked)})
    arranging.edit_listing(
        session, building, version=listing.version if listing else 0, facts=wanted, by=boris
    )
    return building.project


def open_to(session: Session, origin: str = SITE) -> None:
    """Pages of this site may show the flats and send requests."""
    sites.allow(session, origin=origin, by=head(session), now=clock.now())


def wording(session: Session) -> ConsentText:
    return consents.word(session, text=WORDS, policy_url=POLICY, by=head(session), now=clock.now())


def consent(session: Session) -> Consent:
    return Consent(wording(session).id, clock.now())
