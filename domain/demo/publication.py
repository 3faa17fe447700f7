"""The public side of the demo: both projects published, the feeds open, and people who have asked."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from domain import leads
from domain.access import User
from domain.demo.stock import PINE
from domain.estate import Availability, Building, Floor, Project, Section, Unit, UnitKind
from domain.leads import Consent, consents
from domain.publishing import arranging, sites
from domain.publishing.arranging import BuildingFacts, ProjectFacts, Shown
from domain.publishing.feeds import fetching
from domain.publishing.feeds.fetching import Fetch
from domain.publishing.models import BuildingState, FeedFormat, Material

SITE = "https://sosnovy-bereg.example"
CONSENT = (
    "Я даю ООО «Каркас-Девелопмент» согласие на обработку моих имени и телефона, чтобы мне перезвонили по "
    "моему вопросу. Согласие действует год; отозвать его можно письмом на адрес отдела продаж."
)
LAST = 5
ASKED = (
    ("Зайцева Ирина", "+79215557001", "Есть ли рассрочка до ввода дома?", 3),
    ("Павел", "+79215557002", "", 26),
    ("Соколова Дарья Игоревна", "+79215557003", "Можно посмотреть в субботу?", 55),
)


def open_up(session: Session, people: dict[str, User], *, now: datetime) -> None:
    boris = people["boris"]
    for number, project in enumerate(session.exec(select(Project).order_by(col(Project.id))).all(), start=1):
        arranging.edit_publication(session, project, version=0, facts=_of(project, number), by=boris)
    for number, building in enumerate(
        session.exec(select(Building).order_by(col(Building.id))).all(), start=1
    ):
        arranging.edit_listing(session, building, version=0, facts=_where(building, number), by=boris)
    sites.allow(session, origin=SITE, by=boris, now=now)
    fetching.switch(session, FeedFormat.YANDEX, enabled=True, secret=False, by=boris, now=now)
    robot = Fetch(FeedFormat.YANDEX, now - timedelta(hours=1), "YandexRealty/1.0", 200, 480_000, 610)
    fetching.note(session, [robot, replace(robot, at=now, status=304, size=0, milliseconds=8)])
    wording = consents.word(session, text=CONSENT, policy_url=f"{SITE}/policy", by=boris, now=now)
    for ago, (name, phone, text, hours) in enumerate(ASKED):
        at = now - timedelta(hours=hours)
        unit_id = _some_flat(session, ago)
        leads.receive(
            session, name=name, phone=phone, text=text, source="widget", unit_id=unit_id,
            page=f"{SITE}/flats", utm={"utm_source": "yandex"}, consent=Consent(wording.id, at), now=at,
        )  # fmt: skip


def _of(project: Project, number: int) -> ProjectFacts:
    return ProjectFacts(
        published=True,
        description=f"{project.name}: дома у воды, дворы без машин, школа и сад в квартале.",
        developer="ООО «Каркас-Девелопмент»",
        phone="+78125550100",
        site_url=f"{SITE}/flats",
        yandex_id=f"10{number}",
        avito_id=f"20{number}",
        cian_id=f"30{number}",
        domclick_id=f"40{number}",
        domclick_developer_id="77",
    )


def _where(building: Building, number: int) -> BuildingFacts:
    """The last building still lacks what portals ask for: the doctor has something to say."""
    pine = building.project.name == PINE
    kinds = {UnitKind.FLAT: Shown(price=True, booked=pine)}
    if pine:
        kinds |= {UnitKind.PARKING: Shown(), UnitKind.STORAGE: Shown(price=False)}
    return BuildingFacts(
        address=f"{'Приморское шоссе' if pine else 'ул. Речная'}, {number}",
        latitude=Decimal("60.012345"),
        longitude=Decimal("29.912345"),
        floors_total=16 if pine else 8,
        built_year=2027,
        ready_quarter=2 if number < LAST else None,
        state=BuildingState.UNFINISHED,
        material=Material.MONOLITH_BRICK,
        image_url=f"{SITE}/images/{number}.jpg",
        yandex_id=f"10{number}1",
        avito_id=f"20{number}1",
        cian_id=f"30{number}1",
        domclick_id=f"40{number}1",
        kinds=kinds,
    )


def _some_flat(session: Session, place: int) -> int:
    """Free flats of the first project, some way apart."""
    flats = (
        select(Unit.id)
        .join(Floor, col(Floor.id) == Unit.floor_id)
        .join(Section, col(Section.id) == Floor.section_id)
        .join(Building, col(Building.id) == Section.building_id)
        .join(Project, col(Project.id) == Building.project_id)
        .where(Unit.kind == UnitKind.FLAT, Unit.availability == Availability.ON_SALE, Project.name == PINE)
        .order_by(col(Unit.id))
        .offset(place * 40)
        .limit(1)
    )
    return session.exec(flats).one()
