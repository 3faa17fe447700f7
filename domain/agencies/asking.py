"""Bookings that agents ask for: they hold nothing until a manager says yes."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import deals, events, parties
from domain.access import User, rows_of
from domain.agencies.fixing import holds
from domain.agencies.models import Agency, AgencyDeal, BookingRequest, Fixation, RequestState
from domain.estate import Booking, Unit
from domain.estate.chessboard import status
from domain.estate.claims import active, lock_all
from domain.estate.models import UnitStatus
from domain.events import names
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Missing, Refused
from domain.kernel.text import _

LONGEST_TEXT = 500
SOURCE = "агентство"


def ask(
    session: Session, fixation: Fixation, unit: Unit, *, text: str, by: User, now: datetime
) -> BookingRequest:
    """Ask the agency's manager to book the unit for the client.

    Raises Refused when the client is no longer fixed, the unit is not free, or the same was asked already.
    """
    if not holds(fixation, now=now):
        raise Refused(_("This client is no longer fixed to you"))
    if len(text) > LONGEST_TEXT:
        raise Invalid({"text": _("The text is longer than %(most)s characters", most=LONGEST_TEXT)})
    if not free(session, unit, now=now):
        raise Refused(_("Unit %(number)s is taken already", number=unit.number))
    request = BookingRequest(fixation_id=fixation.id, unit_id=unit.id, text=text.strip(), asked_at=now)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        raise Refused(_("You have asked for this unit already; the manager has not answered yet")) from None
    _tell(session, names.REQUEST_MADE, request, by=by)
    return request


def withdraw(session: Session, request: BookingRequest, *, by: User, now: datetime) -> None:
    """The agent takes the request back before it is decided."""
    _lock_waiting(session, request)
    _decide(request, RequestState.WITHDRAWN, by=by, now=now)
    _tell(session, names.REQUEST_WITHDRAWN, request, by=by)


def decline(session: Session, request: BookingRequest, *, answer: str, by: User, now: datetime) -> None:
    """The agent is told why."""
    if not answer.strip():
        raise Invalid({"answer": _("Say why: the agent reads it")})
    if len(answer) > LONGEST_TEXT:
        raise Invalid({"answer": _("The text is longer than %(most)s characters", most=LONGEST_TEXT)})
    _lock_waiting(session, request)
    _decide(request, RequestState.DECLINED, by=by, now=now)
    request.answer = answer.strip()
    _tell(session, names.REQUEST_DECLINED, request, by=by)


def confirm(session: Session, request: BookingRequest, *, days: int, by: User, now: datetime) -> Booking:
    """Book the unit for a deal of the client; the first confirmation opens the deal, later ones join it.

    Raises what `deals.book` raises, and Refused when the client is not the agency's any more: given up,
    fixed for too long, or a colleague's by now.
    """
    agency = session.get_one(Agency, request.fixation.agency_id)
    _lock_waiting(session, request)
    session.refresh(request.fixation, with_for_update=LOCK)
    if not holds(request.fixation, now=now):
        raise Refused(_("The client is no longer fixed to «%(agency)s»", agency=agency.name))
    [unit] = lock_all(session, [request.unit_id])
    deal = _deal_of(session, request.fixation, agency, unit, by=by, now=now)
    booking = deals.book(session, deal, unit, days=days, by=by, now=now)
    request.deal_id = deal.id
    _decide(request, RequestState.CONFIRMED, by=by, now=now)
    _tell(session, names.REQUEST_CONFIRMED, request, by=by, deal=deal.id)
    return booking


def free(session: Session, unit: Unit, *, now: datetime) -> bool:
    """Whether an agent may ask for it: on sale, priced, held by nobody."""
    claim = active(session, unit, now=now)
    now_is = status(unit.availability, claim.state if claim else None)
    return unit.price is not None and now_is is UnitStatus.FREE


def get_request(session: Session, user: User, request_id: int) -> BookingRequest:
    """A request to an agency one answers for, or Missing."""
    found = (
        select(BookingRequest)
        .join(Fixation, col(Fixation.id) == BookingRequest.fixation_id)
        .join(Agency, col(Agency.id) == Fixation.agency_id)
        .where(BookingRequest.id == request_id, rows_of(user, col(Agency.manager_id)))
    )
    return _found(session.exec(found).first() if 0 < request_id < 2**63 else None)


def get_own_request(session: Session, user: User, request_id: int) -> BookingRequest:
    """A request the agent made, or Missing."""
    found = select(BookingRequest).join(Fixation).where(
        BookingRequest.id == request_id, Fixation.agent_id == user.id
    )  # fmt: skip
    return _found(session.exec(found).first() if 0 < request_id < 2**63 else None)


def _found(request: BookingRequest | None) -> BookingRequest:
    if request is None:
        raise Missing(_("There is no such request, or it is not yours"))
    return request


def _lock_waiting(session: Session, request: BookingRequest) -> None:
    """Only the first of two decisions counts."""
    session.refresh(request, with_for_update=True)
    if request.state is not RequestState.WAITING:
        raise Refused(_("This request is decided already"))


def _decide(request: BookingRequest, state: RequestState, *, by: User, now: datetime) -> None:
    request.state, request.decided_at, request.decided_by_id = state, now, by.id


def _deal_of(
    session: Session, fixation: Fixation, agency: Agency, unit: Unit, *, by: User, now: datetime
) -> deals.Deal:
    """The deal this client came to us with, or a new one under the manager who answers for the agency."""
    opened = (
        select(deals.Deal)
        .join(BookingRequest, col(BookingRequest.deal_id) == deals.Deal.id)
        .join(deals.Stage, col(deals.Stage.id) == deals.Deal.stage_id)
        .where(
            BookingRequest.fixation_id == fixation.id,
            deals.Stage.kind == deals.StageKind.OPEN,
            rows_of(by, col(deals.Deal.responsible_id)),
        )
        .order_by(col(deals.Deal.id).desc())
    )
    if found := session.exec(opened).first():
        return found
    client = parties.find_or_add_person(
        session, name=fixation.name, phone=fixation.phone, by=by, now=now, responsible=agency.manager
    )
    funnels = deals.list_funnels(session)
    deal = deals.open_deal(
        session,
        funnel=next((funnel for funnel in funnels if funnel.id == agency.funnel_id), funnels[0]),
        title=_(
            "Flat %(number)s, %(building)s", number=unit.number, building=unit.floor.section.building.name
        ),
        client=client,
        source=SOURCE,
        responsible=agency.manager,
        by=by,
        now=now,
    )
    session.add(AgencyDeal(deal_id=deal.id, agency_id=agency.id, agent_id=fixation.agent_id))
    return deal


def _tell(session: Session, name: str, request: BookingRequest, *, by: User, deal: int | None = None) -> None:
    fixation = request.fixation
    events.record(
        session,
        name,
        request,
        by=by,
        deal=deal,
        topics=[f"agency-{fixation.agency_id}"],
        unit=request.unit_id,
        number=request.unit.number,
        agency=fixation.agency_id,
        answer=request.answer,
    )
