"""1C as the client of the site exchange: the calls it makes, in its order."""

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from sqlmodel import Session

from domain.exchange import claiming
from domain.kernel import clock
from jobs import main as couriers  # noqa: F401  every courier is known
from jobs.deliver import deliver
from jobs.work import unit_of_work
from tests.world.people import PASSWORD
from web.onec import files

Call = Callable[..., httpx.Response]


@dataclass
class OneC:
    """Speaks to the site; remembers the cookie as 1C does. `basic` goes with every call unless taken away."""

    http: httpx.Client
    basic: tuple[str, str] | None = ("onec", PASSWORD)
    cookies: dict[str, str] = field(default_factory=dict)

    def call(self, mode: str, content: bytes | None = None, **query: str) -> str:
        answer = self.asked(mode, content, **query)
        assert answer.status_code == 200, answer.text
        return answer.content.decode("windows-1251")

    def asked(self, mode: str, content: bytes | None = None, **query: str) -> httpx.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.basic:
            packed = base64.b64encode(":".join(self.basic).encode()).decode()
            headers["Authorization"] = f"Basic {packed}"
        method = "GET" if content is None else "POST"
        asked = {"type": "catalog", "mode": mode} | query
        return self.http.request(method, "/onec/exchange", params=asked, content=content, headers=headers)

    def enter(self) -> "OneC":
        word, name, value, *_rest = self.call("checkauth").splitlines()
        assert word == "success"
        self.cookies[name] = value
        self.call("init")
        return self

    def send(self, name: str, content: str | bytes, *, limit: int = 10**6) -> None:
        whole = content.encode() if isinstance(content, str) else content
        for start in range(0, len(whole), limit):
            assert self.call("file", whole[start : start + limit], filename=name) == "success"

    def take(self, name: str) -> str:
        """Ask to import until the site stops saying «progress»; the job runs in between."""
        for _turn in range(5):
            answer = self.call("import", filename=name)
            if not answer.startswith("progress\n"):
                return answer
            work_off()
        raise AssertionError(answer)

    def exchange(self, **files: str) -> list[str]:
        """A whole exchange of files given as `import0_1="…"`."""
        self.enter()
        for name, content in files.items():
            self.send(f"{name}.xml", content)
        return [self.take(f"{name}.xml") for name in files]


def work_off() -> None:
    """What a worker would do now."""
    with unit_of_work(read_only=True) as session:
        due = claiming.due(session, now=clock.now())
    for message_id in due:
        deliver.fn(message_id)


def zipped(**files: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.xml", content)
    return packed.getvalue()


@pytest.fixture
def onec_calls(client: httpx.Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> OneC:
    """The site answers at once instead of waiting for the job."""
    monkeypatch.setattr(files, "PATIENCE", 0)
    return OneC(client)
