"""A demo 1C over real HTTP, emptied before each test."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jobs.onec_demo.app import create
from tests.onec_demo.client import OneC, serving


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
