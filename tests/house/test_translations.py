"""The screen speaks Russian to the last word, and the check that says so can fail."""

from pathlib import Path

import pytest

from domain.kernel import text
from domain.kernel.text import _, language, ngettext
from web import translations

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: ru\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && '
    '(n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
)


def test_every_word_has_its_russian():
    assert list(translations.problems()) == []


def test_what_the_site_reads_is_what_the_catalogues_say():
    """The compiled files are made at set-up: a stale one would say yesterday's words."""
    for name, book in translations.catalogues().items():
        for message in book:
            if isinstance(message.id, str) and message.id:
                assert _(message.id) == message.string, f"{name}.po is newer than its .mo: run make setup"


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`words(po=…, py=…)`: what the check says of a small project of one catalogue and one module."""

    def problems(po: str, py: str) -> list[str]:
        (tmp_path / "templates/locale/ru").mkdir(parents=True, exist_ok=True)
        (tmp_path / "templates/locale/ru/small.po").write_text(HEADER + po, "utf-8")
        (tmp_path / "web").mkdir(exist_ok=True)
        (tmp_path / "web/small.py").write_text(py, "utf-8")
        monkeypatch.setattr(translations, "ROOT", tmp_path)
        monkeypatch.setattr(translations, "LOCALE", tmp_path / "templates/locale")
        return list(translations.problems())

    return problems


DEAL = 'msgid "Deal"\nmsgstr "Сделка"\n'
DEALS = 'msgid "%(n)s deal"\nmsgid_plural "%(n)s deals"\nmsgstr[0] "%(n)s сделка"\nmsgstr[1] "%(n)s сделки"\n'


def test_a_whole_catalogue_has_no_problems(words):
    assert words(DEAL + "\n" + DEALS + 'msgstr[2] "%(n)s сделок"\n', WHOLE) == []


WHOLE = '_("Deal")\nngettext("%(n)s deal", "%(n)s deals", 5, n=5)\n'


@pytest.mark.parametrize(
    ("po", "py", "problem"),
    [
        ("", '\n_("Deal")', "web/small.py:2: no Russian for “Deal”"),
        ('msgid "Deal"\nmsgstr ""\n', '_("Deal")', "small.po: “Deal” lacks a form"),
        ("#, fuzzy\n" + DEAL, '_("Deal")', "small.po: “Deal” is fuzzy"),
        (DEAL, "", "small.po: nobody says “Deal” any more"),
        (
            DEALS + 'msgstr[2] ""\n',
            'ngettext("%(n)s deal", "%(n)s deals", 5, n=5)',
            "small.po: “%(n)s deal” lacks a form",
        ),
        (
            'msgid "Until %(day)s"\nmsgstr "До %(date)s"\n',
            '_("Until %(day)s", day=1)',
            "small.po: “Until %(day)s” loses or invents a placeholder",
        ),
    ],
)
def test_the_check_says_what_is_wrong_and_where(words, po, py, problem):
    assert words(po, py) == [problem]


def test_two_catalogues_may_not_disagree(words, tmp_path):
    (tmp_path / "templates/locale/ru").mkdir(parents=True)
    (tmp_path / "templates/locale/ru/another.po").write_text(
        HEADER + 'msgid "Deal"\nmsgstr "Дело"\n', "utf-8"
    )

    assert words(DEAL, '_("Deal")') == ["small.po: “Deal” is translated differently in another.po"]


def test_words_of_the_language_that_was_asked_for():
    assert _("Sign in") == "Войти"
    with language("en"):
        assert _("Sign in") == "Sign in"
        assert ngettext("%(count)s day", "%(count)s days", 2, count=2) == "2 days"
    assert ngettext("%(count)s day", "%(count)s days", 2, count=2) == "2 дня"


def test_an_unknown_language_changes_nothing():
    with language("ru"):
        text.speak("tlh")

        assert text.current_language() == "ru"


def test_a_percent_sign_needs_no_care_where_nothing_is_filled_in():
    assert _("100 % of it") == "100 % of it"
