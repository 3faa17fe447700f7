"""What a person does with a request: takes it, makes a deal of it, or says that it is none."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import deals, events, parties
from domain.access.models import User
from domain.access.policy import Permission, may, rows_of
from domain.deals.models import Deal
from domain.estate.models import Unit
from domain.events import names
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from domain.leads.models import Lead, LeadState
from domain.leads.receiving import TOPIC
from domain.parties.models import Person

LONGEST_REASON = 200


@dataclass(frozen=True)
class Outcome:
    """A deal, or whom the request was handed to: a client has one manager."""

    deal: Deal | None = None
    handed_to: User | None = None


def take(session: Session, lead: Lead, *, by: User, now: datetime) -> None:
    """Of those who press at the same moment one wins; the others read who."""
    free = sa.or_(col(Lead.responsible_id).is_(None), col(Lead.responsible_id) == by.id)
    mine = sa.update(Lead).where(col(Lead.id) == lead.id, col(Lead.state) == LeadState.NEW, free)
    won = session.execute(
        mine.values(state=LeadState.TAKEN, responsible_id=by.id).returning(col(Lead.id))
    ).first()
    session.refresh(lead)
    if won is None:
        raise Refused(_already(lead))
    events.record(session, names.LEAD_TAKEN, lead, by=by, topics=[TOPIC], at=now)


def make_deal(session: Session, lead: Lead, *, by: User, now: datetime) -> Outcome:
    """Open a deal with the client known by the phone, or a new one.

    A client of a colleague's goes to the colleague with the request; nothing is opened then.
    """
    _lock_open(session, lead, by=by)
    known = _client(session, lead.phone)
    if known is not None and not _is_below(session, known, by=by):
        return _hand(session, lead, known.responsible, by=by, now=now)
    client = known or parties.add_person(session, name=lead.name, phone=lead.phone, by=by, now=now)
    funnel = deals.list_funnels(session)[0]
    deal = deals.open_deal(
        session, funnel=funnel, title=_title(lead), client=client, by=by, now=now, source=lead.source,
        responsible=client.responsible if known else None,
    )  # fmt: skip
    lead.state, lead.deal_id, lead.responsible_id = LeadState.DEAL, deal.id, deal.responsible_id
    events.record(session, names.LEAD_BECAME_DEAL, lead, by=by, topics=[TOPIC], at=now, opened=deal.id)
    session.flush()
    return Outcome(deal=deal)


def junk(session: Session, lead: Lead, *, reason: str, by: User, now: datetime) -> None:
    """It is no request. Raises Invalid without a reason."""
    bare = " ".join(reason.split())
    if not bare or len(bare) > LONGEST_REASON:
        raise Invalid({"reason": _("Say in a few words why it is not a request")})
    _lock_open(session, lead, by=by)
    lead.state, lead.junk_reason = LeadState.JUNK, bare
    lead.responsible_id = lead.responsible_id or by.id
    events.record(session, names.LEAD_JUNKED, lead, by=by, topics=[TOPIC], at=now)


def _lock_open(session: Session, lead: Lead, *, by: User) -> None:
    """The request as it is now, when this person may still do something with it."""
    session.refresh(lead, with_for_update=LOCK)
    if lead.state in (LeadState.DEAL, LeadState.JUNK):
        raise Refused(_already(lead))
    own = pick(col(Lead.id)).where(col(Lead.id) == lead.id, rows_of(by, col(Lead.responsible_id)))
    if lead.responsible_id is not None and session.execute(own).first() is None:
        raise Refused(_already(lead))


def _already(lead: Lead) -> str:
    who = lead.responsible.name if lead.responsible else ""
    sentences = {
        LeadState.DEAL: _("There is already a deal of this request: %(who)s", who=who),
        LeadState.JUNK: _("This request is already put aside: %(who)s", who=who),
    }
    return sentences.get(lead.state) or _("This request is already with %(who)s", who=who)


def _client(session: Session, phone: str) -> Person | None:
    return session.exec(select(Person).where(Person.phone == phone).order_by(col(Person.id))).first()


def _is_below(session: Session, client: Person, *, by: User) -> bool:
    own = pick(col(Person.id)).where(col(Person.id) == client.id, rows_of(by, col(Person.responsible_id)))
    return session.execute(own).first() is not None


def _hand(session: Session, lead: Lead, owner: User, *, by: User, now: datetime) -> Outcome:
    """To the client's own manager, or to their head when they are not here any more."""
    chief = session.get(User, owner.chief_id) if owner.chief_id else None
    heir = next((one for one in (owner, chief) if one is not None and may(one, Permission.LEADS_SEE)), None)
    if heir is None:
        raise Refused(
            _("The client with this phone is already with %(who)s", who=owner.name),
            (_("They take no requests now: ask the administrator to hand the client over"),),
        )
    lead.state, lead.responsible_id = LeadState.NEW, heir.id
    events.record(session, names.LEAD_HANDED, lead, by=by, topics=[TOPIC], at=now)
    session.flush()
    return Outcome(handed_to=heir)


def _title(lead: Lead) -> str:
    unit: Unit | None = lead.unit
    if unit is None:
        return _("Request from the site: %(name)s", name=lead.name)
    return _("Flat %(number)s, %(building)s", number=unit.number, building=unit.floor.section.building.name)
