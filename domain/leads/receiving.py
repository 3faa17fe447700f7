"""A request comes in: checked, counted once however often it is sent, given to whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import Region, User
from domain.access.policy import Permission, may
from domain.estate.models import Building, Floor, Project, Section, Unit
from domain.events import names
from domain.kernel import phones
from domain.kernel.db import pick
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from domain.leads import consents
from domain.leads.models import Lead, LeadState
from domain.parties.models import Person

LONGEST_NAME, LONGEST_TEXT, LONGEST_PAGE, LONGEST_MARK = 200, 1000, 500, 100
SAME_WITHIN = timedelta(minutes=10)
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
TOPIC = "leads"


@dataclass(frozen=True)
class Consent:
    """What the person agreed to: the version shown, and a hash of where they were."""

    version: int
    at: datetime
    address: bytes | None = field(default=None, repr=False)


def receive(
    session: Session,
    *,
    name: str,
    phone: str,
    source: str,
    consent: Consent | None,
    now: datetime,
    unit_id: int | None = None,
    text: str = "",
    page: str = "",
    utm: Mapping[str, str] | None = None,
) -> Lead:
    """Keep a request; the same phone about the same unit within ten minutes is the same request.

    A client somebody has already goes straight to them, the rest waits for the people of the region the unit
    is in. Raises Invalid at the field, Refused when the consent shown was another one.
    """
    number = _checked(name, phone, consent)
    _demand_current(session, consent)
    assert consent, "checked above"
    known = _same(session, number, unit_id, now=now)
    if known is not None:
        return _again(session, known, text, now=now)
    lead = Lead(
        name=" ".join(name.split()),
        phone=number,
        source=source[:LONGEST_MARK],
        unit_id=unit_id,
        text=text.strip()[:LONGEST_TEXT],
        page=page[:LONGEST_PAGE],
        utm={key: str(value)[:LONGEST_MARK] for key, value in (utm or {}).items() if key in UTM and value},
        consent_text_id=consent.version,
        consent_at=consent.at,
        consent_address=consent.address,
        region_id=_region(session, unit_id),
        responsible_id=_owner(session, number),
        created_at=now,
    )
    session.add(lead)
    events.record(
        session,
        names.LEAD_RECEIVED,
        lead,
        by=None,
        topics=[TOPIC],
        at=now,
        unit=unit_id,
        about=_about(session, unit_id),
    )
    session.flush()
    return lead


def _checked(name: str, phone: str, consent: Consent | None) -> str:
    wrong: dict[str, str] = {}
    number = None
    if not name.strip():
        wrong["name"] = _("How should we call you?")
    elif len(name) > LONGEST_NAME:
        wrong["name"] = _("The name is longer than %(most)s characters", most=LONGEST_NAME)
    try:
        number = phones.normalise(phone)
    except Invalid as no:
        wrong |= no.fields
    if number is None and "phone" not in wrong:
        wrong["phone"] = _("Leave a phone: we will call you back")
    if consent is None:
        wrong["agreed"] = _("Without your consent we may not keep the phone")
    if wrong or number is None:
        raise Invalid(wrong)
    return number


def _demand_current(session: Session, consent: Consent | None) -> None:
    wording = consents.current(session)
    if wording is None:
        raise Refused(_("Requests are not taken now"))
    if consent is None or consent.version != wording.id:
        raise Refused(_("The text of the consent has changed meanwhile. Read it and send once more."))


def _same(session: Session, number: str, unit_id: int | None, *, now: datetime) -> Lead | None:
    """The request this one repeats. Those who send the same at the same moment wait for each other here."""
    about = sa.func.hashtextextended(f"lead {number} {unit_id}", 0)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(about)))
    before = select(Lead).where(
        Lead.phone == number,
        col(Lead.unit_id).is_not_distinct_from(unit_id),
        sa.func.coalesce(Lead.repeated_at, Lead.created_at) > now - SAME_WITHIN,
    )
    return session.exec(before.order_by(col(Lead.id).desc()).limit(1).with_for_update()).first()


def _again(session: Session, lead: Lead, text: str, *, now: datetime) -> Lead:
    """What was written the second time is kept when the first time nothing was."""
    lead.repeats += 1
    lead.repeated_at = now
    lead.text = lead.text or text.strip()[:LONGEST_TEXT]
    events.record(session, names.LEAD_REPEATED, lead, by=None, topics=[TOPIC], at=now)
    session.flush()
    return lead


def _region(session: Session, unit_id: int | None) -> int | None:
    """The region called as the city the unit is built in."""
    place = (
        pick(Region.id)
        .join(Project, col(Project.city) == col(Region.name))
        .join(Building, col(Building.project_id) == Project.id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .join(Unit, col(Unit.floor_id) == Floor.id)
        .where(col(Unit.id) == unit_id)
    )
    return session.execute(place).scalar_one_or_none() if unit_id else None


def _about(session: Session, unit_id: int | None) -> str:
    """Where the unit is, for the bell: nothing of the person."""
    place = (
        pick(Project.name, Building.name, Unit.number)
        .join(Building, col(Building.project_id) == Project.id)
        .join(Section, col(Section.building_id) == Building.id)
        .join(Floor, col(Floor.section_id) == Section.id)
        .join(Unit, col(Unit.floor_id) == Floor.id)
        .where(col(Unit.id) == unit_id)
    )
    found = session.execute(place).first() if unit_id else None
    return f"{found[0]}, {found[1]}, № {found[2]}" if found else ""


def _owner(session: Session, number: str) -> int | None:
    """Whose client has this phone, if they still take requests."""
    owners = (
        select(User)
        .join(Person, col(Person.responsible_id) == User.id)
        .where(Person.phone == number)
        .order_by(col(Person.id))
        .limit(1)
    )
    owner = session.exec(owners).first()
    return owner.id if owner is not None and may(owner, Permission.LEADS_SEE) else None


__all__ = ["Consent", "LeadState", "receive"]
