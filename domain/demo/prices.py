"""Prices of the demo: «Речной квартал» sets them by price lists here, «Сосновый берег» has two promotions."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from domain.access import User
from domain.demo.stock import PINE, RIVER
from domain.estate import Booking, Building, Finish, Project, UnitKind, UnitStatus
from domain.estate.discounts import giving
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.applying import carry_on
from domain.estate.pricing.coefficients import add_coefficient
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import CoefficientKind, Effect, Master, Rule
from domain.estate.pricing.promotions import Wanted, add_promotion

FLAT = frozenset({UnitKind.FLAT})
THOUSAND = Decimal(1000)

COEFFICIENTS = (
    (CoefficientKind.FLOOR, "Первые этажи", "0.97", Criteria(floor_to=2)),
    (CoefficientKind.FLOOR, "Этажи 6–8", "1.03", Criteria(floor_from=6)),
    (
        CoefficientKind.VIEW,
        "Вид на реку",
        "1.05",
        Criteria(sections=frozenset({1}), places=frozenset({1, 2})),
    ),
    (CoefficientKind.FINISH, "Чистовая отделка", "1.08", Criteria(finish=frozenset({Finish.FINE}))),
)


def run(session: Session, people: dict[str, User], *, now: datetime) -> None:
    boris = people["boris"]
    pine, river = (session.exec(select(Project).where(Project.name == name)).one() for name in (PINE, RIVER))
    keep_rules(session, river, master=Master.LISTS, floor_metre=Decimal(120_000), version=0, by=boris)
    for kind, name, factor, criteria in COEFFICIENTS:
        add_coefficient(
            session, river, kind=kind, name=name, criteria=criteria, factor=Decimal(factor), by=boris, now=now
        )
    _price_lists(session, river, boris, now=now)
    _promotions(session, pine, boris, now=now)
    _a_wish(session, people["anna"], now=now)


def _price_lists(session: Session, river: Project, boris: User, *, now: datetime) -> None:
    first = session.exec(
        select(Building).where(Building.project_id == river.id).order_by(col(Building.id))
    ).first()
    assert first, "the demo is built"
    upper = Criteria(buildings=frozenset({first.id}), kinds=FLAT, floor_from=7,
                     status=frozenset({UnitStatus.FREE}))  # fmt: skip
    raised = lists.Wanted(Rule.PERCENT, Decimal(2), THOUSAND, upper, "Верхние этажи")
    document = lists.draft(session, river, raised, by=boris, now=now)
    lists.start(session, document, by=boris, now=now)
    while carry_on(session, document.id, now=now):
        session.flush()
    studios = Criteria(kinds=FLAT, rooms=frozenset({0}))
    later = lists.Wanted(Rule.AMOUNT, Decimal(50_000), THOUSAND, studios, "Студии после Нового года")
    lists.schedule(
        session, lists.draft(session, river, later, by=boris, now=now), at=now + timedelta(days=30), by=boris,
        now=now,
    )  # fmt: skip
    whole = lists.Wanted(Rule.BASE, Decimal(158_000), THOUSAND, Criteria(kinds=FLAT), "Пересмотр базы")
    lists.draft(session, river, whole, by=boris, now=now)


def _promotions(session: Session, pine: Project, boris: User, *, now: datetime) -> None:
    large = Criteria(kinds=FLAT, rooms=frozenset({3}), floor_from=14)
    family = Wanted("Семейная", "−3 %", large, Effect.PERCENT, Decimal(3), now, now + timedelta(days=21))
    add_promotion(session, pine, family, by=boris, now=now)
    cars = Criteria(kinds=frozenset({UnitKind.PARKING}))
    own = Wanted(
        "Машино-место сотруднику", "Своим", cars, Effect.AMOUNT, Decimal(100_000), now + timedelta(days=3),
        None, public=False,
    )  # fmt: skip
    add_promotion(session, pine, own, by=boris, now=now)


def _a_wish(session: Session, anna: User, *, now: datetime) -> None:
    """Above her limit, so that Boris has something to decide."""
    hers = select(Booking).where(
        Booking.booked_by_id == anna.id, col(Booking.closed_at).is_(None), col(Booking.until) > now
    )
    booking = session.exec(hers.order_by(col(Booking.id))).first()
    if booking:
        reason = "Берут две квартиры для родителей"
        giving.ask(
            session, booking, effect=Effect.PERCENT, value=Decimal("2.5"), reason=reason, by=anna, now=now
        )
