"""POST /public/leads: a request for a unit from a page of another site."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import URLEncodedBody
from sqlmodel import Session

from domain import leads
from domain.access import Permission, throttling
from domain.kernel.errors import Refused
from domain.kernel.settings import settings
from domain.kernel.text import _, speak
from domain.leads.receiving import UTM
from domain.publishing import stock
from jobs.work import unit_of_work
from web.given import Given
from web.publishing import outside
from web.publishing.outside import TooOften, too_often

SOURCE = "widget"
REQUESTS, WINDOW = 10, timedelta(minutes=10)
"""Of one address."""


@dataclass
class Wanted:
    name: str = ""
    phone: str = field(default="", repr=False)
    text: str = ""
    unit_id: str = ""
    agreed: str = ""
    """The version of the consent whose box was ticked."""
    page: str = ""
    language: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""
    website: str = ""
    """No person sees this field: what fills it in is a robot."""


class PublicRequests(Controller):
    path = "/public/leads"
    exception_handlers = {TooOften: too_often}  # noqa: RUF012  the framework's own way

    @post(sync_to_thread=True, permission=Permission.PUBLIC, from_listed_sites=True, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Wanted],
        session: Given[Session],
        now: Given[datetime],
    ) -> Response[Any]:
        """Kept, or refused in words; a robot is thanked and forgotten."""
        speak(data.language)
        outside.admit(request)
        if not data.website:
            _count(outside.address_of(request), now=now)
            _receive(request, session, data, now=now)
        told = {"accepted": True, "sentence": _("Thank you. We will call you back.")}
        return Response(told, headers=outside.headers(request), media_type="application/json")


def _count(address: str, *, now: datetime) -> None:
    """In a transaction of its own: also a request that is refused counts."""
    limits = {f"request:{throttling.network(address)}": REQUESTS}
    with unit_of_work() as session:
        exceeded = throttling.spend(session, limits, within=WINDOW, now=now)
    if exceeded:
        raise TooOften(_("Too many requests from your address. Try again in ten minutes, or call us."))


def _receive(request: Request[Any, Any, Any], session: Session, data: Wanted, *, now: datetime) -> None:
    unit_id = _number(data.unit_id)
    if unit_id is not None and not stock.is_offered(session, unit_id):
        raise Refused(_("This flat is not offered any more. Choose another one."))
    version = _number(data.agreed)
    consent = leads.Consent(version, now, fingerprint(outside.address_of(request))) if version else None
    leads.receive(
        session,
        name=data.name,
        phone=data.phone,
        source=SOURCE,
        unit_id=unit_id,
        text=data.text,
        page=data.page,
        utm={name: getattr(data, name) for name in UTM},
        consent=consent,
        now=now,
    )


def fingerprint(address: str) -> bytes:
    """Of the address somebody agreed from: compares, does not tell."""
    return hmac.digest(settings().secret.encode(), f"consent {address}".encode(), hashlib.sha256)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
