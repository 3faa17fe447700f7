"""The product's web process with three routes more, behind the same door and in a thread: one does nothing,
one does the same work at any time, one makes the process forget every board it has drawn."""

import argparse
import random
import socket
from decimal import Decimal

import jinja2
import uvicorn
from litestar import Response, get

from domain.access import Permission
from jobs import logs
from jobs.work import glance
from web import routes
from web.estate import press
from web.run.site import configuration

EMPTY = "/bench/empty"
YARDSTICK = "/bench/yardstick"
FORGET = "/bench/forget"


@get(EMPTY, sync_to_thread=True, permission=Permission.SIGNED_IN)
def empty() -> Response[str]:
    return Response("", media_type="text/html")


KNOWN = [{"number": number, "name": f"Клиент № {number}", "paid": Decimal(number)} for number in range(5_000)]
TABLE = jinja2.Environment(autoescape=True).from_string(
    "{% for row in rows %}<tr><td>{{ row.number }}<td>{{ row.name }}<td>{{ row.paid * 2 }}</tr>{% endfor %}"
)
SORTED = (
    "select md5(number::text) as name, sum(number) from generate_series(1, 2000) number group by 1 order by 1"
)


@get(YARDSTICK, sync_to_thread=True, permission=Permission.SIGNED_IN)
def yardstick() -> Response[str]:
    """Rows from all over a list in a table, and a query that reads no table of ours: but for the door nothing
    of it changes when the product does, so what it takes tells how quick the hour of a shared machine is."""
    page = TABLE.render(rows=random.Random(1).sample(KNOWN, 400))
    with glance() as session:
        session.connection().exec_driver_sql(SORTED).all()
    return Response(page, media_type="text/html")


@get(FORGET, sync_to_thread=True, permission=Permission.SIGNED_IN)
def forget() -> Response[str]:
    press.forget()
    return Response("", media_type="text/html")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    asked = parser.parse_args()
    logs.setup("web")
    routes.ROUTES += [empty, yardstick, forget]
    uvicorn.Server(configuration()).run(sockets=[socket.socket(fileno=asked.fd)])


if __name__ == "__main__":
    main()
