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
