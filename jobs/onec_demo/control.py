"""/control: the handles of the stand-in for tests and scripts, in JSON."""

import json
from collections.abc import Callable
from typing import Any

from jobs.onec_demo import seed
from jobs.onec_demo.configuration import SCHEMA
from jobs.onec_demo.demo import Demo
from jobs.onec_demo.exchange import Manner
from jobs.onec_demo.faults import Unclear
from jobs.onec_demo.quirks import BY_NAME
from jobs.onec_demo.wire import Answer, Request

PREFIX = "/control/"


def answer(demo: Demo, request: Request) -> Answer:
    found = ROUTES.get((request.method, request.path.removeprefix(PREFIX)))
    if found is None:
        return _said(
            {"error": "no such handle", "handles": [f"{method} {PREFIX}{name}" for method, name in ROUTES]},
            404,
        )
    try:
        return _said(found(demo, request))
    except (Unclear, ValueError) as unclear:
        return _said({"error": str(unclear)}, 422)


def _health(demo: Demo, _: Request) -> Any:
    return {"ok": True, "version": demo.base.store.version}


def _quirks(demo: Demo, _: Request) -> Any:
    return demo.base.quirks.as_table()


def _switch(demo: Demo, request: Request) -> Any:
    asked = _body(request)
    if unknown := set(asked) - set(BY_NAME):
        raise Unclear(f"no such quirk: {', '.join(sorted(unknown))}")
    for name, on in asked.items():
        demo.base.quirks.switch(name, on is True)
    return demo.base.quirks.as_table()


def _faults(demo: Demo, _: Request) -> Any:
    return [each.as_dict() for each in demo.faults.all()]


def _add_fault(demo: Demo, request: Request) -> Any:
    return demo.faults.add(_body(request)).as_dict()


def _clear_faults(demo: Demo, _: Request) -> Any:
    demo.faults.clear()
    return []


def _documents(demo: Demo, request: Request) -> Any:
    """Every set, or the one asked for by ?set="""
    name = request.options.get("set")
    if name and name not in SCHEMA:
        raise Unclear(f"no such set: {name}")
    return demo.dump(name) if name else demo.dump()


def _checksum(demo: Demo, _: Request) -> Any:
    return demo.checksum()


def _journal(demo: Demo, _: Request) -> Any:
    return demo.journal.as_list()


def _reset(demo: Demo, _: Request) -> Any:
    demo.reset()
    return demo.checksum()


def _exchange(demo: Demo, request: Request) -> Any:
    return demo.exchange(Manner.read(_body(request))).as_dict()


def _new_units(demo: Demo, request: Request) -> Any:
    return seed.new_units(demo.base, int(_body(request).get("count", 1)))


def _body(request: Request) -> dict[str, Any]:
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise Unclear("a JSON object is expected")
    return body


def _said(body: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8")


ROUTES: dict[tuple[str, str], Callable[[Demo, Request], Any]] = {
    ("GET", "health"): _health,
    ("GET", "quirks"): _quirks,
    ("POST", "quirks"): _switch,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "documents"): _documents,
    ("GET", "checksum"): _checksum,
    ("GET", "journal"): _journal,
    ("POST", "reset"): _reset,
    ("POST", "exchange"): _exchange,
    ("POST", "units"): _new_units,
}
