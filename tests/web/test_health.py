"""Health and metrics: true to whoever starts, watches and balances the processes, silent to strangers."""

import time

import httpx
import pytest
import redis
from sqlalchemy import text

from tests.fixtures import Database
from tests.sites import Opener
from web import metrics
from web.metrics import BOUNDS, is_inside, rendered


def test_a_process_that_lives_says_so_without_touching_anything(client: httpx.Client):
    answer = client.get("/health/live")

    assert (answer.status_code, answer.text) == (200, "live")


def test_a_migrated_database_makes_it_ready(client: httpx.Client):
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        "update alembic_version set version_num = 'another'",
        "delete from alembic_version",
        "drop table alembic_version",
    ],
)
def test_a_database_of_another_version_makes_it_not_ready(
    client: httpx.Client, database: Database, spoil: str
):
    with database.engine.begin() as connection:
        connection.execute(text(spoil))

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.text) == (503, "not ready")


def test_answers_are_counted_by_pattern_of_route_and_status(client: httpx.Client, valkey: redis.Redis):
    metrics.requests.pour()
    valkey.flushdb()
    client.get("/health/live")
    client.get("/health/live")
    client.get("/no-such-page/4242")

    lines = client.get("/metrics").text.splitlines()

    assert 'karkas_requests_total{route="/health/live",method="GET",status="200"} 2' in lines
    assert 'karkas_request_seconds_count{route="/health/live",method="GET"} 2' in lines
    assert not [line for line in lines if "4242" in line]
    assert "karkas_messages_dead 0" in lines
    assert [line for line in lines if line.startswith("karkas_exchange_lag_seconds ")]


def test_open_streams_of_all_processes_are_counted(open_client: Opener, valkey: redis.Redis):
    valkey.hset("karkas:levels", "karkas_open_streams elsewhere:1", f"2 {time.time()}")
    valkey.hset("karkas:levels", "karkas_open_streams long-gone:2", f"40 {time.time() - 3600}")
    anna = open_client("anna")

    with anna.stream("GET", "/live") as live:
        chunks = live.iter_bytes()
        next(chunks)
        deadline = time.monotonic() + 5
        while "karkas_open_streams 3" not in anna.get("/metrics").text.splitlines():
            assert time.monotonic() < deadline, anna.get("/metrics").text


def test_metrics_without_valkey_still_tell_about_queues(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metrics, "totals", dict)

    assert "karkas_events_waiting 0" in client.get("/metrics").text.splitlines()


def test_a_histogram_is_cumulative_and_ends_with_everything():
    where = 'route="/",method="GET"'
    sums = {
        f'karkas_request_seconds_bucket{{{where},le="0.01"}}': 2,
        f'karkas_request_seconds_bucket{{{where},le="+Inf"}}': 1,
    }

    lines = list(rendered(sums))

    assert f'karkas_request_seconds_bucket{{{where},le="0.005"}} 0' in lines
    assert f'karkas_request_seconds_bucket{{{where},le="10.0"}} 2' in lines
    assert f'karkas_request_seconds_bucket{{{where},le="+Inf"}} 3' in lines
    assert lines[-1] == f"karkas_request_seconds_count{{{where}}} 3"
    assert len(lines) == len(BOUNDS) + 2


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("10.0.0.7", True),
        ("::1", True),
        ("93.184.216.34", False),
        ("testclient", False),
        ("", False),
    ],
)
def test_metrics_are_for_the_house_only(host, inside):
    assert is_inside(host) is inside
