"""Fixing a client to the agency that brought him: who is first is decided by the phone."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access import User, throttling
from domain.agencies.directory import agency_of
from domain.agencies.models import Agency, Fixation
from domain.events import names
from domain.kernel import phones
from domain.kernel.db import pick
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.text import _
from domain.parties.models import Person

LONGEST_NAME = 200
CHECKS_AN_HOUR = 30
"""Phones one agent may ask about: enough for a day at work, too few to read the client base by asking."""


class Standing(enum.StrEnum):
    OURS = "ours"
    """A client of the company or of another agency: which of them is not told."""
    YOURS = "yours"
    FREE = "free"


@dataclass(frozen=True)
class Checked:
    phone: str
    standing: Standing
    until: datetime
    """Till when he is fixed; of a free one, till when he would be."""


def check(session: Session, *, phone: str, by: User, now: datetime) -> Checked:
    """Whether a client with this phone may be fixed. Says no more than that, and is written down.

    Raises Invalid at the field; Refused after too many questions in an hour.
    """
    agency = agency_of(session, by)
    return _ask(session, agency, _number(phone), by=by, now=now)


def fix(session: Session, *, name: str, phone: str, by: User, now: datetime) -> Fixation | Checked:
    """Fix the client to the agent's agency; one who is not free is told of instead, as `check` tells.

    That is an answer and no refusal: the question counts, or the base could be read by trying to fix.
    Of two agencies at one moment the index lets one in.
    """
    agency = agency_of(session, by)
    bare = " ".join(name.split())
    wrong = {} if bare else {"name": _("How should the client be called?")}
    if len(bare) > LONGEST_NAME:
        wrong["name"] = _("The name is longer than %(most)s characters", most=LONGEST_NAME)
    try:
        number = _number(phone)
    except Invalid as no:
        raise Invalid(wrong | no.fields) from None
    if wrong:
        raise Invalid(wrong)
    _end_what_is_over(session, number, now=now)
    found = _ask(session, agency, number, by=by, now=now)
    if found.standing is not Standing.FREE:
        return found
    fixation = Fixation(
        agency_id=agency.id, agent_id=by.id, name=bare, phone=number, fixed_at=now, until=found.until
    )
    try:
        with session.begin_nested():
            session.add(fixation)
    except IntegrityError:
        return _standing(session, agency, number, now=now)
    events.record(session, names.FIXATION_MADE, fixation, by=by, agency=agency.id, until=fixation.until)
    return fixation


def release(session: Session, fixation: Fixation, *, by: User, now: datetime) -> None:
    """The agency gives the client up."""
    session.refresh(fixation, with_for_update=True)
    if not holds(fixation, now=now):
        raise Refused(_("This client is no longer fixed to you"))
    fixation.ended_at = now
    events.record(session, names.FIXATION_ENDED, fixation, by=by, agency=fixation.agency_id)


def holds(fixation: Fixation, *, now: datetime) -> bool:
    return fixation.ended_at is None and fixation.until > now


def get_fixation(session: Session, user: User, fixation_id: int) -> Fixation:
    """An agent's own client, or Missing."""
    own = select(Fixation).where(Fixation.id == fixation_id, Fixation.agent_id == user.id)
    found = session.exec(own).first() if 0 < fixation_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such client, or they are not yours"))
    return found


def clients(session: Session, user: User, *, now: datetime) -> list[Fixation]:
    """The agent's own clients: those fixed now first, then those that were."""
    own = select(Fixation).where(Fixation.agent_id == user.id)
    fixed = sa.and_(col(Fixation.ended_at).is_(None), col(Fixation.until) > now)
    return list(session.exec(own.order_by(fixed.desc(), col(Fixation.id).desc()).limit(200)))


def _number(phone: str) -> str:
    number = phones.normalise(phone)
    if number is None:
        raise Invalid({"phone": _("Write the client's phone: by it we see whether they are new")})
    return number


def _ask(session: Session, agency: Agency, number: str, *, by: User, now: datetime) -> Checked:
    [(_key, asked, _since)] = throttling.tally(
        session, [f"agent:{by.id}"], window=timedelta(hours=1), now=now
    )
    if asked > CHECKS_AN_HOUR:
        raise Refused(
            _("%(count)s phones an hour may be checked. Go on a little later.", count=CHECKS_AN_HOUR)
        )
    events.record(session, names.FIXATION_CHECKED, agency, by=by, at=now)
    return _standing(session, agency, number, now=now)


def _standing(session: Session, agency: Agency, number: str, *, now: datetime) -> Checked:
    held = select(Fixation).where(
        Fixation.phone == number, col(Fixation.ended_at).is_(None), col(Fixation.until) > now
    )
    fixation = session.exec(held).first()
    if fixation is not None and fixation.agency_id == agency.id:
        return Checked(number, Standing.YOURS, fixation.until)
    known = session.execute(pick(Person.id).where(col(Person.phone) == number)).first()
    would_be = now + timedelta(days=agency.fixed_for)
    return Checked(number, Standing.OURS if fixation or known else Standing.FREE, would_be)


def _end_what_is_over(session: Session, number: str, *, now: datetime) -> None:
    over = select(Fixation).where(
        Fixation.phone == number, col(Fixation.ended_at).is_(None), col(Fixation.until) <= now
    )
    for fixation in session.exec(over.with_for_update()):
        fixation.ended_at = fixation.until
        events.record(session, names.FIXATION_ENDED, fixation, by=None, agency=fixation.agency_id)
    session.flush()
