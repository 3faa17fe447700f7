"""A request as bytes gave it and an answer as bytes take it; everything between is plain functions."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 32 * 1024 * 1024


class TooLarge(Exception):
    pass


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str = ""  # as it came, percent signs and all
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def root(self) -> str:
        return f"http://{self.header('host') or 'localhost'}"

    @property
    def form(self) -> dict[str, str]:
        """The last value of each field of a posted form."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    @property
    def options(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.query).items()}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


async def read(scope: Scope, receive: Receive) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        method=scope["method"],
        path=unquote_to_bytes(scope["raw_path"]).decode("utf-8"),
        query=scope["query_string"].decode("utf-8", "replace"),
        headers=headers,
        body=await _body(receive),
    )


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return bytes(body)


async def write(send: Send, answer: Answer, *, head_only: bool = False) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.content_type:
        headers.append((b"content-type", answer.content_type.encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})
