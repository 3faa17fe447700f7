"""Security headers on every response: pages, fragments, errors, files and downloads alike."""

from typing import Any, cast

from litestar.types import Message

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self)"),
)

PRIVATE = (b"cache-control", b"no-store")
VARY = (b"vary", b"HX-Request, HX-Request-Type, Cookie, Accept-Encoding")


def secured(message: Message, *, https: bool) -> Message:
    """The response start with what a handler did not set itself."""
    given: list[tuple[bytes, bytes]] = list(cast(Any, message).get("headers", []))
    names = {name.lower() for name, _ in given}
    given += [header for header in ALWAYS if header[0] not in names]
    if b"cache-control" not in names:
        given.append(PRIVATE)
    if b"vary" not in names:
        given.append(VARY)
    if https:
        given = [(name, sealed(value) if name.lower() == b"set-cookie" else value) for name, value in given]
        given.append((b"strict-transport-security", b"max-age=31536000"))
    return {**message, "headers": given}  # type: ignore[return-value]


def sealed(cookie: bytes) -> bytes:
    """A cookie that came over https never leaves over http."""
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"
