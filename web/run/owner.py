"""PostgreSQL refuses to run as root, so under root it runs as a system user of its own."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from web.run.trouble import Trouble

NAME = "pgserver"
ENTER = stat.S_IXGRP | stat.S_IXOTH
READ = stat.S_IRGRP | stat.S_IROTH


def user() -> str | None:
    """The name for `subprocess.run(user=...)`; None when we are not root."""
    if os.geteuid() != 0:
        return None
    if not _exists(NAME):
        _create(NAME)
    return NAME


def give(folder: Path) -> None:
    """Let the server's user have the folder and reach it; the way is opened for passing, not for listing."""
    name = user()
    if name is None:
        return
    shutil.chown(folder, name)
    _open_way(folder)


def let_run(binaries: Path) -> None:
    """Let the server's user run programs that an installation with a strict umask has closed."""
    name = user()
    if name is None or _runs(binaries / "postgres", name):
        return
    _open_way(binaries)
    for path in (binaries.parent, *binaries.parent.rglob("*")):
        path.chmod(path.stat().st_mode | READ | (ENTER if path.is_dir() or path.parent == binaries else 0))


def _runs(program: Path, name: str) -> bool:
    try:
        return (
            subprocess.run([program, "--version"], user=name, capture_output=True, check=False).returncode
            == 0
        )
    except OSError:
        return False


def _open_way(folder: Path) -> None:
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if mode & ENTER != ENTER:
            parent.chmod(mode | ENTER)


def _exists(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _create(name: str) -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    if shutil.which("useradd"):
        subprocess.run(command, capture_output=True, check=False)
    if not _exists(name):
        raise Trouble(
            "PostgreSQL cannot run as root here; start Karkas as an ordinary user or set DATABASE_URL."
        )
