"""Settings: defaults, `.env`, and one sentence for each value that cannot be used."""

import stat
from pathlib import Path

import pytest

from domain.kernel.settings import BadSetting, read


def test_nothing_given_means_everything_embedded_in_one_folder():
    plain = read({})

    assert (plain.database_url, plain.redis_url, plain.demo) == ("", "", False)
    assert plain.files_root == plain.home / "files" == Path(".karkas/files").absolute()
    assert plain.url == "http://127.0.0.1:8000"


def test_any_spelling_of_postgresql_is_understood():
    urls = ["postgres://db/karkas", "postgresql://db/karkas", "postgresql+psycopg://db/karkas"]

    assert {read({"DATABASE_URL": url}).database_url for url in urls} == {"postgresql://db/karkas"}


def test_files_may_live_in_a_folder_that_machines_share():
    assert read({"FILES_URL": "file:///srv/our%20files"}).files_root == Path("/srv/our files")


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("KARKAS_PORT", "eighty", "whole number from 1 to 65534"),
        ("KARKAS_PORT", "0", "whole number from 1 to 65534"),
        ("KARKAS_PORT", "9" * 6000, "whole number from 1 to 65534"),
        ("KARKAS_WEB_PROCESSES", "-1", "whole number from 1"),
        ("KARKAS_DEMO", "perhaps", "must be 1 or 0"),
        ("KARKAS_LOCALE", "de", "one of ru, en"),
        ("KARKAS_TZ", "Moscow", "such as Europe/Moscow"),
        ("KARKAS_TZ", "../../etc/passwd", "such as Europe/Moscow"),
        ("DATABASE_URL", "mysql://db/karkas", "postgresql://"),
        ("REDIS_URL", "http://cache", "redis://"),
        ("FILES_URL", "s3://bucket", "not supported yet"),
        ("FILES_URL", "relative/folder", "file:///path"),
        ("KARKAS_SECRET", "short", "at least 32"),
        ("KARKAS_TRUSTED_ORIGINS", "crm.example.ru", "https://crm.example.ru"),
    ],
)
def test_a_value_that_cannot_be_used_is_answered_by_a_sentence(name, value, hint):
    with pytest.raises(BadSetting) as no:
        read({name: value})

    assert name in str(no.value)
    assert hint in str(no.value)
    assert "\n" not in str(no.value)


def test_the_secret_is_made_once_and_kept_from_others(tmp_path):
    home = {"KARKAS_HOME": str(tmp_path / "home")}
    first, second = read(home).secret, read(home).secret

    kept = tmp_path / "home" / "secret"
    assert first == second == kept.read_text()
    assert len(first) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_a_given_secret_is_not_written_anywhere(tmp_path):
    given = read({"KARKAS_HOME": str(tmp_path / "home"), "KARKAS_SECRET": "x" * 32})

    assert given.secret == "x" * 32
    assert "x" * 32 not in repr(given)
    assert not (tmp_path / "home").exists()


def test_a_home_that_cannot_be_written_is_answered_by_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(BadSetting, match="cannot be used"):
        _ = read({"KARKAS_HOME": str(tmp_path / "file" / "home")}).secret
