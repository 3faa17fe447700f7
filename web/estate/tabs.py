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
    ("/agencies", lambda: _("Agencies"), Permission.AGENCIES_SEE),
    ("/drawings", lambda: _("Plans"), Permission.ESTATE_ARRANGE),
    ("/characteristics", lambda: _("Characteristics"), Permission.ESTATE_ARRANGE),
    ("/estate/imports", lambda: _("Import"), Permission.ESTATE_ARRANGE),
    ("/estate/terms", lambda: _("Terms and limits"), Permission.BOOKING_RULES),
    ("/waiting", lambda: _("Waiting lists"), Permission.ESTATE_BOOK),
    ("/selections", lambda: _("Selections"), Permission.ESTATE_SEE),
    ("/reports/idle-reserve", lambda: _("Idle reserve"), Permission.ESTATE_AUDIT),
    ("/estate/invariants", lambda: _("Check of the base"), Permission.ESTATE_AUDIT),
    ("/prices", lambda: _("Prices"), Permission.PRICES_SEE),
    ("/offers", lambda: _("Offers"), Permission.DEALS_SEE),
    ("/payment-templates", lambda: _("Ways to pay"), Permission.PRICES_SEE),
    ("/mortgage-programmes", lambda: _("Mortgages"), Permission.PRICES_SEE),
    ("/leads", lambda: _("Enquiries"), Permission.LEADS_SEE),
    ("/publication", lambda: _("Publication"), Permission.PUBLICATION_MANAGE),
]
"""Address, title and who may enter, in the order they stand."""


def tabs(user: User, here: str) -> list[Tab]:
    """`here` is the address of the tab that is open."""
    return [Tab(href, title(), href == here) for href, title, needed in TABS if may(user, needed)]
