"""`karkas check`: is everything in order, and if not, what to do, in words."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from pyexpat import EXPAT_VERSION
from typing import Any

import psycopg
import redis
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from domain.events import sealing
from domain.events.sealing import BEGINNING, Head
from domain.kernel.settings import Settings
from jobs import heads, migrating
from jobs.connections import connect
from jobs.privileges import ROLE, narrowed
from web.run import servers
from web.run.trouble import Trouble

LEAST_FREE_BYTES = 1_000_000_000
LARGEST_SKEW_SECONDS = 5
ROOT = Path(__file__).parents[2]

WALLS = """
select has_table_privilege('event', 'update') or has_table_privilege('event', 'delete'),
       current_user, session_user,
       (select count(*) = 2 from pg_trigger
         where tgname in ('event_kept', 'event_seal_kept') and tgenabled in ('O', 'A'))
"""


def check(*, head: str = "") -> str:
    """One line a finding. Raises Trouble when something is wrong, after telling everything.

    `head` is one that was written down elsewhere; without it history is compared with the one kept here.
    """
    questions = [partial(_history, noted=_head(head)) if each is _history else each for each in QUESTIONS]
    with servers.ready() as ready:
        findings = [_look(question, ready) for question in questions]
    for fine, told in findings:
        print(f"{'ok  ' if fine else 'BAD '} {told}")
    if wrong := sum(not fine for fine, _ in findings):
        raise Trouble(f"{wrong} of {len(findings)} checks found something wrong.")
    return "Everything is in order."


type_of_finding = tuple[bool, str]


def _head(text: str) -> Head:
    try:
        return Head.parse(text) if text else BEGINNING
    except ValueError:
        raise Trouble("A head looks like 1234:f00d…, as karkas check tells it.") from None


def _look(question: Callable[[Settings], type_of_finding], ready: Settings) -> type_of_finding:
    try:
        return question(ready)
    except (psycopg.Error, redis.RedisError, OSError) as problem:
        return False, f"{_name(question)}: {str(problem).splitlines()[0]}"


def _name(question: Callable[[Settings], type_of_finding]) -> str:
    return (getattr(question, "func", question).__doc__ or "").rstrip(".")


def _database(ready: Settings) -> type_of_finding:
    """The database answers."""
    with _connected(ready) as connection:
        version = connection.info.server_version // 10_000
        encoding = connection.info.parameter_status("server_encoding")
    return encoding == "UTF8", f"PostgreSQL {version} answers, its encoding is {encoding} (UTF8 is needed)"


def _migrated(ready: Settings) -> type_of_finding:
    """The database is at this version."""
    with _connected(ready) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
    fine = row is not None and row[0] == migrating.head()
    return (
        fine,
        "The database is at this version" if fine else "The database is not at this version: karkas migrate",
    )


def _clocks(ready: Settings) -> type_of_finding:
    """The clocks agree."""
    with _connected(ready) as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    skew = abs((datetime.now(UTC) - row[0]).total_seconds())
    return (
        skew < LARGEST_SKEW_SECONDS,
        f"The clock of the database differs from this machine's by {skew:.1f} s",
    )


def _redis(ready: Settings) -> type_of_finding:
    """Redis answers."""
    with redis.Redis.from_url(ready.redis_url, socket_timeout=servers.PATIENCE_SECONDS) as client:
        policy = str(client.info("memory")["maxmemory_policy"])
    return policy == "noeviction", f"Redis answers, its maxmemory-policy is {policy} (noeviction is needed)"


def _files(ready: Settings) -> type_of_finding:
    """Files can be written."""
    ready.files_root.mkdir(parents=True, exist_ok=True)
    probe = ready.files_root / ".probe"
    probe.write_bytes(b"")
    probe.unlink()
    return True, f"Files can be written to {ready.files_root}"


def _disk(ready: Settings) -> type_of_finding:
    """There is room on the disk."""
    free = shutil.disk_usage(ready.home).free
    return free > LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB are free at {ready.home} (1 GB is the least)"


def _front_end(_: Settings) -> type_of_finding:
    """Front-end files are built."""
    fine = any((ROOT / "static" / "dist").glob("*"))
    return fine, "Front-end files are built" if fine else "Front-end files are missing: make setup"


def _words(_: Settings) -> type_of_finding:
    """Translations are compiled."""
    fine = any((ROOT / "templates" / "locale").glob("ru/LC_MESSAGES/*.mo"))
    return fine, "Translations are compiled" if fine else "Translations are missing: make setup"


def _expat(_: Settings) -> type_of_finding:
    """The XML parser is not of the vulnerable ones."""
    version = tuple(map(int, EXPAT_VERSION.removeprefix("expat_").split(".")))
    return version >= (2, 5), f"The XML parser is {EXPAT_VERSION} (2.5 is the least)"


def _dead_messages(ready: Settings) -> type_of_finding:
    """Nothing waits for a person in the exchange."""
    with _connected(ready) as connection:
        row = connection.execute("select count(*) from message where state = 'dead'").fetchone()
    dead = row[0] if row else 0
    return dead == 0, f"{dead} messages of the exchange wait for a person at {ready.url}/exchange"


def _walls(ready: Settings) -> type_of_finding:
    """Nobody rewrites history in passing."""
    with psycopg.connect(
        narrowed(ready.database_url), connect_timeout=servers.PATIENCE_SECONDS
    ) as connection:
        row = connection.execute(WALLS).fetchone()
    assert row is not None
    may_rewrite, role, login, guarded = row
    if not guarded:
        return False, "History can be rewritten: its triggers are gone or switched off"
    if may_rewrite:
        return True, (
            f"History is guarded by triggers only: {login} has no role {ROLE} to take, "
            "see docs/administrator.md"
        )
    return True, f"The site acts as {role}, which cannot rewrite history" + (
        "" if login == role else f"; its login {login} takes the role by itself, a login apart is stronger"
    )


def _history(ready: Settings, noted: Head = BEGINNING) -> type_of_finding:
    """History is what it was."""
    try:
        kept = noted if noted != BEGINNING else heads.kept(ready)
    except ValueError:
        return False, f"The head of history's chain in {ready.home / 'heads'} is not one"
    engine = connect(ready.database_url)
    try:
        with Session(engine) as session:
            verdict = sealing.verify(session, kept)
    except SQLAlchemyError as problem:
        return False, f"History could not be read: {str(problem).splitlines()[0]}"
    finally:
        engine.dispose()
    if verdict.wrong:
        return False, f"History was changed in {verdict.wrongs} places: {'; '.join(verdict.wrong)}"
    waiting = f", {verdict.waiting} of them not sealed yet" if verdict.waiting else ""
    return True, f"History is whole: {verdict.events} events{waiting}; its head is {verdict.head}"


QUESTIONS = (
    *(_disk, _files, _database, _migrated, _clocks, _walls, _history),
    *(_redis, _dead_messages, _front_end, _words, _expat),
)


@contextmanager
def _connected(ready: Settings) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(ready.database_url, connect_timeout=servers.PATIENCE_SECONDS) as connection:
        yield connection
