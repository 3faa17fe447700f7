"""Addresses from outside: a host is a host, and nobody is led to another site."""

import pytest

from web.addresses import is_host, local


@pytest.mark.parametrize("sent", [b"", b"site", b"crm.example.ru:8000", b"10.0.0.5", b"[::1]:8000"])
def test_a_host_is_taken(sent):
    assert is_host(sent)


@pytest.mark.parametrize(
    "sent",
    [b"site:99999999", b"site:x", b"[::1", b"[zz]", b"a b", b"u@site", b"site/path", b":80", b"\xd1\x8f"],
)
def test_what_is_no_host_is_refused_in_words(sent, client):
    assert not is_host(sent)

    answer = client.get("/sign-in", headers={"Host": sent})

    assert answer.status_code == 400


@pytest.mark.parametrize("own", ["/", "/deals?next=http://x", "/units/1#top"])
def test_our_own_pages_are_returned_to(own):
    assert local(own) == own


@pytest.mark.parametrize(
    "foreign", ["//evil.ru", "/\\evil.ru", "https://evil.ru", "http://[", "", "/\tx", "javascript:1"]
)
def test_anything_else_leads_to_the_start_page(foreign):
    assert local(foreign) == "/"


@pytest.mark.parametrize("sent", ["http://[::1", "//["])
def test_an_address_nobody_can_read_is_no_500(client, open_client, sent):
    lost = client.get("/deals", headers={"HX-Request": "true", "HX-Current-URL": sent})
    forged = open_client("anna").post("/companies", headers={"Origin": sent})
    after = client.get("/sign-in", params={"next": sent})

    assert (lost.status_code, forged.status_code, after.status_code) == (401, 403, 200)
