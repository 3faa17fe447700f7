"""What every answer of the site carries, whatever it is: a page, a refusal, a file, a stream, a 500."""

from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie

ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}
SCRIPTS_MAY_NOT_READ = {"karkas", "__Host-karkas", "karkas-flash", "karkas-device", "__Host-karkas-device"}


def bad_manners(status: int, headers: Sequence[tuple[bytes, bytes]], *, https: bool) -> list[str]:
    """What is wrong, in words; empty when all is well."""
    given = {name.lower(): value for name, value in headers}
    wrong = [
        f"no {name.decode()}: {value.decode()}" for name, value in ALWAYS.items() if given.get(name) != value
    ]
    policy = given.get(b"content-security-policy", b"")
    if b"default-src 'none'" not in policy or b"frame-ancestors 'none'" not in policy:
        wrong.append("no policy against foreign content and frames")
    if b"unsafe-" in policy or b"*" in policy:
        wrong.append("the policy allows what it should forbid")
    doubled = {
        name for name, _ in headers if sum(1 for other, _ in headers if other.lower() == name.lower()) > 1
    }
    wrong += [f"{name.decode()} twice" for name in doubled - {b"set-cookie", b"vary"}]
    if https and b"strict-transport-security" not in given:
        wrong.append("no strict-transport-security")
    kept = given.get(b"cache-control", b"")
    if given.get(b"content-type", b"").startswith(b"text/html") or status >= 300:
        # A page that knows its ETag may be kept by the browser, which asks every time whether it is still so.
        asks = b"private" in kept and (
            b"no-cache" in kept or (b"max-age=0" in kept and b"must-revalidate" in kept)
        )
        # A 304 with a shared copy behind it is of what everybody outside may have: no page is answered so.
        forever = status == 304 and (b"immutable" in kept or kept.startswith(b"public, max-age="))
        if b"no-store" not in kept and not forever and not (asks and b"etag" in given):
            wrong.append(f"may be kept by others ({kept.decode()})")
        if not forever and b"hx-request" not in given.get(b"vary", b"").lower():
            wrong.append("a fragment may be shown for a page (no Vary)")
    if not given.get(b"content-type") and status not in {204, 304, 303, 302, 307} and status != 401:
        wrong.append("no content-type")
    return wrong + [
        fault
        for name, value in headers
        if name.lower() == b"set-cookie"
        for fault in bad_cookie(value, https)
    ]


def bad_cookie(raw: bytes, https: bool) -> list[str]:
    try:
        cookies = SimpleCookie(raw.decode("latin-1"))
    except CookieError:
        return ["a cookie nobody can read"]
    wrong = []
    for name, cookie in cookies.items():
        if cookie["samesite"].lower() not in {"lax", "strict"}:
            wrong.append(f"cookie {name} without SameSite")
        if name in SCRIPTS_MAY_NOT_READ and not cookie["httponly"]:
            wrong.append(f"cookie {name} may be read by scripts")
        if https and not cookie["secure"]:
            wrong.append(f"cookie {name} may leave over http")
        if https and name == "karkas":
            wrong.append("the session's cookie may be tossed from a sibling host (no __Host-)")
        if name.startswith("__Host-") and (not cookie["secure"] or cookie["path"] != "/" or cookie["domain"]):
            wrong.append(f"cookie {name} is not what its name says")
    return wrong
