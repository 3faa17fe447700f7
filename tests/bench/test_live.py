"""One change told to two hundred open boards, and what their looking again costs."""

import asyncio
import time
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from domain.estate.prices import reprice
from jobs.work import unit_of_work
from tests.bench.browsers import Board, opened, until
from tests.bench.processes import Process, web_process
from tests.sites import passport

BOARDS = 200
QUIET_SECONDS = 0.4
"""Between two changes: they are not to be told of together."""


@pytest.fixture
def process(database, tmp_path):
    with web_process(database, tmp_path) as process:
        yield process


@pytest.fixture
def change(flat_1):
    def reprice_it(times: list[float]) -> None:
        with unit_of_work() as session:
            reprice(session, {flat_1.id: Decimal(1_000_000 + len(times))})
        times.append(time.perf_counter())

    return reprice_it


def boards(process: Process, building, *, looks_again: bool) -> list[Board]:
    there = urlsplit(process.url)
    given = passport("anna")
    headers = {"Cookie": f"karkas={given['cookies']['karkas']}"}
    topic = f"building-{building.id}"
    address = f"/estate/{building.project_id}/chessboard?building={building.id}"
    return [
        Board(str(there.hostname), int(there.port or 0), headers, topic, address, 0, looks_again)
        for _ in range(BOARDS)
    ]


@pytest.mark.gate("B7")
def test_one_change_is_told_to_two_hundred_open_boards(gate, process, building, change):
    changes = gate.size(5, 40)
    published: list[float] = []
    every = boards(process, building, looks_again=False)
    cpu = 0.0

    async def publish() -> None:
        nonlocal cpu
        before = process.cpu()
        for number in range(1, changes + 1):
            await asyncio.to_thread(change, published)
            await until(lambda number=number: all(len(board.heard) == number for board in every))
            await asyncio.sleep(QUIET_SECONDS)
        cpu = (process.cpu() - before) / changes * 1000

    asyncio.run(opened(every, publish))

    late = delays(published, [board.heard for board in every])
    gate.report(
        f"{changes} changes to {BOARDS} boards: heard after {late[len(late) // 2]:.0f} ms, "
        f"p99 {p99(late):.0f} ms, {cpu:.1f} ms of CPU a change",
        ok=p99(late) <= 300 and cpu <= 15,
        p99=p99(late),
        cpu=cpu,
    )


@pytest.mark.gate("B7")
def test_two_hundred_boards_look_again_within_a_second(gate, process, building, change):
    changes = gate.size(3, 20)
    published: list[float] = []
    every = boards(process, building, looks_again=True)
    cpu = 0.0

    async def publish() -> None:
        nonlocal cpu
        before = process.spent()
        for number in range(1, changes + 1):
            await asyncio.to_thread(change, published)
            await until(lambda number=number: all(len(board.seen) == number for board in every))
            await asyncio.sleep(QUIET_SECONDS)
        cpu = (process.spent() - before) / changes * 1000

    asyncio.run(opened(every, publish))

    late = delays(published, [board.seen for board in every])
    assert {status for board in every for status in board.statuses} == {200}
    gate.report(
        f"with the looking again: the new board is there after {late[len(late) // 2]:.0f} ms, "
        f"p99 {p99(late):.0f} ms, {cpu:.0f} ms of CPU a change in the process and PostgreSQL",
        ok=p99(late) <= 1000,
        p99_seen=p99(late),
        cpu_seen=cpu,
    )


def delays(published: list[float], told: list[list[float]]) -> list[float]:
    return sorted(
        (heard - began) * 1000 for times in told for began, heard in zip(published, times, strict=True)
    )


def p99(delays: list[float]) -> float:
    return delays[int(len(delays) * 0.99)]
