"""`karkas check` tells everything it looked at, and fails when something is wrong."""

import os

import psycopg

from tests.fixtures import Database
from tests.run.conftest import Installation


def test_it_names_what_is_wrong_beside_what_is_fine(
    installation: Installation, database: Database, valkey: object
):
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": os.environ["REDIS_URL"]}
    with psycopg.connect(database.url) as connection:
        connection.execute("update alembic_version set version_num = 'older'")

    done = installation.karkas("check")

    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    fine = [line for line in done.stdout.splitlines() if line.startswith("ok")]
    assert any("karkas migrate" in line for line in wrong)
    assert any("PostgreSQL" in line for line in fine)
    assert any("noeviction" in line for line in fine)
    assert "found something wrong" in done.stderr


def test_it_says_who_cannot_rewrite_history_and_that_it_is_whole(
    installation: Installation, database: Database, valkey: object
):
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": os.environ["REDIS_URL"]}

    told = installation.karkas("check").stdout

    assert "ok   The site acts as karkas_app, which cannot rewrite history" in told
    assert "takes the role by itself" in told
    assert "ok   History is whole" in told


def test_triggers_that_are_switched_off_and_a_head_of_another_chain_are_named(
    installation: Installation, database: Database, valkey: object
):
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": os.environ["REDIS_URL"]}
    with psycopg.connect(database.url) as connection:
        connection.execute("alter table event disable trigger event_kept")

    told = installation.karkas("check", "--head", f"7:{'ab' * 32}").stdout

    assert "BAD  History can be rewritten" in told
    assert (
        "BAD  History was changed in 1 places: the chain does not contain the head that was kept, 7:" in told
    )
