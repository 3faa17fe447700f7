"""python -m jobs.onec_demo --port N --data FILE"""

import argparse
import logging
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

from jobs.onec_demo import server
from jobs.onec_demo.app import create
from jobs.onec_demo.demo import DEFAULT_SITE, DEFAULT_USER
from jobs.onec_demo.door import User
from jobs.onec_demo.seed import Unreadable
from jobs.onec_demo.site import Site


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="demo 1C: %(message)s")
    try:
        application = create(
            asked.data,
            user=User(asked.login, asked.password),
            site=Site(asked.site_url, asked.site_login, asked.site_password),
            units_file=asked.units,
        )
        listening = server.listen(asked.host, asked.port)
    except (OSError, sqlite3.Error, Unreadable) as wrong:
        sys.stderr.write(f"The demo 1C cannot start: {wrong}\n")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both ways of asking to stop end alike
    with suppress(KeyboardInterrupt):
        server.of(application).run(sockets=[listening])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs.onec_demo", description="The demo 1C of Karkas.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data", type=Path, required=True, help="SQLite file of the demo base")
    parser.add_argument("--units", type=Path, help="JSON rows of Catalog_Помещения for an empty base")
    parser.add_argument("--login", default=DEFAULT_USER.login, help="user of OData")
    parser.add_argument("--password", default=DEFAULT_USER.password)
    parser.add_argument("--site-url", default=DEFAULT_SITE.url, help="where the site exchange goes")
    parser.add_argument("--site-login", default=DEFAULT_SITE.login)
    parser.add_argument("--site-password", default=DEFAULT_SITE.password)
    return parser


if __name__ == "__main__":
    sys.exit(main())
