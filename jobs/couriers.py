"""Who carries which kind of message.

A courier is one function for one kind, registered by its decorator:

    @courier("reservation")
    def push_reservation(errand: Errand) -> Settle:
        with unit_of_work(read_only=True) as session:      # 1. look: a short transaction of its own
            wanted = ...
        answer = client.post(...)                          # 2. the effect: outside of any transaction
        note(errand, step="created", number=...)            #    optional: a step worth seeing and remembering
        def settle(session: Session) -> Report:            # 3. what the answer changes here
            ...
            return {"number": answer["Number"]}
        return settle

`deliver` claims the message in one transaction, calls the courier outside of any, and runs what it
returned in the very transaction that marks the message done: either both are committed or neither,
so an import (work of the database alone) belongs into `settle` and cannot be applied twice.
The lease is prolonged while the courier works; a courier that lost its lease cannot settle.

The courier may be killed anywhere and called again: it must look before it repeats an effect.
It says no by raising a `domain.exchange.failures.Failure` (or a `domain.kernel.errors.DomainError`, same as
`Rejected`); its sentence is shown to a person. Its module is imported in `jobs/main.py`.
"""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from domain.exchange import messages
from domain.exchange.messages import Errand, Report
from jobs.work import unit_of_work

Settle = Callable[[Session], Report]
Courier = Callable[[Errand], Settle]

COURIERS: dict[str, Courier] = {}


def courier(kind: str) -> Callable[[Courier], Courier]:
    def register(carry: Courier) -> Courier:
        assert COURIERS.setdefault(kind, carry) is carry, f"two couriers for {kind}"
        return carry

    return register


def note(errand: Errand, **steps: Any) -> None:
    """Add to the message's report at once, in a transaction of its own."""
    with unit_of_work() as session:
        messages.note(session, errand, **steps)
