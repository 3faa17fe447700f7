"""Words for people: English in code, the person's language on the screen."""

import gettext as stdlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

import domain

LANGUAGES = ("ru", "en")
CATALOGUES = Path(domain.__file__).parent.parent / "templates" / "locale"

_language: ContextVar[str] = ContextVar("language", default="ru")


def _(message: str, /, **values: object) -> str:
    """The message in the current language; `%(name)s` places are filled from `values`."""
    told = _said(_language.get(), message)
    return told % values if values else told


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The message in the form its number asks for: 1 сделка, 2 сделки, 5 сделок."""
    told = _catalogue(_language.get()).ngettext(one, many, count)
    return told % values if values else told


def current_language() -> str:
    return _language.get()


def speak(language: str) -> None:
    """Switch this request or job to a language; an unknown one changes nothing."""
    if language in LANGUAGES:
        _language.set(language)


@contextmanager
def language(code: str) -> Iterator[None]:
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


@lru_cache(maxsize=8_192)
def _said(code: str, message: str) -> str:
    """A page says hundreds of them, and a chain of catalogues is asked link by link."""
    return _catalogue(code).gettext(message)


@cache
def _catalogue(code: str) -> stdlib.NullTranslations:
    """One chain of the compiled catalogues of all capabilities; English is the msgid itself."""
    chain = stdlib.NullTranslations()
    for path in sorted(CATALOGUES.glob(f"{code}/LC_MESSAGES/*.mo")):
        with path.open("rb") as compiled:
            own = stdlib.GNUTranslations(compiled)
        own.add_fallback(chain)
        chain = own
    return chain
