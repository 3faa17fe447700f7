"""A client of the demo 1C that writes addresses as 1C wants them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from jobs.onec_demo import server
from jobs.onec_demo.app import Application
from jobs.onec_demo.demo import Demo

ROOT = "/base/odata/standard.odata"
COUNTERPARTIES = "Catalog_Контрагенты"
UNITS = "Catalog_Помещения"
RESERVATIONS = "Document_БронированиеПомещения"
INVOICES = "Document_СчетНаОплатуКлиенту"
SAFE = "'(),:$/*;="


@dataclass
class OneC:
    http: httpx.Client
    demo: Demo
    address: str

    def url(self, path: str = "", **options: str) -> str:
        """Options by name without the dollar; spaces as %20, never as a plus."""
        given = {"$format": "json", **{f"${name}": value for name, value in options.items()}}
        query = "&".join(f"{name}={quote(value, safe=SAFE)}" for name, value in given.items() if value)
        return f"{ROOT}/{quote(path, safe=SAFE)}?{query}"

    def get(self, path: str = "", **options: str) -> httpx.Response:
        return self.http.get(self.url(path, **options))

    def rows(self, path: str, **options: str) -> list[dict[str, Any]]:
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        value: list[dict[str, Any]] = answer.json()["value"]
        return value

    def row(self, set_name: str, key: str) -> dict[str, Any]:
        answer = self.get(f"{set_name}(guid'{key}')")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def create(self, set_name: str, **body: Any) -> dict[str, Any]:
        answer = self.post(set_name, **body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(self.url(path), json=body)

    def patch(self, set_name: str, key: str, **body: Any) -> httpx.Response:
        return self.http.patch(self.url(f"{set_name}(guid'{key}')"), json=body)

    def carry_out(self, set_name: str, key: str, verb: str = "Post") -> httpx.Response:
        return self.http.post(self.url(f"{set_name}(guid'{key}')/{verb}"))

    def switch(self, **quirks: bool) -> None:
        assert self.http.post("/control/quirks", json=quirks).status_code == 200

    def fault(self, kind: str, **more: Any) -> None:
        answer = self.http.post("/control/faults", json={"kind": kind, **more})
        assert answer.status_code == 200, answer.text

    def free_unit(self) -> dict[str, Any]:
        return self.rows(UNITS, filter="СтатусПомещения eq 'Свободна'", orderby="Ref_Key", top="1")[0]


def told_error(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, 1C's own code, the sentence."""
    error = answer.json()["odata.error"]
    return answer.status_code, error["code"], error["message"]["value"]


@contextmanager
def serving(application: Application) -> Iterator[str]:
    listening = server.listen("127.0.0.1", 0)
    uvicorn = server.of(application)
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not uvicorn.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    uvicorn.should_exit = uvicorn.force_exit = True
    thread.join(10)
    listening.close()
