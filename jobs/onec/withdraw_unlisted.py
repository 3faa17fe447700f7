"""Take off sale what a full exchange has not named (mode=deactivate)."""

from datetime import datetime

from sqlmodel import Session

from domain.exchange.catalogue import vanishing
from domain.exchange.messages import Errand, Report
from domain.exchange.models import Connection
from jobs.couriers import Settle, courier


@courier("vanished")
def withdraw_unlisted(errand: Errand) -> Settle:
    def settle(session: Session) -> Report:
        connection = session.get_one(Connection, errand.connection_id)
        since = datetime.fromisoformat(errand.payload["since"])
        return {"withdrawn": vanishing.withdraw_unlisted(session, connection, since=since)}

    return settle
