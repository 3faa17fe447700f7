"""What can be asked for: each kind is registered from where its subject lives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from domain.access.models import User
from domain.access.policy import Permission
from domain.approvals.models import Approval
from domain.kernel.errors import Refused
from domain.kernel.text import _

Wish = Mapping[str, Any]
Words = Callable[[], str]


@dataclass(frozen=True)
class Fact:
    """A line of what the decision is made by."""

    label: str
    value: str
    small: str = ""
    href: str = ""


def _no_lock(session: Session, approvals: Sequence[Approval]) -> None:
    """For kinds whose subject nobody else changes at the same moment."""


def _no_trace(session: Session, approval: Approval, by: User, now: datetime) -> None:
    """For kinds whose subject knows nothing of the request."""


@dataclass(frozen=True)
class ApprovalKind:
    name: str
    title: Words
    """Of the queue: «Продление брони»."""
    permission: Permission
    """What a head must have to decide; whose requests they see the reporting tree says."""
    told: Callable[[Wish], str]
    """The wish in words: «продлить бронь № 104 на 3 дня»."""
    facts: Callable[[Session, Approval, datetime], list[Fact]]
    grant: Callable[[Session, Approval, User, datetime], dict[str, Any]]
    """Does what was asked and returns what it changed; raises Refused when it is too late for it."""
    take_back: Callable[[Session, Approval, User, datetime], datetime | None] | None = None
    """The way back from `grant`; returns how long the question may wait again. None when there is no way."""
    lock: Callable[[Session, Sequence[Approval]], None] = _no_lock
    """Locks what the requests are about, before the requests themselves, in the order agreed for it."""
    follow: Callable[[Session, Approval, User, datetime], None] = _no_trace
    """Writes on the subject what became of the request: declined, taken back, or waiting again."""
    by_oneself: bool = False
    """Who has nobody above answers his own; otherwise nobody does."""


_kinds: dict[str, ApprovalKind] = {}


def register(kind: ApprovalKind) -> None:
    assert kind.name not in _kinds, f"two kinds of approvals are called {kind.name}"
    _kinds[kind.name] = kind


def known() -> dict[str, ApprovalKind]:
    return dict(_kinds)


def of(name: str) -> ApprovalKind:
    if name not in _kinds:
        raise Refused(_("This version does not know what is asked for here"))
    return _kinds[name]


def told(name: str, wish: Wish) -> str:
    """The wish in words, also of a kind this version has forgotten."""
    return _kinds[name].told(wish) if name in _kinds else name
