"""GET /estate/invariants: what must hold of units and bookings, counted while one waits."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session, col

from domain.access import Permission, User, may, rows_of
from domain.deals import Deal
from domain.estate.invariants import SHOWN, Finding, check
from domain.kernel.db import pick
from web import replies
from web.estate.tabs import tabs
from web.given import Given


class Invariants(Controller):
    path = "/estate/invariants"

    @get(sync_to_thread=True, permission=Permission.ESTATE_AUDIT)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        findings = check(session, now=now)
        return replies.page(
            request,
            "estate/invariants.html",
            findings=findings,
            broken=sum(finding.count for finding in findings),
            open_deals=_visible(session, user, findings),
            computed=now,
            milliseconds=sum(finding.milliseconds for finding in findings),
            shown=SHOWN,
            tabs=tabs(user, "/estate/invariants"),
        )


def _visible(session: Session, user: User, findings: list[Finding]) -> set[int]:
    """The deals among them that this person may open."""
    told = {row.deal_id for finding in findings for row in finding.rows if row.deal_id}
    if not told or not may(user, Permission.DEALS_SEE):
        return set()
    own = pick(Deal.id).where(col(Deal.id).in_(told), rows_of(user, col(Deal.responsible_id)))
    return set(session.execute(own).scalars())
