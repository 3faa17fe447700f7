"""The embedded servers: made in an empty folder, found running, stopped by the last to leave."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests import servers
from tests.run.conftest import Installation
from web.run import sockets
from web.run.postgres import Postgres
from web.run.trouble import Trouble
from web.run.valkey import Valkey


def test_an_empty_folder_becomes_a_migrated_database(installation):
    first, second = installation.karkas("migrate"), installation.karkas("migrate")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert not Postgres(installation.home / "postgres").answers()
    assert not Valkey(installation.home / "valkey").answers()


def test_the_site_has_a_login_of_its_own_that_cannot_rewrite_history(installation):
    installation.karkas("migrate")

    told = installation.karkas("check").stdout.splitlines()

    assert "ok   The site acts as karkas_app, which cannot rewrite history" in told


def test_servers_that_run_already_are_used_and_left_running_for_their_owner(installation):
    postgres = Postgres(installation.home / "postgres", servers.HASTY)
    postgres.start()
    began = postmaster(postgres).create_time()

    assert postgres.answers()
    postgres.start()

    assert postmaster(postgres).create_time() == began


def test_data_survive_the_killing_of_both_servers(installation):
    postgres, valkey = Postgres(installation.home / "postgres"), Valkey(installation.home / "valkey")
    postgres.start()
    valkey.start()
    with postgres.connect("postgres") as connection:
        connection.execute("create table kept as select 42 as answer")

    for pid in (postmaster(postgres).pid, valkey_process(valkey).pid):
        os.kill(pid, signal.SIGKILL)
    postgres.start()
    valkey.start()

    with postgres.connect("postgres") as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)
    assert valkey.answers()


def test_a_server_too_busy_to_answer_is_not_taken_for_a_dead_one(installation: Installation):
    postgres = Postgres(installation.home / "postgres", servers.HASTY)
    valkey = Valkey(installation.home / "valkey")
    assert not postgres.runs() and not valkey.runs()
    postgres.start()
    valkey.start()
    both = [postmaster(postgres), valkey_process(valkey)]

    for each in both:
        each.suspend()
    assert postgres.runs() and valkey.runs()
    for each in both:
        each.kill()

    deadline = time.monotonic() + 10
    while postgres.runs() or valkey.runs():
        assert time.monotonic() < deadline
        time.sleep(0.05)


GIVE_UP = """
import time
from web.run import servers
from web.run.trouble import Trouble
try:
    with servers.ready():
        raise Trouble("It was given up.")
except Trouble as trouble:
    print(trouble)
time.sleep(2 * servers.LOOK_EVERY_SECONDS)
"""


def test_a_command_that_gives_up_leaves_no_server_behind(installation: Installation):
    """In a process of its own: the servers' keeper changes the settings of the one it runs in."""
    done = subprocess.run(
        [sys.executable, "-c", GIVE_UP],
        env=installation.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert done.stdout == "It was given up.\n"
    assert not Postgres(installation.home / "postgres").answers()
    assert not Valkey(installation.home / "valkey").answers()


def test_a_pid_file_naming_a_stranger_does_not_stop_the_start(installation):
    postgres = Postgres(installation.home / "postgres", servers.HASTY)
    postgres.start()
    os.kill(postmaster(postgres).pid, signal.SIGKILL)
    pid_file = postgres.data / "postmaster.pid"
    ours, *rest = pid_file.read_text().splitlines()
    assert int(ours) != os.getpid()
    pid_file.write_text("\n".join([str(os.getpid()), *rest]))

    postgres.start()

    assert postgres.answers()


def test_nobody_else_on_the_machine_can_connect(installation):
    postgres, valkey = (
        Postgres(installation.home / "postgres", servers.HASTY),
        Valkey(installation.home / "valkey"),
    )
    postgres.start()
    valkey.start()

    for socket in (postgres.socket_folder / ".s.PGSQL.5432", valkey.socket):
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    listening = [
        each for pid in (postmaster(postgres), valkey_process(valkey)) for each in pid.net_connections("inet")
    ]
    assert listening == []


def test_a_long_path_still_gives_a_socket(tmp_path):
    long = tmp_path / ("a long name of a folder " * 6)

    folder = sockets.folder_for(long, ".s.PGSQL.5432")

    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 104
    assert folder != long
    assert folder == sockets.folder_for(long, ".s.PGSQL.5432")
    folder.rmdir()


def test_data_of_another_version_are_named_and_not_touched(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")

    with pytest.raises(Trouble, match="belong to PostgreSQL 14"):
        Postgres(tmp_path / "postgres").start()


def postmaster(postgres: Postgres) -> psutil.Process:
    return psutil.Process(int((postgres.data / "postmaster.pid").read_text().split()[0]))


def valkey_process(valkey: Valkey) -> psutil.Process:
    return next(each for each in psutil.process_iter() if in_folder(each, valkey.data))


def in_folder(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "valkey-server" and process.cwd() == str(folder)
    except psutil.Error:
        return False
