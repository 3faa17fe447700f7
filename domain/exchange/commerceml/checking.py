"""What must hold between the records of one file."""

from collections.abc import Iterable, Iterator

from domain.exchange.commerceml.records import Header, Order, Record, Section
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _


def distinct(records: Iterable[Record]) -> Iterator[Record]:
    """The same records; an «Ид» met twice in one section refuses the file."""
    met: dict[tuple[type, str], int] = {}
    for record in records:
        match record:
            case Section():
                met.clear()
            case Header() | Order():
                pass
            case _:
                before = met.setdefault((type(record), record.ref), record.line)
                if before != record.line:
                    raise Unreadable(
                        record.line,
                        _("«Ид» %(ref)s is already on line %(before)s", ref=record.ref, before=before),
                    )
        yield record
