"""One exchange served by whichever process is there: nothing of it is kept in memory."""

import httpx
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.estate import Unit
from domain.exchange.models import Message, MessageState
from tests.sites import Site
from tests.web.onec.conftest import OneC
from tests.world import commerceml as xml

FLATS = range(101, 301)
FILES = {
    "import0_1.xml": xml.flats(FLATS),
    "offers0_1.xml": xml.document(xml.offers(*(xml.offer(f"flat-{n}", n * 1_000) for n in FLATS))),
}


def test_an_exchange_survives_the_death_of_a_web_process_and_of_the_worker(
    site: Site, session: Session
) -> None:
    """Each call is a new connection, so both processes get their share."""
    site.start("worker", "schedule")
    no_reuse = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=site.url, limits=no_reuse, trust_env=False, timeout=30) as http:
        onec = OneC(http).enter()
        first, second = FILES.items()
        onec.send(*first, limit=20_000)
        onec.call("import", filename=first[0])
        site.kill("web-1", "worker")
        onec.send(*second, limit=20_000)
        site.start("worker")
        for name in FILES:
            while (answer := onec.call("import", filename=name)).startswith("progress"):
                pass
            assert answer.startswith("success\n"), answer

    with session:
        priced = (
            select(sa.func.count())
            .select_from(Unit)
            .where(col(Unit.price) == sa.cast(Unit.number, sa.Integer) * 1_000)
        )
        assert session.execute(priced).scalar_one() == len(FLATS)
        assert session.exec(select(Message.state)).all() == [MessageState.DONE] * 2
