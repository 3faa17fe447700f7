"""GET /metrics for Prometheus: what the site answered and how fast, what waits to be sent.

Read from inside the house only: an outside address gets the 404 of a page that does not exist.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

import sqlalchemy as sa
from litestar import MediaType, Request, Response, get
from sqlmodel import Session

from domain.access import Permission
from domain.estate import invariants
from domain.kernel import clock
from domain.kernel.errors import Missing
from domain.kernel.text import _
from jobs.counters import Counters, totals
from jobs.work import glance
from web.live import hub

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

QUEUES = sa.text(
    """
    select
      (select count(*) from event_unrelayed) as karkas_events_waiting,
      (select count(*) from message where state in ('queued', 'working')) as karkas_messages_waiting,
      (select count(*) from message where state = 'dead') as karkas_messages_dead,
      (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)
         from message where state in ('queued', 'working')) as karkas_exchange_lag_seconds,
      (select count(*) from user_session where revoked_at is null and expires_at > clock_timestamp())
        as karkas_sessions_open
    """
)

KEEP_SECONDS = 30
kept: list[tuple[float, dict[str, int]]] = []
"""What the invariants were found to be last, and when."""

requests = Counters(levels={"karkas_open_streams": lambda: len(hub.streams)})


def observe(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count one answer by the pattern of its route: numbers of records must not become names."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    where = f'route="{scope.get("path_template", "")}",method="{method}"'
    bucket = next((str(bound) for bound in BOUNDS if seconds <= bound), "+Inf")
    requests.add(
        {
            f'karkas_requests_total{{{where},status="{status}"}}': 1,
            f'karkas_request_seconds_bucket{{{where},le="{bucket}"}}': 1,
            f"karkas_request_seconds_sum{{{where}}}": seconds,
        }
    )


@get("/metrics", media_type=MediaType.TEXT, sync_to_thread=True, permission=Permission.PUBLIC)
def metrics(request: Request[Any, Any, Any]) -> Response[str]:
    if not is_inside(request.client.host if request.client else ""):
        raise Missing(_("There is no such page"))
    requests.pour()
    with glance() as session:
        queues = session.execute(QUEUES).mappings().one()
        broken = _broken(session)
    text = "\n".join(
        [
            *rendered(totals()),
            *(f"{name} {float(value):g}" for name, value in queues.items()),
            *(f'karkas_invariant_broken{{invariant="{name}"}} {count}' for name, count in broken.items()),
            "",
        ]
    )
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _broken(session: Session) -> dict[str, int]:
    """The invariants' counts: a fifth of a second on a large stock, so not at every question."""
    if not kept or monotonic() - kept[-1][0] >= KEEP_SECONDS:
        kept[:] = [(monotonic(), invariants.counts(session, now=clock.now()))]
    return kept[-1][1]


def is_inside(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def rendered(sums: Mapping[str, float]) -> Iterable[str]:
    """Lines of the exposition format; buckets are stored one by one and shown cumulative."""
    buckets: dict[str, dict[str, float]] = {}
    for name, value in sorted(sums.items()):
        if name.startswith("karkas_request_seconds_bucket"):
            labels, _quote, bound = name.partition("{")[2].rpartition(',le="')
            buckets.setdefault(labels, {})[bound.removesuffix('"}')] = value
        else:
            yield f"{name} {value:g}"
    for labels, counts in buckets.items():
        yield from _histogram(labels, counts)


def _histogram(labels: str, counts: Mapping[str, float]) -> Iterable[str]:
    below = 0.0
    for bound in (*map(str, BOUNDS), "+Inf"):
        below += counts.get(bound, 0)
        yield f'karkas_request_seconds_bucket{{{labels},le="{bound}"}} {below:g}'
    yield f"karkas_request_seconds_count{{{labels}}} {below:g}"
