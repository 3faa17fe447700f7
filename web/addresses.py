"""Addresses that came from outside: read without trust, and never an open door to another site."""

from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

NOWHERE = SplitResult("", "", "", "", "")


def parts(address: str) -> SplitResult:
    """Of an address somebody sent; one that cannot be read is nowhere."""
    try:
        return urlsplit(address)
    except ValueError:  # an unfinished bracket of IPv6
        return NOWHERE


@lru_cache(maxsize=256)
def is_host(sent: bytes) -> bool:
    """Whether a Host header names one: `crm.example.ru`, `10.0.0.5:8000`, `[::1]:8000`; empty is allowed."""
    try:
        there = urlsplit(f"//{sent.decode('ascii')}")
        port = there.port
    except ValueError:
        return False
    whole = there.netloc.encode() == sent and there.hostname is not None and port != 0
    return not sent or (whole and b"@" not in sent and b" " not in sent)


def local(address: str) -> str:
    """The address if it is our own page, else the start page."""
    there = parts(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and there is not NOWHERE
    plain = not there.netloc and not there.scheme and address.isprintable() and "\\" not in address
    return address if safe and plain else "/"
