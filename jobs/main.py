"""Everything a worker can do: importing this module makes each actor and courier known."""

from jobs import deliver, relay
from jobs.broker import broker
from jobs.offers import typeset_offer
from jobs.onec import (
    check_base,
    import_catalog,
    pull_units,
    push_counterparty,
    push_reservation,
    withdraw_unlisted,
)

__all__ = [
    "broker",
    "check_base",
    "deliver",
    "import_catalog",
    "pull_units",
    "push_counterparty",
    "push_reservation",
    "relay",
    "typeset_offer",
    "withdraw_unlisted",
]
