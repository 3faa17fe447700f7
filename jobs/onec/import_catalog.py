"""Take over a CommerceML file. Safe to kill anywhere: one transaction holds all of its effect."""

from datetime import datetime

from sqlmodel import Session

from domain import events, files
from domain.events import names
from domain.exchange.catalogue import importing, vanishing
from domain.exchange.commerceml.surveying import survey
from domain.exchange.messages import Errand, Report
from domain.exchange.models import Connection, Message
from domain.kernel import clock
from jobs.couriers import Settle, courier


@courier("catalog")
def import_catalog(errand: Errand) -> Settle:
    path = files.path_of(errand.file_sha256 or "")
    with path.open("rb") as stream:
        surveyed = survey(stream)

    def settle(session: Session) -> Report:
        connection = session.get_one(Connection, errand.connection_id)
        with path.open("rb") as stream:
            report = importing.take(session, connection, stream, surveyed, now=clock.now())
        if surveyed.is_full and surveyed.version < "3" and (since := errand.payload.get("full_since")):
            report.withdrawn += vanishing.withdraw_unlisted(
                session, connection, since=datetime.fromisoformat(since)
            )
        if report.changed_anything:
            message = session.get_one(Message, errand.message_id)
            events.record(session, names.CATALOG_IMPORTED, message, by=None, topics=["exchange"])
        return report.as_json()

    return settle
