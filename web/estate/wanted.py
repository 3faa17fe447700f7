"""What the forms that book have in common: for which deal, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from domain import deals, parties
from domain.access import User
from domain.estate import Unit
from domain.kernel.errors import Invalid
from domain.kernel.text import _


@dataclass
class Wanted:
    """An open deal by its number, or a new one by the client's name and phone."""

    deal_id: str = ""
    days: str = "3"
    kind: str = "verbal"
    new: str = ""
    client: str = ""
    phone: str = ""
    reason: str = ""
    """Why somebody who waits for the unit is passed over: the head's word."""


@dataclass
class Term:
    days: str = "1"


def words(text: str) -> str:
    """Without the one character a database can't keep."""
    return text.replace("\0", "").strip()


def days_of(text: str) -> int:
    """What is not a number of days is refused by the verb in its own words."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def deal_for(session: Session, data: Wanted, units: Sequence[Unit], *, by: User, now: datetime) -> deals.Deal:
    """The chosen deal, or a new one named after the first of the units."""
    if data.new:
        client = parties.find_or_add_person(session, name=data.client, phone=data.phone, by=by, now=now)
        funnel = deals.list_funnels(session)[0]
        return deals.open_deal(session, funnel=funnel, title=_title(units), client=client, by=by, now=now)
    if not (data.deal_id.isascii() and data.deal_id.isdigit() and len(data.deal_id) < 19):
        raise Invalid({"deal_id": _("Choose the deal the unit is booked for")})
    return deals.get_visible(session, by, int(data.deal_id))


def _title(units: Sequence[Unit]) -> str:
    first, *others = units
    building = first.floor.section.building.name
    if others:
        return _(
            "Flat %(number)s and %(count)s more, %(building)s",
            number=first.number,
            count=len(others),
            building=building,
        )
    return _("Flat %(number)s, %(building)s", number=first.number, building=building)
