"""Shots: requests no browser would send, made from the route table by typed strategies and from a seed.

Half of every shot is plausible, so that it gets past the first check; the rest is taken from what has
killed other sites (RELIABILITY 3.2).
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote_from_bytes

from tests.web.walls.routes import Route

FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"
BOUNDARY = b"wall"
PARTS = b"multipart/form-data; boundary=" + BOUNDARY
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW")

NUMBERS = [
    b"0", b"-1", b"1", b"2", b"7", b"2147483647", b"2147483648", b"9223372036854775807",
    b"9223372036854775808", b"99999999999999999999", b"9" * 5000, b"1e309", b"-0", b"+1", b"1_000", b"0x10",
    b"1.5", b"NaN", b"Infinity", b"-inf", "１２".encode(), "٣".encode(), "²".encode(), b" 1 ", b"1,5",
    b"true", b"null",
]  # fmt: skip
MOMENTS = [
    b"0000-00-00", b"0000-01-01T00:00", b"99999-12-31T00:00", b"9999-12-31T23:59", b"2026-02-30T10:00",
    b"2026-11-25T25:61", b"0001-01-01T00:00+14:00", b"9999-12-31T23:59:59.999999-14:00", b"infinity",
    b"2026-11-25T10:00:00Z",
]  # fmt: skip
POISON = [
    b"\0", b"a\0b", b"\0" * 50, "я".encode() * 20_000, b"\xed\xa0\x80", b"\xff\xfe", b"\xc3\x28",
    b"\xf0\x9f\x92",
]  # fmt: skip
WORDS = [
    b"", b" ", b"http://[::1", "👩‍👩‍👧‍👦🏳️‍🌈".encode(), "\u202eтворс\u202c".encode(),
    "\u0000\u0001\u001b[2J".encode(), "Z\u0336\u0321\u034f".encode() * 300, b"<script>alert(1)</script>",
    b"\"'><img src=x onerror=alert(1)>", b"javascript:alert(1)", b"]]><!--", b"' or 1=1 --",
    b"'; drop table deal; --", b"%' escape '", b"%%%___", b"\\", b"$1", b":name", b"%s %(x)s %n",
    b"{{ 7*7 }}", b"{% for x in y %}", b"${jndi:ldap://x}", b"#{1}", b"{0.__class__}", b"../../etc/passwd",
    b"..\\..\\win.ini", b"\r\nSet-Cookie: a=b", b"=1+1", b"@x", b"(a+)+$", b"a & b | !c:*", b"&&& | <->",
    b"\"", b"//evil.example", b"/\\evil.example", b"https://evil.example", "ﷺ".encode(), "İıẞß".encode(),
    "\ufeffx".encode(), "e\u0301".encode(), b"[]", b"{}", b"a" * 300,
]  # fmt: skip
PLAUSIBLE = [
    "Иванов".encode(), b"+7 921 555-44-33", b"8 (921) 555-44-33", b"1 000 000,50", b"5000000",
    b"2026-11-25T10:00", b"7707083893", b"770701001", b"board", b"list", b"all", b"active", b"over", b"on",
    b"dark", b"en", b"free", b"ivan", b"/deals", b"checkauth", b"init", b"file", b"import", b"query",
    b"success", b"catalog", b"sale", b"import.xml", b"../x.xml",
]  # fmt: skip

LANGUAGES = [b"", b"ru", b"en;q=0.9,*;q=0", b"\xd1\x8f", b"x" * 3000, b"en;q=NaN", b"zz-ZZ-zz,,;;q="]
COOKIES = [
    b"theme=\"><script>", b"theme=dark; theme=light", b"karkas-flash=%7B%22text%22%3A1%7D",
    b"karkas-flash=%ff%fe", b"karkas-flash=%5B%5B%5B%5B",
    b"karkas-flash=%7B%22text%22%3A%22a%5Cud800%22%7D", b"funnel=99999999999999999999", b"karkas=",
    b"karkas=planted", b"karkas=\xd1\x8f", b"=;=;;;", b"a" * 6000 + b"=1", b"__Host-karkas=planted",
    b"karkas_exchange=planted", b"karkas=\"quo\\\"ted\"", b"csrftoken=x",
]  # fmt: skip
HEADERS: dict[bytes, Sequence[bytes]] = {
    b"hx-request": [b"true", b"True", b"1", b"\xff"],
    b"hx-request-type": [b"partial", b"full", b"\xd1\x8f"],
    b"hx-current-url": [
        b"http://site/deals?q=1", b"http://[::1", b"javascript:1", b"//", b"\xd1\x8f", b"http://a:99999999/",
    ],
    b"hx-target": [b"main", b"'\"><", b"\xd1\x8f"],
    b"hx-boosted": [b"true"],
    b"hx-prompt": ["я".encode()],
    b"accept-language": LANGUAGES,
    b"accept": [
        b"text/html", b"application/json", b"*/*;q=NaN", b"application/json;charset=foo", b"\xff", b"",
    ],
    b"accept-encoding": [
        b"zstd", b"br", b"gzip", b"identity;q=0", b"*;q=0", b"gzip;q=9e999", b"\xff",
        b"deflate, gzip;q=1.0, *;q=0.5",
    ],
    b"if-none-match": [b"*", b"\"x\"", b"W/\"x\"", b"\"" * 500, b"\xff"],
    b"if-modified-since": [b"Sat, 21 Nov 2026 10:00:00 GMT", b"yesterday", b"\xff"],
    b"range": [
        b"bytes=0-0", b"bytes=-1", b"bytes=9999999999999999999-", b"lines=1-2", b"bytes=0-,0-,0-,0-",
    ],
    b"referer": [b"http://site/deals", b"http://[::1", b"//x", b"\xff", b"data:,x"],
    b"sec-fetch-site": [b"same-origin", b"none", b"cross-site", b"\xff"],
    b"user-agent": [b"", b"x" * 2000, b"\xd1\x8f", b"a\tb"],
    b"authorization": [
        b"Basic", b"Basic !!!", b"Basic b25lYzp4", b"Basic gICA", b"Basic AAAA", b"Bearer x", b"\xff",
        b"Basic " + b"A" * 4000,
    ],
    b"x-csrftoken": ["я".encode(), b"", b"0" * 64, b"\xff"],
    b"x-http-method-override": [b"DELETE"],
    b"transfer-encoding": [b"identity"],
    b"expect": [b"100-continue"],
    b"x-forwarded-for": [b"1.2.3.4", b"::", b"nonsense", b"1.2.3.4, 5.6.7.8", b"\xff"],
    b"x-forwarded-proto": [b"https", b"gopher", b"ws"],
    b"x-request-id": [b"x" * 4000],
    b"content-encoding": [b"gzip", b"zstd"],
    b"traceparent": [b"00-x-x-00"],
}  # fmt: skip
HOSTS = [b"site", b"evil.example", b"", b"site:99999999", b"[::1", b"\xd1\x8f", b"a" * 3000, b"site/path"]
KINDS = [
    FORM, FORM + b"; charset=utf-8", FORM + b"; charset=nobody", FORM + b"; charset=utf-16", PARTS, JSON,
    JSON + b"; charset=nobody", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=" + b"b" * 3000, b"text/plain", b"text/xml; charset=windows-1251",
    b"application/octet-stream", b"", b"\xd1\x8f", b";;;", b"application/msgpack",
]  # fmt: skip


def part(head: bytes, body: bytes) -> bytes:
    return b"--" + BOUNDARY + b"\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n"


END = b"--" + BOUNDARY + b"--\r\n"
KILLERS: Mapping[str, tuple[bytes, bytes]] = {
    "JSON without a bottom": (JSON, b"[" * 100_000),
    "an object without a bottom": (JSON, b'{"a":' * 100_000),
    "a number without measure": (JSON, b'{"name": ' + b"9" * 100_000 + b"}"),
    "an unknown charset of a part": (
        PARTS, part(b'name="name"\r\nContent-Type: text/plain; charset=foo', b"a") + END,
    ),
    "a part in broken UTF-8": (PARTS, part(b'name="name"', b"\xff\xfe") + END),
    "a part without a name": (PARTS, part(b"", b"a") + END),
    "parts without an end": (PARTS, part(b'name="name"', b"a")),
    "two thousand parts": (PARTS, part(b'name="name"', b"a") * 2_000 + END),
    "the token as a file": (PARTS, part(b'name="_csrf_token"; filename="t"', b"a") + END),
    "a file where a word belongs": (PARTS, part(b'name="name"; filename="x.exe"', b"MZ\0") + END),
    "a header of a part without end": (PARTS, b"--" + BOUNDARY + b"\r\n" + b"A: " + b"b" * 60_000),
    "a semicolon storm": (PARTS, part(b'name="a";' + b'x="' * 2_000, b"") + END),
    "bytes for a form": (FORM, bytes(range(256))),
    "ten thousand fields": (FORM, b"&".join(b"f%d=%d" % (n, n) for n in range(10_000))),
    "one field ten thousand times": (FORM, b"name=a&" * 10_000),
    "percent signs alone": (FORM, b"%" * 10_000 + b"=%zz&%u0041=%"),
    "brackets": (FORM, b"a[b][c]=1&a[]=2&name[]=3&name.x=4&__proto__=5"),
    "nothing": (FORM, b""),
    "XML with a DTD": (b"text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "a zip that is none": (b"application/zip", b"PK\x03\x04" + b"\0" * 500),
}  # fmt: skip

OWN_TOKEN = b"the session's own token"
"""Stands for what is known only when the shot is fired."""


@dataclass(frozen=True)
class Shot:
    """One request as bytes, fired as somebody."""

    number: int
    who: str
    method: str
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = field(repr=False, default=b"")
    route: str = ""

    def __str__(self) -> str:
        """As a line for the shell; bytes that are not text in the way of bash."""
        words = [f"as {self.who}: curl -X {self.method}"]
        words += [f"-H {said(name + b': ' + value)}" for name, value in self.headers]
        words += [f"--data-binary {said(self.body)}"] if self.body else []
        return " ".join([*words, said(b"http://site" + self.target)])


def said(raw: bytes) -> str:
    short = raw if len(raw) <= 300 else raw[:300] + b"... %d bytes" % len(raw)
    text = short.decode("latin-1")
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    return (
        "$'"
        + "".join(
            c if c.isascii() and c.isprintable() and c not in "'\\" else f"\\x{ord(c):02x}" for c in text
        )
        + "'"
    )


class Gun:
    """Makes shots; `ids` are numbers of real records by the name of their table."""

    def __init__(
        self, seed: str, routes: Sequence[Route], people: Sequence[str], ids: Mapping[str, Sequence[int]]
    ) -> None:
        self.seed = seed
        self.people = people
        self.ids = ids
        declared = [(route.method, route) for route in routes]
        known = {(route.method, route.path) for route in routes}
        others = [
            (method, route)
            for route in {route.path: route for route in routes}.values()
            for method in METHODS
            if (method, route.path) not in known
        ]
        self.declared = [(*pair, who) for pair in declared for who in people]
        self.others = [(*pair, who) for pair in others for who in people]
        self.once_around = len(self.declared) * 5 // 4 + 5
        """Shots after which every route had its turn as everybody."""
        order = Random(seed)
        order.shuffle(self.declared)
        order.shuffle(self.others)

    def shot(self, number: int) -> Shot:
        """The same for the same seed and number; four of five are aimed at what the route declares.

        Every route and role has its turn before any has a second one; so have the methods nobody declared.
        """
        r = Random(f"{self.seed} {number}")
        turn, rest = divmod(number, 5)
        aims = self.others if rest == 0 else self.declared
        method, route, who = aims[(turn if rest == 0 else turn * 4 + rest - 1) % len(aims)]
        headers = self._headers(r)
        body = b""
        if not (route.safe and method == route.method) and r.random() < 0.95:
            kind, body = self._body(r, route)
            headers.append((b"content-type", kind))
        return Shot(number, who, method, self._target(r, route), headers, body, str(route))

    def _target(self, r: Random, route: Route) -> bytes:
        path = route.path.encode()
        for name, kind in route.parameters.items():
            value = self._value(r, name, poison=1) if r.random() < 0.2 else self._id(r, name)
            path = path.replace(
                f"{{{name}:{kind}}}".encode(), quote_from_bytes(value[:2000], safe="").encode()
            )
        if r.random() < 0.02:
            path += r.choice([b"/", b"//", b"/..", b"/%2e%2e/", b"/%00", b";x=1", b"%ff", b"/" + b"a" * 9000])
        names = [name for name in route.queries if r.random() < 0.35]
        if r.random() < 0.1:
            names.append("unknown")
        pairs = [name.encode() + b"=" + self._quoted(r, self._value(r, name, poison=1)) for name in names]
        if pairs and r.random() < 0.1:
            pairs.append(pairs[0].partition(b"=")[0] + b"=" + self._quoted(r, self._value(r, names[0])))
        return path + (b"?" + b"&".join(pairs) if pairs else b"")

    def _quoted(self, r: Random, value: bytes) -> bytes:
        value = value[:1500]
        raw = r.random() < 0.05 and value.isascii() and value.decode().isprintable() and b" " not in value
        return value if raw else quote_from_bytes(value, safe="").encode()

    def _headers(self, r: Random) -> list[tuple[bytes, bytes]]:
        headers = [(b"host", r.choice(HOSTS) if r.random() < 0.03 else b"site")]
        if r.random() < 0.9:
            headers.append((b"x-csrftoken", OWN_TOKEN))
        if r.random() < 0.4:
            headers += [(b"hx-request", b"true"), (b"hx-request-type", b"partial")]
        for name in r.sample(list(HEADERS), r.choice([0, 0, 0, 1, 2, 4])):
            headers.append((name, r.choice(HEADERS[name])))
        if r.random() < 0.1:
            headers.append((b"cookie", r.choice(COOKIES)))
        return headers

    def _body(self, r: Random, route: Route) -> tuple[bytes, bytes]:
        if r.random() < 0.12:
            return r.choice(list(KILLERS.values()))
        fields = [(name.encode(), self._value(r, name)) for name in route.fields if r.random() < 0.9]
        if r.random() < 0.1:
            fields.append((b"unknown", self._value(r, "unknown")))
        if fields and r.random() < 0.1:
            fields.append((fields[0][0], self._value(r, fields[0][0].decode())))
        if r.random() < 0.1:
            return PARTS, b"".join(part(b'name="' + name + b'"', value) for name, value in fields) + END
        body = b"&".join(name + b"=" + quote_from_bytes(value, safe="").encode() for name, value in fields)
        return (r.choice(KINDS) if r.random() < 0.1 else FORM), body

    def _value(self, r: Random, name: str, *, poison: int = 6) -> bytes:
        """Poison is refused at the door when it is in an address: little of it goes there."""
        if r.random() < (0.4 if self.ids.get(name.removesuffix("_id")) else 0.15):
            return self._id(r, name)
        pools: list[Sequence[bytes]] = [PLAUSIBLE, WORDS, NUMBERS, MOMENTS, POISON]
        return r.choice(r.choices(pools, (6, 4, 4, 3, poison))[0])

    def _id(self, r: Random, name: str) -> bytes:
        """Usually of a record that is there, own or foreign; else of one that is not."""
        known = self.ids.get(name.removesuffix("_id")) or [1, 2, 3]
        return str(r.choice(known)).encode() if r.random() < 0.85 else r.choice(NUMBERS)
