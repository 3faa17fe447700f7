"""A few units side by side, for a client who can't decide."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from domain.estate.lines import UnitLine, lines
from domain.kernel.errors import Missing, Refused
from domain.kernel.text import _

MOST = 4
"""As many columns as are read at one look, and fit on a sheet of paper."""


def compare(session: Session, unit_ids: Sequence[int], *, now: datetime) -> list[UnitLine]:
    """The units in the order they were asked for, as they are now.

    Raises Refused above MOST and Missing when one of them is not there.
    """
    wanted = list(dict.fromkeys(unit_ids))
    if len(wanted) > MOST:
        raise Refused(_("Up to %(most)s units are compared at once", most=MOST))
    found = lines(session, wanted, now=now)
    if len(found) < len(wanted):
        raise Missing(_("There is no such unit"))
    return list(found.values())
