"""Talking to one base of 1C by standard.odata. Says what went wrong by type; never logs what was said."""

from collections.abc import Iterable, Iterator
from itertools import count
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import Any

import httpx

from domain.exchange import odata, published, refusals
from domain.exchange.claiming import AT_ONCE
from domain.exchange.failures import Unreachable, WrongPassword
from domain.exchange.mapping import of as mapping_of
from domain.exchange.models import Connection
from domain.exchange.odata import Row
from domain.exchange.published import Published
from domain.kernel.settings import password_named
from domain.kernel.text import _

PAGE = 500
CONNECT_SECONDS = 3.0
METADATA_SECONDS = 120.0
IN_MEMORY = 1_000_000
JSON = MappingProxyType({"Accept": "application/json;odata=nometadata"})


def client_of(connection: Connection) -> "OneC":
    """One client a connection and process: a session of 1C starts slowly and may take a licence."""
    password = password_named(connection.secret_name) if connection.secret_name else ""
    if connection.secret_name and not password:
        raise WrongPassword(
            _("The password is not set: the variable %(name)s is empty", name=connection.secret_name)
        )
    timeout = mapping_of(connection.mapping).timeout_seconds
    line = connection.base_url, connection.login, password, timeout
    return _lines.get(line) or _lines.setdefault(line, OneC(*line[:3], timeout=timeout))


def hang_up() -> None:
    """Close every line of this process."""
    while _lines:
        _lines.popitem()[1].close()


_lines: dict[tuple[str, str, str, int], "OneC"] = {}


class OneC:
    def __init__(self, base_url: str, login: str, password: str, *, timeout: float) -> None:
        self._base_url = base_url
        self._http = httpx.Client(
            auth=httpx.BasicAuth(login, password),
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS, pool=timeout * 2),
            limits=httpx.Limits(
                max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=15
            ),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, set_name: str, ref: str) -> Row:
        return self._row("GET", odata.entity(set_name, ref))

    def create(self, set_name: str, fields: Row) -> Row:
        return self._row("POST", set_name, fields)

    def change(self, set_name: str, ref: str, fields: Row) -> Row:
        return self._row("PATCH", odata.entity(set_name, ref), fields)

    def post(self, set_name: str, ref: str) -> None:
        """Проведение: the document takes effect."""
        self._ask("POST", f"{odata.entity(set_name, ref)}/Post", {"PostingModeOperational": "false"})

    def unpost(self, set_name: str, ref: str) -> None:
        self._ask("POST", f"{odata.entity(set_name, ref)}/Unpost")

    def rows(self, set_name: str, *, select: Iterable[str], where: str = "") -> Iterator[Row]:
        """All rows, page by page in the order of their keys: without an order pages lose rows."""
        options: dict[str, str | int] = {"$select": ",".join(select), "$orderby": "Ref_Key", "$top": PAGE}
        if where:
            options["$filter"] = where
        for skip in count(0, PAGE):
            page = self._list(set_name, options | {"$skip": skip})
            yield from page
            if len(page) < PAGE:
                return

    def published(self) -> Published:
        """What the base publishes: up to 16 MB, so through a file."""
        url = odata.address(self._base_url, "$metadata")
        with SpooledTemporaryFile(IN_MEMORY) as kept:
            try:
                with self._http.stream("GET", url, timeout=METADATA_SECONDS) as response:
                    if response.status_code != httpx.codes.OK:
                        response.read()
                        raise _failure(response)
                    if "html" in _kind(response):
                        raise refusals.stranger(_kind(response))
                    for chunk in response.iter_bytes():
                        kept.write(chunk)
            except (httpx.HTTPError, httpx.InvalidURL) as trouble:
                raise _unreachable(trouble) from None
            kept.seek(0)
            return published.read(kept)

    def _list(self, set_name: str, options: dict[str, str | int]) -> list[Row]:
        said = self._json(self._ask("GET", set_name, options))
        if not isinstance(said.get("value"), list):
            raise refusals.stranger("application/json")
        return list(said["value"])

    def _row(self, method: str, resource: str, fields: Row | None = None) -> Row:
        return self._json(self._ask(method, resource, fields=fields))

    def _json(self, response: httpx.Response) -> Row:
        try:
            said = odata.parse(response.content) if "json" in _kind(response) else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise refusals.stranger(_kind(response))
        return said

    def _ask(
        self, method: str, resource: str, options: dict[str, Any] | None = None, fields: Row | None = None
    ) -> httpx.Response:
        """The body of a POST without fields is empty and says so: IIS answers 411 else."""
        content = odata.body(fields) if fields is not None else b"" if method == "POST" else None
        headers = dict(JSON) | ({"Content-Type": "application/json"} if fields is not None else {})
        url = odata.address(self._base_url, resource, options)
        try:
            response = self._http.request(method, url, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            raise _unreachable(trouble) from None
        if not response.is_success:
            raise _failure(response)
        return response


def _failure(response: httpx.Response) -> Exception:
    return refusals.read(response.status_code, _kind(response), response.content)


def _unreachable(trouble: Exception) -> Unreachable:
    if isinstance(trouble, httpx.TimeoutException):
        return Unreachable(_("1C did not answer in time"))
    return Unreachable(_("1C cannot be reached over the network"))


def _kind(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).lower()
