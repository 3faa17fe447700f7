"""The database brought up to the code and, when asked, an empty one peopled with the demo world."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlmodel import Session

from domain.kernel.settings import settings
from jobs import migrating, work
from web.run.trouble import Trouble

DEMO_LOCK = 0x64656D6F
"""Advisory lock: of two processes only one builds the demo world."""


def migrate() -> None:
    with _engine() as engine:
        try:
            migrating.migrate(engine)
        except migrating.NewerThanCode:
            raise _too_new() from None


def demand_migrated() -> None:
    """Raise Trouble when the database is not exactly at the revision this code knows."""
    with _engine() as engine, engine.connect() as connection:
        found = migrating.current(connection)
    if found == migrating.head():
        return
    raise (
        Trouble("The database is older than this version of Karkas; run karkas migrate.")
        if (found is None or migrating.knows(found))
        else _too_new()
    )


def people_demo() -> bool:
    """Build the demo world unless there is anybody in the base; False when it was not empty."""
    from domain import demo

    with _engine() as engine, Session(engine, expire_on_commit=False) as session:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEMO_LOCK)))
        if session.execute(sa.text("select exists (select from app_user)")).scalar_one():
            return False
        demo.build(session)
        session.commit()
        return True


@contextmanager
def _engine() -> Iterator[sa.Engine]:
    """A connection of our own, without the pool and the time limits of requests."""
    engine = sa.create_engine(settings().database_url, poolclass=sa.NullPool, hide_parameters=True)
    try:
        yield engine
    except sa.exc.OperationalError as problem:
        reason = str(problem.orig).splitlines()[0]
        raise Trouble(f"The database could not be prepared: {reason}.") from None
    finally:
        engine.dispose()


def _too_new() -> Trouble:
    return Trouble(
        "The database is newer than this version of Karkas; install the later version or restore a copy."
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", action="store_true")
    demo_asked = parser.parse_args().demo
    try:
        migrate()
        if demo_asked:
            people_demo()
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from None


if __name__ == "__main__":
    main()
