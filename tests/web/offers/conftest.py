"""Ways to pay, a programme, and an offer of Anna's for Ivanov, committed."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest

from domain import offers
from domain.estate import drawings
from domain.kernel import clock, formats
from domain.kernel.settings import settings
from domain.offers import links, programmes, templates
from domain.offers.models import MortgageProgramme, Offer, PaymentTemplate
from tests.web.walls import uploads


def today():
    return formats.here(clock.now()).date()


@pytest.fixture
def instalments(session, boris) -> PaymentTemplate:
    wanted = templates.Wanted("Рассрочка", Decimal(30), payments=7)
    made = templates.add(session, wanted, by=boris)
    session.commit()
    return made


@pytest.fixture
def family(session, boris) -> MortgageProgramme:
    wanted = programmes.Wanted(
        "Банк", "Семейная", Decimal(6), today(), today(), most_credit=Decimal(6_000_000)
    )
    made = programmes.add(session, wanted, by=boris)
    session.commit()
    return made


def drawn(side: int) -> tuple[str, BytesIO]:
    return "план.png", BytesIO(uploads.picture("PNG", (side, side)))


@pytest.fixture
def plans_of_flat_1(session, flat_1, anna) -> tuple[drawings.Plan, drawings.Plan]:
    """Its own, and its floor's with the flat outlined; before the offer, when it is asked for first."""
    own, floor = (
        drawings.put(session, thing, *drawn(8), by=None, now=clock.now()) for thing in (flat_1, flat_1.floor)
    )
    drawings.draw(session, floor, flat_1, points="50,0 100,0 100,60", shown="", by=anna)
    session.commit()
    return own, floor


@pytest.fixture
def offer(session, ivanov_deal, flat_1, instalments, anna) -> Offer:
    wanted = offers.Wanted(
        [flat_1.id], today() + timedelta(days=7), templates=[instalments], conditions="Скидка <b>обсудим</b>"
    )
    content = offers.compose(session, ivanov_deal, wanted, seller=anna.name, now=clock.now()).content
    made = offers.make(session, ivanov_deal, content, by=anna, now=clock.now()).offer
    session.commit()
    return made


@pytest.fixture
def address(session, offer, anna) -> str:
    """For the client."""
    link = links.issue(session, offer, secret=settings().secret, by=anna, now=clock.now())
    session.commit()
    return f"/o/{links.token(link, secret=settings().secret)}"
