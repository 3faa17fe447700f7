"""A site that takes the exchange: remembers what it was asked and keeps the files, politely or not."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

LOGIN = "Basic b25lYzprYXJrYXM="  # onec:karkas


@dataclass
class FakeSite:
    """`answers` take the place of the usual answer to a mode, one by one."""

    takes_zip: bool = True
    file_limit: int = 100_000
    answers: dict[str, list[str | int]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, mode, filename or timestamp
    chunks: list[int] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    cookies: set[str] = field(default_factory=set)
    address: str = ""

    def answer(
        self, method: str, options: dict[str, str], headers: dict[str, str], body: bytes
    ) -> tuple[int, str]:
        mode, name = options["mode"], options.get("filename", options.get("timestamp", ""))
        self.asked.append((method, mode, name))
        if headers.get("authorization") != LOGIN:
            return 401, "failure\nнеизвестный пользователь"
        self.cookies.add(headers.get("cookie", ""))
        if planned := self.answers.get(mode):
            told = planned.pop(0)
            return (told, "") if isinstance(told, int) else (200, told)
        return 200, self._usual(mode, name, body)

    def _usual(self, mode: str, name: str, body: bytes) -> str:
        match mode:
            case "checkauth":
                return "success\nKARKAS\nabc123\nsessid=s1\ntimestamp=1700000000"
            case "init":
                return f"zip={'yes' if self.takes_zip else 'no'}\nfile_limit={self.file_limit}"
            case "file":
                self.chunks.append(len(body))
                self.files[name] = self.files.get(name, b"") + body
        return "success"

    def sent(self) -> dict[str, bytes]:
        """The files as they are after unpacking."""
        files: dict[str, bytes] = {}
        for name, content in self.files.items():
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    files |= {inner: archive.read(inner) for inner in archive.namelist()}
            else:
                files[name] = content
        return files

    @property
    def modes(self) -> list[str]:
        return [mode for _, mode, _ in self.asked]


@contextmanager
def standing(site: FakeSite) -> Iterator[FakeSite]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            options = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, text = site.answer(self.command, options, headers, body)
            content = text.encode("windows-1251")
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=windows-1251")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.address = f"http://127.0.0.1:{server.server_port}/onec/exchange"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
