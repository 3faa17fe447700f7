"""One web process: serves the application on the listening socket it inherited."""

import argparse
import socket

import uvicorn

from jobs import logs

GRACEFUL_SECONDS = 3
"""Open live streams end sooner by themselves; a request longer than this is cut."""
KEEP_ALIVE_SECONDS = 65
"""Longer than the usual minute of a proxy in front, so that the proxy hangs up first."""


def run(listener: socket.socket, process: str = "web") -> None:
    logs.setup(process)
    config = uvicorn.Config(
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
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--name", default="web")
    arguments = parser.parse_args()
    run(socket.socket(fileno=arguments.fd), arguments.name)
