"""One web process: serves the application on the listening socket it inherited."""

import argparse
import socket

import uvicorn

from jobs import logs

GRACEFUL_SECONDS = 3
"""Open live streams end sooner by themselves; a request longer than this is cut."""
KEEP_ALIVE_SECONDS = 65
"""Longer than the usual minute of a proxy in front, so that the proxy hangs up first."""


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
    uvicorn.Server(configuration()).run(sockets=[socket.socket(fileno=asked.fd)])


if __name__ == "__main__":
    main()
