"""The screens of real estate beside the chessboard: each person sees those of the role."""

from collections.abc import Callable
from typing import NamedTuple

from domain.access import Permission, User, may
from domain.kernel.text import _


class Tab(NamedTuple):
    href: str
    title: str
    current: bool


class Group(NamedTuple):
    title: str
    tabs: list[Tab]

    @property
    def current(self) -> Tab | None:
        return next((tab for tab in self.tabs if tab.current), None)


class Tabs(NamedTuple):
    daily: list[Tab]
    """What is open all day; the first of them also on a phone."""
    groups: list[Group]


Known = list[tuple[str, Callable[[], str], Permission]]

DAILY: Known = [
    ("/estate", lambda: _("Projects"), Permission.ESTATE_SEE),
    ("/bookings", lambda: _("Bookings"), Permission.ESTATE_BOOK),
    ("/waiting", lambda: _("Waiting lists"), Permission.ESTATE_BOOK),
    ("/selections", lambda: _("Selections"), Permission.ESTATE_SEE),
    ("/offers", lambda: _("Offers"), Permission.DEALS_SEE),
    ("/leads", lambda: _("Enquiries"), Permission.LEADS_SEE),
]
PRICES: Known = [
    ("/prices", lambda: _("Prices"), Permission.PRICES_SEE),
    ("/payment-templates", lambda: _("Ways to pay"), Permission.PRICES_SEE),
    ("/mortgage-programmes", lambda: _("Mortgages"), Permission.PRICES_SEE),
]
MANAGEMENT: Known = [
    ("/agencies", lambda: _("Agencies"), Permission.AGENCIES_SEE),
    ("/publication", lambda: _("Publication"), Permission.PUBLICATION_MANAGE),
    ("/drawings", lambda: _("Plans"), Permission.ESTATE_ARRANGE),
    ("/characteristics", lambda: _("Characteristics"), Permission.ESTATE_ARRANGE),
    ("/estate/imports", lambda: _("Import"), Permission.ESTATE_ARRANGE),
    ("/funnels", lambda: _("Funnels"), Permission.BOOKING_RULES),
    ("/estate/terms", lambda: _("Terms and limits"), Permission.BOOKING_RULES),
    ("/reports/idle-reserve", lambda: _("Idle reserve"), Permission.ESTATE_AUDIT),
    ("/estate/invariants", lambda: _("Check of the base"), Permission.ESTATE_AUDIT),
]
"""Address, title and who may enter, in the order they stand."""
GROUPS: list[tuple[Callable[[], str], Known]] = [
    (lambda: _("Prices and payment"), PRICES),
    (lambda: _("Management"), MANAGEMENT),
]


def tabs(user: User, here: str) -> Tabs:
    """`here` is the address of the tab that is open. A group of one tab stands among the daily ones."""
    daily, groups = _allowed(user, here, DAILY), []
    for title, known in GROUPS:
        allowed = _allowed(user, here, known)
        if len(allowed) > 1:
            groups.append(Group(title(), allowed))
        else:
            daily += allowed
    return Tabs(daily, groups)


def _allowed(user: User, here: str, known: Known) -> list[Tab]:
    return [Tab(href, title(), href == here) for href, title, needed in known if may(user, needed)]
