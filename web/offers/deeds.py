"""The buttons of the composer: what they do to the plan that is divided by hand."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from domain.kernel import formats
from domain.kernel.errors import Invalid, Missing
from domain.offers import payments, templates
from domain.offers.composing import Composed
from web.offers.composing import Composing, rows_of_plan
from web.offers.fields import Reading, many, typed


def changed(session: Session, given: Composing, made: Composed, *, now: datetime) -> Composing:
    """The form after one of its buttons was pressed."""
    deed, _dash, number = given.deed.partition("-")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    fresh = replace(given, deed="")
    if does := DEEDS.get(deed):
        does(session, fresh, made, place, now)
    return fresh


def _add(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    """One more row, a month after the last."""
    rows = given.lines
    last = Reading().date(rows[-1][0], "") if rows else None
    on = payments.months_later(last, 1) if last else formats.here(now).date()
    given.lines = [*rows, (on.isoformat(), "", "")][: payments.MOST_PAYMENTS]


def _drop(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    given.lines = [row for number, row in enumerate(given.lines, start=1) if number != place]


def _leave(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    given.lines, given.hand_name, given.hand_extra = [], "", ""


def _keep(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    """The row stays as written, those after it give way."""
    if made.hand is None or not 0 < place <= len(made.hand.payments):
        return
    try:
        balanced = payments.rebalanced(made.hand.payments, made.hand.total, keep=place - 1)
    except Invalid as no:
        made.wrong["by_hand"] = no.fields["payments"]
        return
    given.lines = rows_of_plan(balanced)


def _last(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    """What is missing or too much goes to the last payment."""
    if made.hand is not None:
        _keep(session, given, made, max(1, len(made.hand.payments) - 1), now)


def _take(session: Session, given: Composing, made: Composed, place: int, now: datetime) -> None:
    """A template's payments as rows, to be changed by hand."""
    try:
        template = templates.get_template(session, place)
        found = payments.by_terms(made.total, template.terms, start=formats.here(now).date())
    except (Missing, Invalid):
        return
    given.lines, given.hand_name = rows_of_plan(found), template.name
    given.hand_extra = typed(template.extra_percent) if template.extra_percent else ""
    given.template = [text for text in many(given.template) if text != str(place)]


DEEDS = {"add": _add, "drop": _drop, "keep": _keep, "last": _last, "take": _take, "leave": _leave}
"""What the buttons of the form do to the plan written by hand; with a number after a dash, to that row."""
