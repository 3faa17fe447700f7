"""An actor as one would write it who had not thought of the second try. Known to `dying` alone."""

from uuid import uuid4

import dramatiq
import httpx
from sqlmodel import Session, col, select

from domain.exchange.models import Connection, ConnectionKind
from domain.kernel.settings import password_named
from domain.quotes.models import Service
from jobs.broker import broker
from jobs.work import unit_of_work


@dramatiq.actor(broker=broker, queue_name="careless", max_retries=0, time_limit=60_000, max_age=60_000)
def careless(name: str) -> None:
    """Adds a line to the catalogue here and a counterparty in 1C, each time it is called."""
    with unit_of_work() as session:
        session.add(Service(name=name))
        base = _base(session)
    httpx.post(
        f"{base.base_url}/odata/standard.odata/Catalog_Контрагенты?$format=json",
        json={"Ref_Key": str(uuid4()), "Description": name},
        auth=httpx.BasicAuth(base.login, password_named(base.secret_name)),
    ).raise_for_status()
    with unit_of_work() as session:
        session.add(Service(name=f"{name}, sent"))


def _base(session: Session) -> Connection:
    return session.exec(select(Connection).where(col(Connection.kind) == ConnectionKind.ODATA)).one()
