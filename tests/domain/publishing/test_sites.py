"""The list of sites: origins as browsers send them, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import clock
from domain.kernel.errors import Invalid
from domain.publishing import sites


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("river.example", "https://river.example"),
        ("https://River.Example/flats?x=1", "https://river.example"),
        ("https://river.example:443", "https://river.example"),
        ("https://river.example:8443/", "https://river.example:8443"),
        ("https://дом.рф", "https://xn--d1aqf.xn--p1ai"),
        ("http://localhost:8100", "http://localhost:8100"),
    ],
)
def test_an_address_becomes_an_origin(typed, origin):
    assert sites.normalise(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://river.example",
        "*",
        "https://*",
        "null",
        "ftp://a.b",
        "https://user:p@a.b",
        "http://[::1",
        "a" * 300 + ".ru",
    ],
)
def test_anything_else_is_refused_in_words(typed):
    with pytest.raises(Invalid):
        sites.normalise(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_origin_or_a_sentence(typed):
    try:
        origin = sites.normalise(typed)
    except Invalid:
        return
    assert sites.normalise(origin) == origin and origin.startswith(("https://", "http://"))


def test_allowed_twice_it_is_in_the_list_once(session, boris):
    for _time in range(2):
        sites.allow(session, origin="river.example", by=boris, now=clock.now())
    (site,) = sites.every(session)
    assert sites.is_allowed(session, "https://river.example")
    assert not sites.is_allowed(session, "https://evil.example") and not sites.is_allowed(session, "")
    sites.forbid(session, site.id, by=boris)
    assert not sites.is_allowed(session, "https://river.example")
