"""`karkas user`: the first person of an installation, a lost password, a person who left."""

import os

import pytest
from sqlmodel import Session

from domain.access import passwords, users
from domain.access.models import Role, User
from tests.fixtures import Database
from tests.run.conftest import Installation, Sentence


@pytest.fixture
def base(installation: Installation, database: Database, valkey: object) -> Installation:
    installation.settings |= {"DATABASE_URL": database.url, "REDIS_URL": os.environ["REDIS_URL"]}
    return installation


def test_a_person_is_added_with_role_region_and_chief(base: Installation, session: Session, boris: User):
    words = ["user", "add", "pavel", "--name", "Павел Ильин", "--role", "manager"]

    done = base.karkas(*words, "--region", "Казань", "--chief", "boris", said="a good password\n")

    assert done.returncode == 0, done.stderr
    pavel = users.get(session, "pavel")
    assert (pavel.name, pavel.role, pavel.chief_id) == ("Павел Ильин", Role.MANAGER, boris.id)
    assert pavel.region is not None
    assert pavel.region.name == "Казань"
    assert passwords.fits("a good password", pavel.password_hash)


def test_a_login_that_is_taken_is_refused(base: Installation, sentence_in_words):
    done = base.karkas("user", "add", "anna", "--name", "Анна", "--role", "manager", said="a good password\n")

    assert "anna" in sentence_in_words(done)


def test_a_new_password_replaces_the_old_one(base: Installation, session: Session):
    base.settings["KARKAS_PASSWORD"] = "another password"

    done = base.karkas("user", "password", "anna")

    assert done.returncode == 0, done.stderr
    stored = users.get(session, "anna").password_hash
    assert passwords.fits("another password", stored)
    assert not passwords.fits("karkas", stored)


def test_a_person_who_left_may_not_come_in(base: Installation, session: Session):
    assert base.karkas("user", "disable", "anna").returncode == 0

    assert users.get(session, "anna").disabled_at is not None


def test_an_unknown_login_is_named(base: Installation, sentence_in_words):
    assert "nobody" in sentence_in_words(base.karkas("user", "disable", "nobody"))


def test_a_base_that_is_not_migrated_is_named(
    installation: Installation, empty_database: Database, valkey: object, sentence: Sentence
):
    installation.settings |= {"DATABASE_URL": empty_database.url, "REDIS_URL": os.environ["REDIS_URL"]}

    assert "run karkas migrate" in sentence(installation.karkas("user", "disable", "anna"))


@pytest.fixture
def sentence_in_words(sentence: Sentence) -> Sentence:
    """The domain's own sentences do without a full stop."""

    def with_stop(done):
        done.stderr = done.stderr.rstrip() + "."
        return sentence(done)

    return with_stop
