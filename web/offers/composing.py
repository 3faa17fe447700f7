"""The form an offer is put together in: read, counted, and changed by its own buttons."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from domain import deals, offers
from domain.access import User
from domain.kernel import formats, phones
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.offers import payments, programmes, templates
from domain.offers.composing import USUAL_DAYS, Composed, Written
from domain.offers.content import Content
from domain.offers.payments import Payment, Share
from web.estate.wanted import Wanted
from web.offers.fields import Reading, Several, ids, many, typed, words

MONTHS = 12
NOTHING = Share(Decimal(0), of_total=False)


@dataclass
class Composing(Wanted):
    """Every field of the composer, as typed."""

    units: str = ""
    """Numbers of records with commas between them."""
    offer_id: str = ""
    """Of the offer whose next version it is; empty for a new one."""
    shown: str = ""
    """The version that was looked at."""
    template: Several = ""
    programme: Several = ""
    down: str = "20 %"
    years: str = "20"
    hand_name: str = ""
    hand_extra: str = ""
    line_on: Several = ""
    line_title: Several = ""
    line_share: Several = ""
    conditions: str = ""
    valid_until: str = ""
    seller_phone: str = ""
    deed: str = ""
    """A button of the form itself: see `web.offers.deeds`."""

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Rows of the plan written by hand, as typed; one not filled in at all is none."""
        columns = [many(column) for column in (self.line_on, self.line_title, self.line_share)]
        longest = max(map(len, columns))
        rows = zip(*(column + [""] * (longest - len(column)) for column in columns), strict=True)
        return [(on, title, share) for on, title, share in rows]

    @lines.setter
    def lines(self, rows: list[tuple[str, str, str]]) -> None:
        self.line_on = [on for on, _title, _share in rows]
        self.line_title = [title for _on, title, _share in rows]
        self.line_share = [share for _on, _title, share in rows]


def blank(units: str, deal: str, *, seller: User, session: Session, now: datetime) -> Composing:
    """A new offer begins with full payment, valid for a week."""
    at_once = next((found for found in templates.listed(session) if found.payments == 0), None)
    return Composing(
        units=units,
        deal_id=deal,
        template=[str(at_once.id)] if at_once else "",
        valid_until=(formats.here(now) + timedelta(days=USUAL_DAYS)).date().isoformat(),
        seller_phone=formats.phone(seller.phone) if seller.phone else "",
    )


def after(offer: offers.Offer, version: int, content: Content, *, now: datetime) -> Composing:
    """The next version begins as the one before it, at today's prices."""
    given = Composing(
        units=",".join(str(unit.unit_id) for unit in content.units),
        deal_id=str(offer.deal_id),
        offer_id=str(offer.id),
        shown=str(version),
        template=[str(plan.template_id) for plan in content.plans if plan.template_id],
        programme=[str(mortgage.programme_id) for mortgage in content.mortgages],
        conditions=content.conditions,
        valid_until=max(content.valid_until, _in_a_week(now)).isoformat(),
        seller_phone=formats.phone(content.seller.phone) if content.seller.phone else "",
    )
    if content.mortgages:
        given.down = typed(content.mortgages[0].down)
        given.years = str(content.mortgages[0].credit.months // MONTHS)
    for plan in content.plans:
        if plan.template_id is None:
            given.hand_name, given.lines = plan.name, rows_of_plan(plan.payments)
            given.hand_extra = typed(plan.extra_percent) if plan.extra_percent else ""
    return given


def counted(
    session: Session, given: Composing, deal: deals.Deal | None, *, seller: str, now: datetime
) -> Composed:
    """What the form comes to; whatever can't be read is among what is wrong."""
    reading = Reading()
    wanted = _read(session, given, reading, now=now)
    made = offers.compose(session, deal, wanted, seller=seller, now=now)
    made.wrong |= reading.wrong
    return made


def _read(session: Session, given: Composing, reading: Reading, *, now: datetime) -> offers.Wanted:
    months = (reading.number(given.years, "years") or 0) * MONTHS
    return offers.Wanted(
        unit_ids=ids(given.units.split(",")),
        valid_until=reading.date(given.valid_until, "valid_until") or date.min,
        templates=[found for found in templates.listed(session) if found.id in ids(given.template)],
        by_hand=_written(given, reading),
        hand_name=words(given.hand_name, payments.LONGEST_TITLE),
        hand_extra=_extra(given, reading),
        programmes=[found for found in programmes.listed(session) if found.id in ids(given.programme)],
        down=reading.share(given.down, "down") or NOTHING,
        months=months,
        conditions=words(given.conditions),
        phone=_phone(given, reading),
    )


def _extra(given: Composing, reading: Reading) -> Decimal:
    extra = reading.percent(given.hand_extra, "hand_extra") or Decimal(0)
    if not 0 <= extra <= 100:
        reading.wrong["hand_extra"] = _("From 0 to %(most)s", most=100)
        return Decimal(0)
    return extra


def _phone(given: Composing, reading: Reading) -> str | None:
    try:
        return phones.normalise(given.seller_phone, field="seller_phone")
    except Invalid as no:
        reading.wrong |= no.fields
        return None


def _written(given: Composing, reading: Reading) -> list[Written]:
    """Rows that are filled in; a row with a day and no amount, or the other way round, is told of."""
    lines = []
    for number, (on, title, text) in enumerate(given.lines, start=1):
        if not (on.strip() or title.strip() or text.strip()):
            continue
        day, share = reading.date(on, "by_hand"), reading.share(text, "by_hand")
        if day is None or share is None:
            told = _("Payment %(number)s needs a day and an amount", number=number)
            reading.wrong.setdefault("by_hand", told)
            continue
        lines.append(Written(day, words(title), share))
    return lines


def _in_a_week(now: datetime) -> date:
    return (formats.here(now) + timedelta(days=USUAL_DAYS)).date()


def rows_of_plan(rows: "list[Payment] | tuple[Payment, ...]") -> list[tuple[str, str, str]]:
    return [(row.on.isoformat(), row.title, typed(row.amount)) for row in rows]
