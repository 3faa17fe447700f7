"""A project whose prices are set here, and the ways tests set them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session

from domain import estate
from domain.access import User
from domain.estate import Booking, Project
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.applying import carry_on
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master, PriceList, Rule

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def ours(session: Session, river: Project, boris: User) -> Project:
    """«Речной квартал», whose prices are set by price lists here."""
    keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
    return river


def wanted(rule: Rule, value: object = 0, *, step: object = 1, lines: object = None, **criteria: object):
    return lists.Wanted(
        rule,
        Decimal(str(value)),
        Decimal(str(step)),
        Criteria(**criteria),
        "",
        lines,  # type: ignore[arg-type]
    )


def carried(session: Session, document: PriceList, *, most: int = 1000, now: datetime = NOW) -> PriceList:
    while carry_on(session, document.id, now=now, most=most):
        pass
    session.flush()
    session.expire_all()
    return document


Apply = Callable[..., PriceList]


@pytest.fixture
def apply(session: Session, ours: Project, boris: User) -> Apply:
    """A price list drafted, started and carried to its end."""

    def applied(rule: Rule, value: object = 0, *, now: datetime = NOW, **more: object) -> PriceList:
        document = lists.draft(session, ours, wanted(rule, value, **more), by=boris, now=now)
        lists.start(session, document, by=boris, now=now)
        return carried(session, document, now=now)

    return applied


@pytest.fixture
def held(session, flat_1, ivanov_deal, anna) -> Booking:
    return estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=NOW)
