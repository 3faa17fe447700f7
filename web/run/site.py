"""One web process: serves the application on the listening socket it inherited."""

import argparse
import asyncio
import socket

import uvicorn

from jobs import logs

GRACEFUL_SECONDS = 4
"""Open live streams end sooner by themselves; a request longer than this is cut."""
KEEP_ALIVE_SECONDS = 65
"""Longer than the usual minute of a proxy in front, so that the proxy hangs up first."""
LINGER_SECONDS = 1.0
"""For what is on its way to a process that leaves: its answers say `Connection: close` meanwhile."""
CLOSE = (b"connection", b"close")


class Server(uvicorn.Server):
    """Leaves without dropping a request.

    Uvicorn closes kept connections at once, and with them requests that were sent but not read yet.
    A connection that stays silent while we linger is closed all the same: its browser has to ask again.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        self.server_state.default_headers.append(CLOSE)
        await asyncio.sleep(LINGER_SECONDS)
        await super().shutdown(sockets)


def configuration() -> uvicorn.Config:
    return uvicorn.Config(
        "web.app:create_app",
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True, help="the listening socket")
    parser.add_argument("--name", default="web")
    asked = parser.parse_args()
    logs.setup(asked.name)
    Server(configuration()).run(sockets=[socket.socket(fileno=asked.fd)])


if __name__ == "__main__":
    main()
