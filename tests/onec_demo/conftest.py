"""A demo 1C over real HTTP, emptied before each test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from jobs.onec_demo import server
from jobs.onec_demo.app import Application, create
from tests.onec_demo.client import OneC


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


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneC]:
    application = create(tmp_path_factory.mktemp("onec") / "base.sqlite")
    user = application.demo.user
    with serving(application) as address:
        auth = httpx.BasicAuth(user.login.encode(), user.password.encode())
        with httpx.Client(base_url=address, auth=auth, timeout=10) as http:
            yield OneC(http, application.demo, address)


@pytest.fixture
def onec(served: OneC) -> OneC:
    served.demo.reset()
    return served


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "base.sqlite"
