"""The stand-in as a program: killed, started again, started wrongly."""

import json
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs.onec_demo.app import create
from jobs.onec_demo.seed import Unreadable
from jobs.onec_demo.store import Store
from tests.onec_demo.client import COUNTERPARTIES, ROOT, UNITS

PROJECT = Path(__file__).parents[2]
AUTH = httpx.BasicAuth("Обмен".encode(), b"karkas")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(base: Path, port: int, *more: str) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "jobs.onec_demo", "--port", str(port), "--data", str(base), *more]
    return subprocess.Popen(words, cwd=PROJECT, stderr=subprocess.PIPE)


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/control/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the demo 1C did not start")


def test_what_was_answered_outlives_a_kill_and_term_ends_it_in_order(base: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = start(base, port)
    try:
        wait_until_ready(address)
        url = f"{address}{ROOT}/{COUNTERPARTIES}?$format=json"
        keys = [httpx.post(url, json={"Description": str(n)}, auth=AUTH).json()["Ref_Key"] for n in range(20)]
        before = httpx.get(f"{address}/control/checksum").json()
        program.kill()
        program.communicate()
        program = start(base, port)
        wait_until_ready(address)
        assert httpx.get(f"{address}/control/checksum").json() == before
        assert set(keys) <= {each["Ref_Key"] for each in httpx.get(url, auth=AUTH).json()["value"]}
        httpx.post(f"{address}/control/faults", json={"kind": "hang_after"})
        with ThreadPoolExecutor() as clients:
            waiting = clients.submit(httpx.get, url, auth=AUTH)
            time.sleep(0.2)
            program.send_signal(signal.SIGTERM)
            program.communicate(timeout=10)
            with pytest.raises(httpx.TransportError):
                waiting.result()
        assert program.returncode == 0
    finally:
        program.kill()
        program.communicate()


def test_units_come_from_the_file_once(base: Path, tmp_path: Path) -> None:
    units = tmp_path / "units.json"
    row: dict[str, Any] = {
        "Ref_Key": "DDDDDDDD-0000-4000-8000-000000000001", "ЖК": "Речной", "Дом": 3, "Подъезд": 2,
        "Этаж": "7", "НомерПомещения": 141, "ВидПомещения": "Квартира",
        "ОбщаяПлощадь": 44.15, "Цена": "6100000.50",
        "СтатусПомещения": "Свободна", "Лишнее": 1,
    }  # fmt: skip
    units.write_text(json.dumps([row], ensure_ascii=False))
    first = create(base, units_file=units)
    [unit] = first.demo.base.store.rows("Catalog_Помещения")
    assert (unit["Ref_Key"], unit["Дом"], unit["Этаж"], unit["Цена"]) == (
        row["Ref_Key"].lower(),
        "3",
        7,
        6100000.5,
    )
    assert (unit["Description"], unit["Code"]) == ("Помещение № 141", "ПМ-000001")
    first.demo.base.store.close()
    units.write_text("[]")
    second = create(base, units_file=units)
    assert len(second.demo.base.store.rows("Catalog_Помещения")) == 1
    second.demo.base.store.close()


TWICE = '{"Ref_Key": "dddddddd-0000-4000-8000-000000000001"}'


@pytest.mark.parametrize("text", [
    "", "{}", "[1]", '[{"Этаж": "чердак"}]', '[{"СтатусПомещения": "Улетела"}]', '[{"Ref_Key": "42"}]',
    f"[{TWICE}, {TWICE}]",
])  # fmt: skip
def test_a_file_of_units_that_cannot_be_taken_is_refused_and_the_base_stays_empty(
    base: Path, tmp_path: Path, text: str
) -> None:
    units = tmp_path / "units.json"
    units.write_text(text)
    with pytest.raises(Unreadable):
        create(base, units_file=units)
    store = Store(base)
    assert store.rows(UNITS) == []
    store.close()


def test_what_stops_the_start_is_one_sentence_each(base: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = start(base, taken.getsockname()[1])
        homeless = start(tmp_path / "file" / "base", 0)
        illiterate = start(tmp_path / "other", 0, "--units", str(tmp_path / "file"))
        for program in (busy, homeless, illiterate):
            _, errors = program.communicate(timeout=30)
            assert program.returncode == 1
            assert errors.startswith(b"The demo 1C cannot start: ") and errors.count(b"\n") == 1
