"""Everything a worker can do: importing this module makes each actor and courier known."""

from jobs import deliver, relay
from jobs.broker import broker
from jobs.estate import stock_files
from jobs.estate.carry_price_list import carry_price_list
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
    "carry_price_list",
    "check_base",
    "deliver",
    "import_catalog",
    "pull_units",
    "push_counterparty",
    "push_reservation",
    "relay",
    "stock_files",
    "typeset_offer",
    "withdraw_unlisted",
]
