"""What earlier files told and later ones rely on: properties, types of prices, offers that came early."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from domain.exchange.commerceml.mapping import Mapping, same
from domain.exchange.commerceml.records import PriceType, Property
from domain.exchange.models import CatalogueEntry, EntryKind


def properties(
    session: Session, connection_id: int, fresh: dict[str, Property], mapping: Mapping
) -> dict[str, Property]:
    """All known properties that mean something to us; those of the file are remembered."""
    telling = {ref: found for ref, found in fresh.items() if same(found.name) in mapping.field_of}
    remembered = {
        ref: Property(line=0, ref=ref, name=body["name"], variants=body["variants"])
        for ref, body in _entries(session, connection_id, EntryKind.PROPERTY)
    }
    _keep(
        session,
        connection_id,
        EntryKind.PROPERTY,
        ((ref, {"name": found.name, "variants": found.variants}) for ref, found in telling.items()),
    )
    return remembered | telling


def unit_price_type(
    session: Session, connection_id: int, fresh: dict[str, PriceType], mapping: Mapping
) -> str | None:
    """The type whose prices are prices of units: the one the mapping names; the first one only in a base
    that has never named it, or a package of purchase prices would put units on sale for them."""
    remembered = {ref: body["name"] for ref, body in _entries(session, connection_id, EntryKind.PRICE_TYPE)}
    named = {ref: found.name for ref, found in fresh.items()}
    _keep(
        session,
        connection_id,
        EntryKind.PRICE_TYPE,
        ((ref, {"name": name}) for ref, name in named.items()),
    )
    known = [*named.items(), *remembered.items()]
    wanted = (ref for ref, name in known if same(name) == same(mapping.price_type))
    return next(wanted, None) or next((ref for ref, _name in known), None)


def wait(session: Session, connection_id: int, offers: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Prices whose good has not come yet; a later price takes the place of an earlier one."""
    _keep(session, connection_id, EntryKind.WAITING_OFFER, offers)


def waited(session: Session, connection_id: int, refs: list[str]) -> dict[str, dict[str, Any]]:
    """Take out of memory the offers of these goods and of their characteristics."""
    good = sa.func.split_part(CatalogueEntry.ref, "#", 1)
    mine = sa.delete(CatalogueEntry).where(
        col(CatalogueEntry.connection_id) == connection_id,
        col(CatalogueEntry.kind) == EntryKind.WAITING_OFFER,
        col(CatalogueEntry.ref).in_(refs) | good.in_(refs),
    )
    return {
        row.ref: row.body
        for row in session.execute(mine.returning(col(CatalogueEntry.ref), col(CatalogueEntry.body)))
    }


def _entries(session: Session, connection_id: int, kind: EntryKind) -> Iterable[tuple[str, dict[str, Any]]]:
    mine = (col(CatalogueEntry.connection_id) == connection_id, col(CatalogueEntry.kind) == kind)
    asked = (
        sa.select(col(CatalogueEntry.ref), col(CatalogueEntry.body))
        .where(*mine)
        .order_by(col(CatalogueEntry.id))
    )
    return [(row.ref, row.body) for row in session.execute(asked)]


def _keep(
    session: Session, connection_id: int, kind: EntryKind, entries: Iterable[tuple[str, dict[str, Any]]]
) -> None:
    rows = [{"connection_id": connection_id, "kind": kind, "ref": ref, "body": body} for ref, body in entries]
    if not rows:
        return
    fresh = insert(CatalogueEntry).values(rows)
    session.execute(
        fresh.on_conflict_do_update(
            index_elements=["connection_id", "kind", "ref"],
            set_={"body": fresh.excluded.body},
            where=col(CatalogueEntry.body) != fresh.excluded.body,
        )
    )
