"""Putting an offer together: what each part comes to now, and in words whatever does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from domain.deals import Deal
from domain.estate import Floor, Section, Unit, UnitStatus, claims
from domain.estate.chessboard import status
from domain.kernel import formats
from domain.kernel.errors import Invalid, Refused
from domain.kernel.money import rounded
from domain.kernel.text import _
from domain.offers import mortgages, payments, programmes
from domain.offers.content import Content, Mortgage, Offered, Plan, Seller
from domain.offers.models import MortgageProgramme, PaymentTemplate
from domain.offers.payments import Payment, Share
from domain.offers.pricing import price_of
from domain.offers.programmes import Answer

MOST_UNITS = 10
MOST_CONDITIONS = 4_000
LONGEST_DAYS = 365
USUAL_DAYS = 7
USUAL_DOWN = Decimal(20)
"""Per cent."""


@dataclass(frozen=True)
class Written:
    """A payment as somebody wrote it."""

    on: date
    title: str
    share: Share


@dataclass(frozen=True)
class Wanted:
    unit_ids: Sequence[int]
    valid_until: date
    templates: Sequence[PaymentTemplate] = ()
    by_hand: Sequence[Written] = ()
    hand_name: str = ""
    hand_extra: Decimal = Decimal(0)
    programmes: Sequence[MortgageProgramme] = ()
    down: Share = field(default_factory=lambda: Share(USUAL_DOWN, of_total=True))
    months: int = 240
    conditions: str = ""
    phone: str | None = None


@dataclass
class Composed:
    """What it comes to; an offer may be made of it only while nothing is wrong."""

    units: tuple[Offered, ...]
    plans: list[Plan] = field(default_factory=list)
    hand: Plan | None = None
    """The plan written by hand, also while it does not sum."""
    answers: list[Answer] = field(default_factory=list)
    down: Decimal = Decimal(0)
    conditions: str = ""
    seller: Seller = field(default_factory=lambda: Seller("", None))
    valid_until: date = date.min
    wrong: dict[str, str] = field(default_factory=dict)
    """Sentences by field; a template's under `template-<id>`."""

    @property
    def total(self) -> Decimal:
        return sum((unit.price for unit in self.units), Decimal(0))

    @property
    def content(self) -> Content:
        """Raises Invalid with everything that is wrong."""
        if self.wrong:
            raise Invalid(self.wrong)
        borrowed = tuple(
            Mortgage(
                answer.programme.id, answer.programme.bank, answer.programme.name,
                answer.programme.kind.value, answer.programme.rates_of, self.down, answer.credit,
            )
            for answer in self.answers if answer.credit
        )  # fmt: skip
        plans = (*self.plans, *([self.hand] if self.hand else []))
        return Content(self.units, plans, borrowed, self.conditions, self.seller, self.valid_until)


def compose(session: Session, deal: Deal | None, wanted: Wanted, *, seller: str, now: datetime) -> Composed:
    """Asks for today's prices; `deal` is None while it is not chosen yet. Never raises: see `wrong`."""
    made = Composed((), conditions=wanted.conditions, valid_until=wanted.valid_until)
    made.seller = Seller(seller, wanted.phone)
    today = formats.here(now).date()
    made.units = tuple(_offered(session, wanted, deal.id if deal else 0, made.wrong, now=now))
    if made.units:
        _pay(made, wanted, today)
        _borrow(made, wanted, today)
    if not today <= wanted.valid_until <= date.fromordinal(today.toordinal() + LONGEST_DAYS):
        made.wrong["valid_until"] = _("From today to a year ahead")
    if len(wanted.conditions) > MOST_CONDITIONS:
        made.wrong["conditions"] = _("At most %(most)s characters", most=MOST_CONDITIONS)
    return made


def _offered(
    session: Session, wanted: Wanted, deal_id: int, wrong: dict[str, str], *, now: datetime
) -> Sequence[Offered]:
    chosen = sorted(set(wanted.unit_ids))
    if not 0 < len(chosen) <= MOST_UNITS:
        wrong["units"] = _("Choose from 1 to %(most)s units", most=MOST_UNITS)
        return []
    units = {unit.id: unit for unit in session.exec(with_places().where(col(Unit.id).in_(chosen)))}
    found, refused = [], []
    for unit_id in chosen:
        try:
            found.append(_as_offered(session, units.get(unit_id), deal_id, now=now))
        except Refused as no:
            refused.append(no.sentence)
    if refused:
        wrong["units"] = ". ".join(refused)
    return found


def with_places() -> Any:
    """Units with their floor, section, building and project in one statement."""
    floor: Any = Unit.floor
    section: Any = Floor.section
    building: Any = Section.building
    project: Any = building.property.mapper.class_.project
    joined = select(Unit).join(floor).join(section).join(building).join(project)
    whole = contains_eager(floor).contains_eager(section).contains_eager(building).contains_eager(project)
    return joined.options(whole)


def _as_offered(session: Session, unit: Unit | None, deal_id: int, *, now: datetime) -> Offered:
    if unit is None:
        raise Refused(_("There is no such unit"))
    held = claims.active(session, unit, now=now)
    mine = held is not None and held.deal_id == deal_id
    now_is = status(unit.availability, held.state if held else None)
    reasons = {
        UnitStatus.SOLD: _("Unit %(number)s is sold", number=unit.number),
        UnitStatus.CONTRACT: _("Unit %(number)s is under contract", number=unit.number),
        UnitStatus.OFF: _("Unit %(number)s is not for sale", number=unit.number),
        UnitStatus.BOOKED: _("Unit %(number)s is booked for another deal", number=unit.number),
    }
    if now_is in reasons and not mine:
        raise Refused(reasons[now_is])
    price = price_of(session, unit, deal_id=deal_id, now=now)
    building = unit.floor.section.building
    return Offered(
        unit.id, unit.kind.value, unit.number, unit.rooms, unit.area_total, unit.area_living,
        unit.area_kitchen, unit.finish.value, unit.floor.number, unit.floor.section.number, building.name,
        building.project.name, building.project.city, price.amount, price.parts,
    )  # fmt: skip


def _pay(made: Composed, wanted: Wanted, today: date) -> None:
    for template in wanted.templates:
        try:
            divided = payments.by_terms(made.total, template.terms, start=today)
        except Invalid as no:
            made.wrong[f"template-{template.id}"] = no.fields["payments"]
            continue
        total = payments.charged(made.total, template.extra_percent)
        made.plans.append(Plan(template.name, template.extra_percent, total, tuple(divided), template.id))
    if wanted.by_hand:
        _pay_by_hand(made, wanted)


def _pay_by_hand(made: Composed, wanted: Wanted) -> None:
    total = payments.charged(made.total, wanted.hand_extra)
    found = payments.amounts([line.share for line in wanted.by_hand], total)
    lines = [Payment(line.on, line.title, amount) for line, amount in zip(wanted.by_hand, found, strict=True)]
    name = wanted.hand_name or _("Instalments by agreement")
    made.hand = Plan(name, wanted.hand_extra, total, tuple(lines))
    try:
        payments.checked(lines, total)
    except Invalid as no:
        made.wrong["by_hand"] = no.fields["payments"]


def _borrow(made: Composed, wanted: Wanted, today: date) -> None:
    share = wanted.down
    made.down = rounded(made.total * share.value / 100) if share.of_total else share.value
    if not wanted.programmes:
        return
    try:
        mortgages.checked(price=made.total, down=made.down, months=wanted.months)
    except Invalid as no:
        made.wrong |= no.fields
        return
    for programme in wanted.programmes:
        answer = programmes.ask(programme, price=made.total, down=made.down, months=wanted.months, on=today)
        made.answers.append(answer)
        if answer.refusals:
            made.wrong[f"programme-{programme.id}"] = ". ".join(answer.refusals)
