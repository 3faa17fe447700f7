"""What happened to the units of a deal, in words: bookings, offers, waiting lists, contracts."""

from datetime import datetime
from decimal import Decimal

from domain.deals.told import Payload, Told, Wording, moment_told
from domain.kernel import formats
from domain.kernel.text import _

People = dict[int, str]


def _price(payload: Payload) -> str:
    return formats.money(Decimal(payload["price"]))


def _booked(payload: Payload, now: datetime, people: People) -> Told:
    text = _("%(price)s, until %(until)s", price=_price(payload), until=moment_told(payload["until"], now))
    if "instead_of" in payload:
        headline = _(
            "Unit %(number)s is booked instead of %(before)s",
            number=payload["number"],
            before=payload["instead_of"],
        )
        return Told(headline, text, "arrow-left-right", "warn")
    return Told(_("Unit %(number)s is booked", number=payload["number"]), text, "key-round", "warn")


def _extended(payload: Payload, now: datetime, people: People) -> Told:
    _before, after = payload["changes"]["until"]
    headline = _("The booking of unit %(number)s is extended", number=payload["number"])
    return Told(headline, _("Until %(until)s", until=moment_told(after, now)), "timer", "warn")


def _cancelled(payload: Payload, now: datetime, people: People) -> Told:
    if "swapped_for" in payload:
        headline = _(
            "Unit %(number)s is released for unit %(after)s",
            number=payload["number"],
            after=payload["swapped_for"],
        )
        return Told(headline, icon="arrow-left-right")
    return Told(_("The booking of unit %(number)s is cancelled", number=payload["number"]), icon="circle-x")


def _expired(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("The booking of unit %(number)s has expired", number=payload["number"])
    return Told(headline, icon="timer", tone="bad")


def _offered(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("Unit %(number)s is free: it is offered to this deal", number=payload["number"])
    until = moment_told(payload["until"], now)
    text = _("%(price)s, answer until %(until)s", price=_price(payload), until=until)
    return Told(headline, text, "bell", "warn")


def _accepted(payload: Payload, now: datetime, people: People) -> Told:
    _before, after = payload["changes"]["until"]
    text = _("%(price)s, until %(until)s", price=_price(payload), until=moment_told(after, now))
    headline = _("The offer of unit %(number)s is accepted", number=payload["number"])
    return Told(headline, text, "key-round", "ok")


def _declined(payload: Payload, now: datetime, people: People) -> Told:
    return Told(_("The offer of unit %(number)s is declined", number=payload["number"]), icon="circle-x")


def _lapsed(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("Nobody answered the offer of unit %(number)s in time", number=payload["number"])
    return Told(headline, icon="timer", tone="bad")


def _withdrawn(payload: Payload, now: datetime, people: People) -> Told:
    headline = _(
        "The offer of unit %(number)s is taken back; the place in the line stays", number=payload["number"]
    )
    return Told(headline, payload["reason"], "undo-2", "bad")


def _transferred(payload: Payload, now: datetime, people: People) -> Told:
    """Without the other deal's number: it may be nobody's business here."""
    headline = _("The booking of unit %(number)s came from another deal", number=payload["number"])
    return Told(headline, payload["reason"], "arrow-right", "warn")


def _taken_away(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("The booking of unit %(number)s went to another deal", number=payload["number"])
    return Told(headline, payload["reason"], "arrow-right")


def _contracted(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("Unit %(number)s is under contract", number=payload["number"])
    return Told(headline, _("Contract %(contract)s", contract=payload["contract"]), "file-check", "ok")


def _sold(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("Unit %(number)s is sold", number=payload["number"])
    return Told(headline, _("Contract %(contract)s", contract=payload["contract"]), "circle-check", "ok")


def _terminated(payload: Payload, now: datetime, people: People) -> Told:
    headline = _(
        "Contract %(contract)s of unit %(number)s is terminated",
        contract=payload["contract"],
        number=payload["number"],
    )
    return Told(headline, payload["reason"], "circle-x", "bad")


def _restored(payload: Payload, now: datetime, people: People) -> Told:
    headlines = {
        "booking.contracted": _("The contract of unit %(number)s is taken back", number=payload["number"]),
        "booking.sold": _("The sale of unit %(number)s is taken back", number=payload["number"]),
        "booking.terminated": _(
            "The termination for unit %(number)s is taken back", number=payload["number"]
        ),
    }
    return Told(headlines[payload["undone"]], icon="undo-2")


def _joined(payload: Payload, now: datetime, people: People) -> Told:
    return Told(_("In the line for unit %(number)s", number=payload["number"]), icon="list-checks")


def _left(payload: Payload, now: datetime, people: People) -> Told:
    return Told(_("Out of the line for unit %(number)s", number=payload["number"]), icon="list-checks")


def _put(payload: Payload, now: datetime, people: People) -> Told:
    headline = _("Another place in the line for unit %(number)s", number=payload["number"])
    return Told(headline, payload["reason"], "arrow-up-down")


def _passed(payload: Payload, now: datetime, people: People) -> Told:
    headline = _(
        "Somebody was put before this deal in the line for unit %(number)s", number=payload["number"]
    )
    return Told(headline, payload["reason"], "arrow-up-down", "bad")


WORDING: dict[str, Wording] = {
    "unit.booked": _booked,
    "booking.extended": _extended,
    "booking.cancelled": _cancelled,
    "booking.expired": _expired,
    "unit.offered": _offered,
    "booking.accepted": _accepted,
    "booking.declined": _declined,
    "booking.lapsed": _lapsed,
    "booking.withdrawn": _withdrawn,
    "booking.transferred": _transferred,
    "booking.taken_away": _taken_away,
    "booking.contracted": _contracted,
    "booking.sold": _sold,
    "booking.terminated": _terminated,
    "booking.restored": _restored,
    "waiting.joined": _joined,
    "waiting.left": _left,
    "waiting.moved": _put,
    "waiting.passed": _passed,
}
