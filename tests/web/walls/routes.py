"""The routes as the walls see them: a table made from the application itself.

Every wall walks it, so that a new route, method or form field is under attack the day it is born.
"""

import dataclasses
import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import BodyKwarg, RawBody

from domain.access import Permission
from web.app import create_app
from web.guards import OPEN_TO_MACHINES, SAFE_METHODS, handlers_of

PARAMETER = re.compile(r"\{(\w+):(\w+)\}")
ASKED_FOR = re.compile(r"""\.(?:get|getall|pop)\(["'](\w+)["']|query_params\[["'](\w+)["']\]""")


@dataclass(frozen=True)
class Route:
    """One address under one method."""

    method: str
    path: str
    """The template, as in `/deals/{deal_id:int}/moves`."""
    permission: Permission
    parameters: Mapping[str, str]
    """What stands in the path, by name: its type as the template says it."""
    queries: Mapping[str, type]
    """Declared ones with their types, and as text those the handler's module reads by name."""
    body: Any
    """The class of the form, `bytes` for a body taken as it is, None for none."""
    content_type: str | None
    streams: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def safe(self) -> bool:
        return self.method in SAFE_METHODS

    @property
    def for_machines(self) -> bool:
        return self.permission in OPEN_TO_MACHINES

    @property
    def fields(self) -> Mapping[str, Any]:
        """Names and types of the form's fields."""
        known = dataclasses.fields(self.body) if dataclasses.is_dataclass(self.body) else ()
        return {field.name: field.type for field in known}

    def at(self, **given: object) -> str:
        """The address with something in the place of every parameter; 1 where nothing was given."""
        return PARAMETER.sub(lambda found: str(given.get(found[1], 1)), self.path)


@cache
def table() -> tuple[Route, ...]:
    """Every route of the site, in a steady order."""
    return of(create_app().app)


def of(app: Litestar) -> tuple[Route, ...]:
    found = (route_of(route.path, method, handler) for route, method, handler in handlers_of(app))
    return tuple(sorted(found, key=str))


def route_of(path: str, method: str, handler: BaseRouteHandler) -> Route:
    signature = handler.parsed_fn_signature.parameters
    parameters = dict(PARAMETER.findall(path))
    declared = {
        name: found.annotation
        for name, found in signature.items()
        if found.annotation in {str, int} and name not in parameters
    }
    data = signature.get("data")
    declared_kind = (
        data.kwarg_definition.media_type if data and isinstance(data.kwarg_definition, BodyKwarg) else None
    )
    body = data.annotation if data else bytes if takes_raw(handler) else None
    return Route(
        method=method,
        path=path,
        permission=handler.opt["permission"],
        parameters=parameters,
        queries={name: str for name in read_by_name(handler) if name not in parameters} | declared,
        body=body,
        content_type=declared_kind.value if isinstance(declared_kind, RequestEncodingType) else None,
        streams="Stream" in str(handler.parsed_fn_signature.return_type.raw),
    )


def takes_raw(handler: BaseRouteHandler) -> bool:
    return any(found.annotation is RawBody for found in handler.parsed_fn_signature.parameters.values())


def read_by_name(handler: BaseRouteHandler) -> list[str]:
    """Words that the handler's capability asks a mapping for: queries are among them."""
    home = module_of(handler)
    capability = home.rpartition(".")[0]
    near = [name for name in sys.modules if capability != "web" and name.startswith(f"{capability}.")]
    sources = [inspect.getsource(sys.modules[name]) for name in {home, *near}]
    return sorted({first or second for source in sources for first, second in ASKED_FOR.findall(source)})


def module_of(handler: BaseRouteHandler) -> str:
    written = getattr(handler.fn, "func", handler.fn)
    return str(written.__module__)
