"""Our orders and their statuses for 1C: query and info."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from domain.deals import Stage
from domain.exchange import visiting
from domain.exchange.commerceml import writing
from domain.exchange.visiting import Visitor
from domain.kernel import clock
from jobs.work import unit_of_work
from web.onec import answers
from web.onec.answers import Answer


def query(visitor: Visitor, _query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        zone = ZoneInfo(visiting.connection_of(session, visitor.user).timezone)
    return answers.xml(writing.orders(at=clock.now().astimezone(zone)))


def statuses(_visitor: Visitor, _query: Mapping[str, str], _body: bytes) -> Answer:
    """Stages of our funnels, for the list 1C shows when its statuses are matched with ours."""
    listed = sa.select(col(Stage.id), col(Stage.name)).order_by(col(Stage.funnel_id), col(Stage.position))
    with unit_of_work(read_only=True) as session:
        named = [(row.id, row.name) for row in session.execute(listed)]
    return answers.xml(writing.reference(named))
