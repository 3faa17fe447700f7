"""What cannot work is said in exactly one sentence on stderr, with a non-zero exit."""

import os
import socket

import psycopg
import pytest

from tests.fixtures import Database
from tests.run.conftest import Installation, Sentence
from web.run import home, servers
from web.run.postgres import Postgres
from web.run.trouble import Trouble


def test_a_setting_that_cannot_be_used(installation: Installation, sentence: Sentence):
    installation.settings["KARKAS_PORT"] = "http"

    assert "KARKAS_PORT must be a whole number" in sentence(installation.karkas("run"))


def test_a_busy_port(installation: Installation, sentence: Sentence):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(installation.settings["KARKAS_PORT"])))
        taken.listen()

        told = sentence(installation.karkas("run"))

    assert installation.settings["KARKAS_PORT"] in told
    assert "KARKAS_PORT" in told
    assert not (installation.home / "postgres").exists()


def test_an_address_of_another_machine(installation: Installation, sentence: Sentence):
    installation.settings["KARKAS_HOST"] = "192.0.2.1"

    assert "192.0.2.1" in sentence(installation.karkas("run"))


def test_a_folder_that_cannot_be_written(installation: Installation, sentence: Sentence):
    installation.home.write_text("a file in the way")

    assert "choose another KARKAS_HOME" in sentence(installation.karkas("run"))


def test_a_second_instance(installation: Installation, sentence: Sentence):
    home.prepare(installation.home)
    with home.only_one(installation.home):
        told = sentence(installation.karkas("run"))

    assert f"already running in {installation.home} (process {os.getpid()})" in told


def test_a_database_that_is_away(installation: Installation, sentence: Sentence):
    installation.settings["DATABASE_URL"] = "postgresql://karkas:secret-word@127.0.0.1:1/karkas"

    told = sentence(installation.karkas("run"))

    assert "database cannot be reached" in told
    assert "secret-word" not in told


def test_a_redis_that_is_away(installation: Installation, sentence: Sentence, database: Database):
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": "redis://127.0.0.1:1/0"}

    assert "Redis cannot be reached" in sentence(installation.karkas("run"))


def test_a_database_newer_than_the_code(installation: Installation, sentence: Sentence, database: Database):
    installation.settings["DATABASE_URL"] = database.url
    with psycopg.connect(database.url) as connection:
        connection.execute("update alembic_version set version_num = 'from_the_future'")

    for command in ("run", "serve", "migrate"):
        assert "newer than this Karkas" in sentence(installation.karkas(command))


def test_a_database_older_than_the_code(
    installation: Installation, sentence: Sentence, empty_database: Database
):
    installation.settings["DATABASE_URL"] = empty_database.url

    assert "run karkas migrate" in sentence(installation.karkas("serve"))


def test_servers_that_are_too_old(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(servers, "OLDEST_POSTGRES", 99)

    with pytest.raises(Trouble, match=r"PostgreSQL \d+ is too old; Karkas needs 99 or newer"):
        servers.check_postgres(database.url)


def test_a_postgresql_that_refuses_to_start_gives_its_own_reason(installation: Installation):
    broken = Postgres(installation.home / "postgres", (("shared_buffers", "nonsense"),))

    with pytest.raises(Trouble, match=r"did not start: .*shared_buffers"):
        broken.start()
