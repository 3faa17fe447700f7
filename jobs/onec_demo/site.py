"""The site exchange as 1C leads it: checkauth, init, file, import, complete, deactivate (FACTS 2.2)."""

import base64
import io
import time
import zipfile
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from jobs.onec_demo.commerceml import Parcel, import_xml, offers_xml

MOST_REPEATS = 2000
PAUSE = 0.2
TIMEOUT = 120.0
CONTROL_WORDS = ("success", "progress", "failure")


@dataclass(frozen=True)
class Site:
    url: str
    login: str
    password: str


@dataclass
class Step:
    request: str
    status: int
    answer: str
    seconds: float
    sent: int = 0
    repeats: int = 1


@dataclass
class Log:
    at: datetime
    title: str
    steps: list[Step] = field(default_factory=list)
    ok: bool = False
    outcome: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


class Stopped(Exception):
    """The exchange can't go on; the sentence is what 1C shows its operator."""


@dataclass
class Talk:
    http: httpx.Client
    site: Site
    log: Log
    cookie: str = ""
    session: str = ""
    started: str = ""

    def send(self, parcel: Parcel, *, zipped: bool) -> None:
        self._enter()
        takes_zip, limit = self._init()
        files = {"import0_1.xml": import_xml(parcel), "offers0_1.xml": offers_xml(parcel)}
        for name, content in (_archive(files, parcel.at) if zipped and takes_zip else files).items():
            self._upload(name, content, limit)
        for name in files:
            self._import(name)
        if parcel.full and self.started:
            self._said(self._call("GET", "deactivate", timestamp=self.started))
        self._said(self._call("GET", "complete"))

    def _enter(self) -> None:
        word, *lines = self._call("GET", "checkauth").splitlines() or [""]
        if word.strip() != "success" or len(lines) < 2:
            raise Stopped(f"Ошибка авторизации: {_first(lines) or word[:200]}")
        self.cookie = f"{lines[0].strip()}={lines[1].strip()}"
        told = dict(line.strip().partition("=")[::2] for line in lines[2:])
        self.session, self.started = told.get("sessid", ""), told.get("timestamp", "")

    def _init(self) -> tuple[bool, int]:
        told = dict(line.strip().partition("=")[::2] for line in self._call("GET", "init").splitlines())
        limit = told.get("file_limit", "")
        if told.get("zip") not in ("yes", "no") or not limit.isdigit():
            raise Stopped("Сайт не сообщил параметры обмена (zip, file_limit).")
        return told["zip"] == "yes", int(limit)

    def _upload(self, name: str, content: bytes, limit: int) -> None:
        size = limit or len(content)
        for start in range(0, len(content), size):
            self._said(self._call("POST", "file", content[start : start + size], filename=name))

    def _import(self, name: str) -> None:
        """Asked again and again while the site says «progress»."""
        for _ in range(MOST_REPEATS):
            if self._said(self._call("GET", "import", filename=name)) == "success":
                return
            time.sleep(PAUSE)
        raise Stopped("Сайт слишком долго обрабатывает файл.")

    def _said(self, text: str) -> str:
        word, *lines = text.splitlines() or [""]
        word = word.strip()
        if not text.strip():
            raise Stopped("Получен пустой ответ сервера.")
        if word not in CONTROL_WORDS:
            raise Stopped(f"Получен неизвестный статус импорта: {word[:200]}")
        if word == "failure":
            raise Stopped(f"Сайт сообщил об ошибке: {_first(lines)}")
        return word

    def _call(self, method: str, mode: str, body: bytes | None = None, **parameters: str) -> str:
        given = {
            "type": "catalog",
            "mode": mode,
            **({"sessid": self.session} if self.session else {}),
            **parameters,
        }
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())
        began = time.monotonic()
        answer = self.http.request(method, f"{self.site.url}?{query}", content=body, headers=self._headers())
        text = _decoded(answer)
        step = Step(
            f"{method} ?{query}",
            answer.status_code,
            text[:2000].strip(),
            time.monotonic() - began,
            len(body or b""),
        )
        self._remember(step)
        if answer.status_code == 401:
            raise Stopped("Ошибка авторизации: сайт не принял имя или пароль.")
        if answer.status_code != 200:
            raise Stopped(f"Сайт ответил кодом {answer.status_code}.")
        return text

    def _headers(self) -> dict[str, str]:
        told = base64.b64encode(f"{self.site.login}:{self.site.password}".encode()).decode()
        entered = {"Cookie": self.cookie} if self.cookie else {}
        return {"Authorization": f"Basic {told}", "User-Agent": "1C+Enterprise/8.3", **entered}

    def _remember(self, step: Step) -> None:
        last = self.log.steps[-1] if self.log.steps else None
        if last and (last.request, last.status, last.answer) == (step.request, step.status, step.answer):
            last.repeats += 1
            last.seconds += step.seconds
            last.sent += step.sent
        else:
            self.log.steps.append(step)


def _archive(files: dict[str, bytes], at: datetime) -> dict[str, bytes]:
    """One archive under a name of a temporary file; import then asks for the names inside."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {f"v8_{at:%H%M}_{at:%S}.zip": packed.getvalue()}


def _decoded(answer: httpx.Response) -> str:
    declared = answer.headers.get("content-type", "").lower()
    return answer.content.decode("windows-1251" if "1251" in declared else "utf-8", "replace").removeprefix(
        "\ufeff"
    )


def _first(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())[:500]
