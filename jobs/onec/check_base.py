"""Does the base publish what the mapping names? Asked at the first talk, daily, and when a name fails."""

from domain.exchange import mapping
from domain.exchange.failures import Rejected
from domain.exchange.messages import Errand
from domain.kernel.text import _
from jobs.couriers import Settle, courier
from jobs.onec.base import opened
from jobs.work import unit_of_work

NAMED = 8


@courier("connection")
def check_base(errand: Errand) -> Settle:
    with unit_of_work(read_only=True) as session:
        base = opened(session, errand.connection_id)
    published = base.client.published()
    if not published:
        raise Rejected(
            _("1C publishes nothing: ask its administrator to set what standard.odata consists of")
        )
    if missing := mapping.missing(base.mapping, published):
        told = missing[:NAMED] + (
            [_("and %(count)s more", count=len(missing) - NAMED)] if len(missing) > NAMED else []
        )
        raise Rejected(". ".join(told) + ".")
    return lambda _session: {"sets": len(published)}
