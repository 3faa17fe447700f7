"""A base of 1C opened for one errand: its connection, its names, the line to it."""

from dataclasses import dataclass

from sqlmodel import Session

from domain.exchange import mapping
from domain.exchange.mapping import Mapping
from domain.exchange.models import Connection
from jobs.clients.onec_odata import OneC, client_of


@dataclass(frozen=True)
class Base:
    connection: Connection
    mapping: Mapping
    client: OneC


def opened(session: Session, connection_id: int) -> Base:
    connection = session.get_one(Connection, connection_id)
    return Base(connection, mapping.of(connection.mapping), client_of(connection))
