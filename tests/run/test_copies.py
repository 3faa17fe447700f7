"""`karkas backup` and `karkas restore`: a copy becomes the same installation elsewhere."""

import hashlib
import os
import stat
import tarfile
from pathlib import Path

import psycopg
import pytest

from tests.fixtures import Database
from tests.run.conftest import Installation, Sentence

CONNECTION = """insert into connection (name, kind, base_url, login, secret_name, timezone)
    values ('1С', 'odata', 'http://127.0.0.1:1/', 'x', 'X', 'Europe/Moscow')"""

CONTRACT = b"a contract"
SHA256 = hashlib.sha256(CONTRACT).hexdigest()
STORED = f"files/{SHA256[:2]}/{SHA256}"


@pytest.fixture
def copy(installation: Installation, database: Database, valkey: object, tmp_path: Path) -> Path:
    """Of the world with one connection to 1C and one file."""
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": os.environ["REDIS_URL"]}
    with psycopg.connect(database.url) as connection:
        connection.execute(CONNECTION)
        connection.execute(
            "insert into stored_file (sha256, size, media_type) values (%s, 10, 'x')", [SHA256]
        )
    stored = installation.home / STORED
    stored.parent.mkdir(parents=True)
    stored.write_bytes(CONTRACT)
    (stored.parent / "nobody names it").write_bytes(b"a draft")
    done = installation.karkas("backup", str(tmp_path / "copy.tar"))
    assert done.returncode == 0, done.stderr
    return tmp_path / "copy.tar"


def test_a_copy_becomes_the_same_base_elsewhere(
    installation: Installation, copy: Path, empty_database: Database, tmp_path: Path
):
    elsewhere = Installation(
        tmp_path / "elsewhere", {**installation.settings, "DATABASE_URL": empty_database.url}
    )

    done = elsewhere.karkas("restore", str(copy))

    assert done.returncode == 0, done.stderr
    assert "Connections to 1C switched off: 1" in done.stdout
    with psycopg.connect(empty_database.url) as connection:
        assert connection.execute("select name from app_user where login = 'anna'").fetchone() == (
            "Анна Королёва",
        )
        assert connection.execute("select enabled from connection").fetchall() == [(False,)]
    assert (elsewhere.home / STORED).read_bytes() == CONTRACT


def test_a_copy_that_replaces_the_original_keeps_talking(
    installation: Installation, copy: Path, empty_database: Database
):
    installation.settings["DATABASE_URL"] = empty_database.url

    installation.karkas("restore", str(copy), "--keep-connections")

    with psycopg.connect(empty_database.url) as connection:
        assert connection.execute("select enabled from connection").fetchall() == [(True,)]


def test_a_base_with_something_in_it_is_not_overwritten(
    installation: Installation, copy: Path, sentence: Sentence
):
    assert "not empty" in sentence(installation.karkas("restore", str(copy)))


def test_a_file_that_is_no_copy_is_refused(
    installation: Installation, empty_database: Database, valkey: object, tmp_path: Path, sentence: Sentence
):
    installation.settings |= {"DATABASE_URL": empty_database.url, "REDIS_URL": os.environ["REDIS_URL"]}
    (tmp_path / "notes.tar").write_text("not a tar")

    assert "not a copy" in sentence(installation.karkas("restore", str(tmp_path / "notes.tar")))


def test_a_copy_is_for_its_owner_only_and_leaves_no_draft(copy: Path):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert list(copy.parent.iterdir()) == [copy]
    with tarfile.open(copy) as tar:
        assert set(tar.getnames()) == {"manifest.json", "database.dump", STORED}


def test_a_place_that_cannot_be_written_is_named(copy: Path, installation: Installation, sentence: Sentence):
    told = sentence(installation.karkas("backup", str(copy / "inside" / "a.tar")))

    assert "could not be written" in told
