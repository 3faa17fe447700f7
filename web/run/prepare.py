"""The database made fit for this version: checked, migrated, and in the demo peopled."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session

from domain import demo
from domain.demo import load
from domain.demo.load import Load
from domain.kernel import clock
from domain.kernel.settings import settings
from jobs import migrating
from web.run.trouble import Trouble

DEMO_LOCK = 0x64656D6F
"""Advisory lock: of two processes at once only one builds the demo world."""


def check(engine: sa.Engine) -> str:
    """Raise Trouble when the database is not exactly at the revision this code knows."""
    with engine.connect() as connection:
        found = migrating.current(connection)
    if not migrating.is_known(found):
        raise _too_new()
    if found != migrating.head():
        raise Trouble("The database is older than this version of Karkas; run karkas migrate.")
    return "The database is at this version."


def migrate(engine: sa.Engine) -> str:
    try:
        migrating.migrate(engine)
    except migrating.NewerThanCode:
        raise _too_new() from None
    return "The database is at this version."


def people(engine: sa.Engine) -> str:
    """Build the demo world, unless there is anybody in the base: a real one must not get demo accounts."""
    with Session(engine, expire_on_commit=False) as session:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEMO_LOCK)))
        if session.execute(sa.text("select exists (select from app_user)")).scalar_one():
            demo.reconnect(session, onec_url=settings().onec_demo_url)
            session.commit()
            return "The base is not empty: the demo world is built only in an empty one."
        demo.build(session, onec_url=settings().onec_demo_url)
        demo.write_units(session, settings().onec_demo_units)
        session.commit()
    return "The demo world is built."


STEPS = {"check": check, "migrate": migrate, "demo": people}


def burden(engine: sa.Engine, wanted: Load) -> str:
    """Add a heavy load to the demo world, and to nothing else. Raises Trouble on any other base."""
    with Session(engine, expire_on_commit=False) as session:
        if not demo.is_demo(session):
            raise Trouble("The base is not a demo: a load is added only to the demo world.")
        filled = load.fill(session, wanted, now=clock.now(), told=say)
        session.commit()
    say("Tidying the tables up…")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum (analyze)"))
    return str(filled)


def say(words: str) -> None:
    print(words, flush=True)


@contextmanager
def _engine() -> Iterator[sa.Engine]:
    """Without the pool and the time limits of requests."""
    engine = sa.create_engine(settings().owner_url, poolclass=sa.NullPool, hide_parameters=True)
    try:
        yield engine
    except sa.exc.OperationalError as problem:
        reason = str(problem.orig).splitlines()[0]
        raise Trouble(f"The database could not be prepared: {reason}.") from None
    finally:
        engine.dispose()


def _too_new() -> Trouble:
    return Trouble("The database is newer than this Karkas; install the later version or restore a copy.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("steps", nargs="+", choices=STEPS)
    for what in ("deals", "units", "people"):
        parser.add_argument(f"--{what}", type=int, default=0)
    asked = parser.parse_args()
    wanted = Load(asked.deals, asked.units, asked.people)
    try:
        with _engine() as engine:
            for step in asked.steps:
                say(STEPS[step](engine))
            if wanted != Load():
                say(burden(engine, wanted))
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from None


if __name__ == "__main__":
    main()
