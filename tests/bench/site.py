"""The product's web process with one route more: behind the same door, in a thread, and doing nothing."""

import argparse
import socket

import uvicorn
from litestar import Response, get

from domain.access import Permission
from jobs import logs
from web import routes
from web.run.site import configuration

EMPTY = "/bench/empty"


@get(EMPTY, sync_to_thread=True, permission=Permission.SIGNED_IN)
def empty() -> Response[str]:
    return Response("", media_type="text/html")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    asked = parser.parse_args()
    logs.setup("web")
    routes.ROUTES.append(empty)
    uvicorn.Server(configuration()).run(sockets=[socket.socket(fileno=asked.fd)])


if __name__ == "__main__":
    main()
