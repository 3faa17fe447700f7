"""The screens of real estate beside the chessboard: each person sees those of the role."""

from collections.abc import Callable
from typing import NamedTuple

from domain.access import Permission, User, may
from domain.kernel.text import _


class Tab(NamedTuple):
    href: str
    title: str
    current: bool


TABS: list[tuple[str, Callable[[], str], Permission]] = [
    ("/estate", lambda: _("Projects"), Permission.ESTATE_SEE),
    ("/bookings", lambda: _("Bookings"), Permission.ESTATE_BOOK),
    ("/leads", lambda: _("Requests"), Permission.LEADS_SEE),
    ("/publication", lambda: _("Publication"), Permission.PUBLICATION_MANAGE),
]
"""Address, title and who may enter, in the order they stand."""


def tabs(user: User, here: str) -> list[Tab]:
    """`here` is the address of the tab that is open."""
    return [Tab(href, title(), href == here) for href, title, needed in TABS if may(user, needed)]
