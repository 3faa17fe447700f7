"""How offers are told on a deal's timeline and by the bell."""

from datetime import datetime
from decimal import Decimal

from domain.deals.timeline import WORDING
from domain.deals.told import Payload, Told
from domain.kernel import formats
from domain.kernel.text import _

People = dict[int, str]


def _made(payload: Payload, now: datetime, people: People) -> Told:
    return Told(
        _("Offer No. %(number)s is made", number=payload["number"]), _what(payload), "file-text", "acc"
    )


def _revised(payload: Payload, now: datetime, people: People) -> Told:
    headline = _(
        "Offer No. %(number)s: version %(version)s is made",
        number=payload["number"],
        version=payload["version"],
    )
    return Told(headline, _what(payload), "file-text", "acc")


def _what(payload: Payload) -> str:
    numbers = ", ".join(f"№ {number}" for number in payload["units"])
    return f"{numbers}: {formats.money(Decimal(payload['total']))}"


def _issued(payload: Payload, now: datetime, people: People) -> Told:
    return Told(_("A link to offer No. %(number)s is made", number=payload["number"]), icon="link")


def _revoked(payload: Payload, now: datetime, people: People) -> Told:
    return Told(_("A link to offer No. %(number)s is revoked", number=payload["number"]), icon="circle-x")


def _opened(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("The client opened offer No. %(number)s", number=payload["number"])
    return Told(headline, icon="eye", tone="ok")


WORDING.update(
    {
        "offer.made": _made,
        "offer.revised": _revised,
        "offer.link_issued": _issued,
        "offer.link_revoked": _revoked,
        "offer.opened": _opened,
    }
)
