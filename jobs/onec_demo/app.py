"""The demo 1C as an ASGI application: OData, the page for people, the handles for tests."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from jobs.onec_demo import control, door, errors, odata, pages, wire
from jobs.onec_demo.demo import DEFAULT_SITE, DEFAULT_USER, Demo
from jobs.onec_demo.door import User
from jobs.onec_demo.faults import Fault
from jobs.onec_demo.journal import Visit
from jobs.onec_demo.site import Site
from jobs.onec_demo.wire import Answer, Receive, Request, Scope, Send

log = logging.getLogger(__name__)


def create(
    data: Path, *, user: User = DEFAULT_USER, site: Site = DEFAULT_SITE, units_file: Path | None = None
) -> "Application":
    return Application(Demo.open(data, user=user, site=site, units_file=units_file))


class Application:
    def __init__(self, demo: Demo) -> None:
        self.demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        self.demo.base.store.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await wire.read(scope, receive)
        except wire.TooLarge:
            await wire.write(send, Answer(413))
            return
        except UnicodeDecodeError:
            await wire.write(send, Answer(400))
            return
        try:
            answer = await self._answer(request, receive)
        except asyncio.CancelledError:  # the program is leaving while somebody still waits
            answer = None
        if answer is None:
            await _drop(scope, send)
        else:
            await wire.write(send, answer, head_only=request.method == "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Answer | None:
        if not request.path.startswith(odata.PREFIX):
            return await asyncio.to_thread(self._shown, request)
        fault = self.demo.faults.strike(request)
        answer = await self._struck(fault, request, receive)
        status = answer.status if answer else 0
        self.demo.journal.add(
            Visit(self.demo.base.now(), request.method, _short(request), status, fault.kind if fault else "")
        )
        return answer

    async def _struck(self, fault: Fault | None, request: Request, receive: Receive) -> Answer | None:
        """The answer 1C would give, or what the fault makes of it; None is a broken connection."""
        kind = fault.kind if fault else ""
        if fault and kind in BEFORE:
            return BEFORE[kind](fault)
        if fault and kind == "slow":
            await asyncio.sleep(fault.seconds)
        answer = await asyncio.to_thread(door.answer, self.demo.base, self.demo.user, _as_get(request))
        if fault and kind == "error_after":
            return _broken(fault)
        if fault and kind == "hang_after":
            await _silence(fault.seconds, receive)
        return None if kind in ("hang_after", "drop_after") else answer

    def _shown(self, request: Request) -> Answer:
        at_control = request.path.startswith(control.PREFIX)
        shown = control.answer if at_control else pages.answer
        try:
            return shown(self.demo, _as_get(request))
        except Exception:
            log.exception("a page of the demo 1C failed")
            return errors.platform_exception("Внутренняя ошибка демо-базы.", as_json=False)


def _broken(fault: Fault) -> Answer:
    return errors.platform_exception("Неисправность, включённая нарочно.", as_json=False, status=fault.status)


BEFORE: dict[str, Callable[[Fault], Answer | None]] = {
    "error_before": _broken,
    "unauthorized": lambda _: door.unauthorized(),
    "drop_before": lambda _: None,
}


async def _silence(seconds: float, receive: Receive) -> None:
    """No answer until the client tires of waiting or the time is over."""

    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(until_gone(), seconds)
    except TimeoutError:
        return


async def _drop(scope: Scope, send: Send) -> None:
    """Cut the wire when the server lets us (see server.py); else promise a body and give none."""
    if drop := scope.get("state", {}).get("drop"):
        drop()
        await asyncio.sleep(0)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def _as_get(request: Request) -> Request:
    if request.method != "HEAD":
        return request
    return Request("GET", request.path, request.query, request.headers, request.body)


def _short(request: Request) -> str:
    return request.path.removeprefix(odata.PREFIX).lstrip("/")[:200]
