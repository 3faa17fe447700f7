"""Telling the person at the console that the site is open, and how to come in."""

import http.client
import time

from domain.kernel.settings import Settings

CAST = "anna, maria, timur, boris, vera, gleb, olga, stas, admin, agata"
OPENING_SECONDS = 60


def announce(ready: Settings) -> None:
    deadline = time.monotonic() + OPENING_SECONDS
    while not _is_open(ready) and time.monotonic() < deadline:
        time.sleep(0.05)
    print("\n".join(f"  {line}" for line in ["", *_lines(ready), ""]), flush=True)


def _lines(ready: Settings) -> list[str]:
    opened = [f"Karkas is open at {ready.url}"]
    if ready.demo:
        opened += [
            f"Sign in as {CAST}; the password of each is karkas (demo only).",
            f"The stand-in of 1C is at {ready.onec_demo_url}",
        ]
    return [*opened, f"Logs are in {ready.home / 'logs'}; Ctrl-C ends everything."]


def _is_open(ready: Settings) -> bool:
    host = ready.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
