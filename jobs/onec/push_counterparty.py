"""A client to 1C: found there by ИНН and КПП, else created; its names are kept as they are here."""

from sqlmodel import Session

from domain.exchange import counterparties, links, odata, outbox
from domain.exchange.counterparties import Candidate
from domain.exchange.failures import AlreadyExists, NotFound, Rejected
from domain.exchange.messages import Errand, Report
from domain.exchange.odata import Row
from domain.exchange.outbox import Client
from domain.kernel.text import _
from jobs.couriers import Settle, courier, note
from jobs.faults import mark
from jobs.onec.base import Base, opened
from jobs.work import unit_of_work


@courier("counterparty")
def push_counterparty(errand: Errand) -> Settle:
    with unit_of_work(read_only=True) as session:
        base = opened(session, errand.connection_id)
        if not base.mapping.counterparties.set_name:
            return lambda _session: {"step": "not_kept_there"}
        client = ready(session, errand)
        known = links.linked(
            session,
            errand.connection_id,
            base.mapping.counterparties.set_name,
            errand.subject_kind,
            client.id,
        )
    names = base.mapping.counterparties
    wanted = counterparties.fields(client, names)
    row, step = (fetch(base, known), "known") if known else find_or_create(base, client, wanted, errand)
    if changes := counterparties.ours_to_change(wanted, row, names):
        row, step = (
            base.client.change(names.set_name, odata.ref_of(row), changes),
            "corrected" if known else step,
        )
    remarks = counterparties.disagreements(wanted, row, names)
    return lambda session: settle(session, base, errand, client, row) | {"step": step, "remarks": remarks}


def ready(session: Session, errand: Errand) -> Client:
    client = outbox.client_of(session, errand.subject_kind, errand.subject_id)
    if client is None:
        raise Rejected(_("The client does not exist any more"))
    if missing := counterparties.unready(client):
        raise Rejected(" ".join(f"{sentence}." for sentence in missing))
    return client


def fetch(base: Base, ref: str) -> Row:
    try:
        row = base.client.get(base.mapping.counterparties.set_name, ref)
    except NotFound:
        raise Rejected(_("The counterparty has been removed from 1C")) from None
    if row.get("DeletionMark"):
        raise Rejected(_("The counterparty is marked for deletion in 1C"))
    return row


def find_or_create(base: Base, client: Client, wanted: Row, errand: Errand) -> tuple[Row, str]:
    if found := search(base, client):
        return fetch(base, found.ref), "found"
    return create(base, client, wanted, errand), "created"


def search(base: Base, client: Client) -> Candidate | None:
    names = base.mapping.counterparties
    select = ["Ref_Key", "IsFolder", "DeletionMark", *filter(None, (names.name, names.inn, names.kpp))]
    where = f"{names.inn} eq {odata.literal(client.inn or '')}"
    return counterparties.choose(
        client, list(base.client.rows(names.set_name, select=select, where=where)), names
    )


def create(base: Base, client: Client, wanted: Row, errand: Errand) -> Row:
    """The search before it finds what an earlier try created; the key of ours is the second guard."""
    set_name = base.mapping.counterparties.set_name
    own = odata.own_key(errand.subject_kind, client.id, client.created_at)
    mark("creating")
    try:
        row = base.client.create(set_name, {"Ref_Key": own} | wanted)
    except AlreadyExists:
        row = fetch(base, own)
    mark("created")
    note(errand, step="created", ref_key=row["Ref_Key"])
    if lost := odata.differing(wanted, row):
        raise Rejected(
            _("1C did not keep what was sent: %(names)s. Check the mapping", names=", ".join(lost))
        )
    return row


def settle(session: Session, base: Base, errand: Errand, client: Client, row: Row) -> Report:
    ref = odata.ref_of(row)
    links.link(
        session, errand.connection_id, base.mapping.counterparties.set_name, ref,
        errand.subject_kind, client.id, version=str(row.get("DataVersion", "")),
    )  # fmt: skip
    outbox.name_counterparty(session, errand.connection_id, client, ref)
    return {"ref_key": ref, "code": row.get("Code", "")}
