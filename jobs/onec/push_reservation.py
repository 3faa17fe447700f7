"""A booking to 1C: a document with a key of ours, written, checked, posted; then kept as the booking is."""

from sqlmodel import Session

from domain.exchange import links, odata, reservations
from domain.exchange.failures import AlreadyExists, NotFound, Rejected
from domain.exchange.messages import Errand, Report
from domain.exchange.odata import Row
from domain.exchange.reservations import Reservation
from domain.kernel.text import _
from jobs.couriers import Settle, courier, note
from jobs.faults import mark
from jobs.onec.base import Base, opened
from jobs.work import unit_of_work


@courier("reservation")
def push_reservation(errand: Errand) -> Settle:
    with unit_of_work(read_only=True) as session:
        base = opened(session, errand.connection_id)
        if not base.mapping.reservations.set_name:
            return lambda _session: {"step": "not_kept_there"}
        wanted = reservations.wanted(session, base.connection, base.mapping, errand.subject_id)
    row = find(base, wanted, tried="step" in errand.report)
    if row is None and not wanted.active:
        return lambda _session: {"step": "not_needed"}
    row = create(base, wanted, errand) if row is None else correct(base, wanted, row)
    row = take_effect(base, wanted, row, errand)
    return lambda session: settle(session, base, wanted, row)


def find(base: Base, wanted: Reservation, *, tried: bool) -> Row | None:
    """By its key; where 1C gave a key of its own on an earlier try, by our mark."""
    names = base.mapping.reservations
    try:
        return base.client.get(names.set_name, wanted.ref)
    except NotFound:
        if wanted.known and wanted.active:
            raise Rejected(_("The document of this booking has been removed from 1C")) from None
    if not tried or wanted.mark is None:
        return None
    name, text = wanted.mark
    marked = base.client.rows(names.set_name, select=["*"], where=f"{name} eq {odata.literal(text)}")
    return next(marked, None)


def create(base: Base, wanted: Reservation, errand: Errand) -> Row:
    set_name = base.mapping.reservations.set_name
    marked = dict([wanted.mark]) if wanted.mark else {}
    note(errand, step="creating", ref_key=wanted.ref)
    mark("creating")
    try:
        row = base.client.create(set_name, {"Ref_Key": wanted.ref} | wanted.fields | marked)
    except AlreadyExists:
        return correct(base, wanted, base.client.get(set_name, wanted.ref))
    mark("created")
    note(errand, step="created", ref_key=row["Ref_Key"], number=row.get("Number", ""))
    return agreed(wanted, row)


def correct(base: Base, wanted: Reservation, row: Row) -> Row:
    """Only what differs; a posted document that will not be changed is unposted first."""
    changes = odata.differing(wanted.fields, row)
    if not changes:
        return row
    set_name, ref = base.mapping.reservations.set_name, odata.ref_of(row)
    try:
        changed = base.client.change(set_name, ref, changes)
    except NotFound:
        raise
    except Rejected:
        if not row.get("Posted"):
            raise
        base.client.unpost(set_name, ref)
        changed = base.client.change(set_name, ref, changes)
    mark("corrected")
    return agreed(wanted, changed)


def agreed(wanted: Reservation, row: Row) -> Row:
    """1C says nothing of names it does not know: what came back must be what was sent."""
    if lost := odata.differing(wanted.fields, row):
        raise Rejected(
            _("1C did not keep what was sent: %(names)s. Check the mapping", names=", ".join(lost))
        )
    return row


def take_effect(base: Base, wanted: Reservation, row: Row, errand: Errand) -> Row:
    """Posting is a step of its own: it may be refused when the writing was not."""
    if not wanted.active or row.get("Posted"):
        return row
    set_name, ref = base.mapping.reservations.set_name, odata.ref_of(row)
    if row.get("DeletionMark"):
        raise Rejected(_("The document of this booking is marked for deletion in 1C"))
    base.client.post(set_name, ref)
    mark("posted")
    note(errand, step="posted")
    return base.client.get(set_name, ref)


def settle(session: Session, base: Base, wanted: Reservation, row: Row) -> Report:
    set_name, ref = base.mapping.reservations.set_name, odata.ref_of(row)
    version = str(row.get("DataVersion", ""))
    links.link(session, base.connection.id, set_name, ref, "booking", wanted.booking_id, version=version)
    step = "posted" if wanted.active else "released"
    return {"step": step, "ref_key": ref, "number": row.get("Number", ""), "sent": wanted.fields}
