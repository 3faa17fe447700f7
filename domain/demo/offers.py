"""Ways to pay, banks' programmes and three offers: not sent yet, looked at, looked at in a new version."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from domain import offers
from domain.access import User
from domain.deals import Deal
from domain.estate import Booking, BookingState
from domain.kernel import formats
from domain.kernel.settings import settings
from domain.offers import links, programmes, templates
from domain.offers.models import ProgrammeKind
from domain.offers.payments import Period, Share

CONDITIONS = (
    "Цена закрепляется на срок брони.\n"
    "Договор участия в долевом строительстве по 214-ФЗ, расчёты через счёт эскроу."
)


def offer(session: Session, people: dict[str, User], *, now: datetime) -> None:
    head, today = people["boris"], formats.here(now).date()
    ways = [templates.add(session, way, by=head) for way in _ways(today)]
    banks = [programmes.add(session, bank, by=head) for bank in _banks(today)]
    booked = (
        select(Deal, Booking.unit_id)
        .join(Booking, col(Booking.deal_id) == Deal.id)
        .where(Booking.state == BookingState.ACTIVE)
        .order_by(col(Deal.id))
        .limit(3)
    )
    for number, (deal, unit_id) in enumerate(session.exec(booked).all()):
        by = deal.responsible
        wanted = offers.Wanted(
            [unit_id], today + timedelta(days=7), templates=ways[: number + 1], programmes=banks,
            conditions=CONDITIONS, down=Share(Decimal(50), of_total=True),
        )  # fmt: skip
        content = offers.compose(session, deal, wanted, seller=by.name, now=now).content
        made = offers.make(session, deal, content, by=by, now=now).offer
        if number:
            link = links.issue(session, made, secret=settings().secret, by=by, now=now)
            links.open_once(session, link, now=now)
        if number > 1:
            offers.revise(session, made, content, shown=1, by=by, now=now)


def _ways(today: date) -> list[templates.Wanted]:
    return [
        templates.Wanted("Полная оплата"),
        templates.Wanted("Рассрочка на год", Decimal(30), payments=12, extra_percent=Decimal(4)),
        templates.Wanted(
            "Рассрочка до сдачи дома", Decimal(20), payments=8, every=Period.QUARTERLY,
            last_on=date(today.year + 1, 12, 20),
        ),
    ]  # fmt: skip


def _banks(today: date) -> list[programmes.Wanted]:
    begun = date(today.year, 1, 1)

    def bank(
        name: str, title: str, kind: ProgrammeKind, rate: str, down: str, most: int
    ) -> programmes.Wanted:
        return programmes.Wanted(
            name, title, Decimal(rate), begun, today - timedelta(days=3), kind, Decimal(down), 360,
            Decimal(500_000), Decimal(most),
        )  # fmt: skip

    return [
        bank("Северный причал", "Семейная ипотека", ProgrammeKind.FAMILY, "6", "20", 12_000_000),
        bank("Городской кредит", "ИТ-ипотека", ProgrammeKind.IT, "6.5", "20", 9_000_000),
        bank("Банк «Отвес»", "Новостройка", ProgrammeKind.STANDARD, "18.9", "20", 60_000_000),
    ]
