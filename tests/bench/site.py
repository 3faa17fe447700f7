"""The product's web process with two routes more, behind the same door and in a thread: one does nothing,
the other makes the process forget every board it has drawn."""

import argparse
import socket

import uvicorn
from litestar import Response, get

from domain.access import Permission
from jobs import logs
from web import routes
from web.estate import press
from web.run.site import configuration

EMPTY = "/bench/empty"
FORGET = "/bench/forget"


@get(EMPTY, sync_to_thread=True, permission=Permission.SIGNED_IN)
def empty() -> Response[str]:
    return Response("", media_type="text/html")


@get(FORGET, sync_to_thread=True, permission=Permission.SIGNED_IN)
def forget() -> Response[str]:
    press.forget()
    return Response("", media_type="text/html")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    asked = parser.parse_args()
    logs.setup("web")
    routes.ROUTES += [empty, forget]
    uvicorn.Server(configuration()).run(sockets=[socket.socket(fileno=asked.fd)])


if __name__ == "__main__":
    main()
