"""The console command `karkas`. A command is named here and imported only when it is asked for."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from types import FrameType

from domain.kernel.errors import DomainError
from domain.kernel.settings import BadSetting
from web.run.trouble import Trouble

ROLES = ("manager", "head", "engineer", "accountant", "admin", "agent", "exchange")
INTERRUPTED = 130
MOST = 10_000_000

Commands = argparse._SubParsersAction  # noqa: SLF001  argparse gives it no other name


def main(words: Sequence[str] | None = None) -> None:
    """Do what was asked and say what came of it, or why not in one sentence, with exit code 1."""
    asked = vars(parser().parse_args(words))
    signal.signal(signal.SIGTERM, _leave)
    try:
        told = resolve_name(asked.pop("command"))(**asked)
    except (Trouble, BadSetting, DomainError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    if told:
        print(told)


def _leave(number: int, _frame: FrameType | None) -> None:
    """As Ctrl-C does: what was opened is closed on the way out."""
    sys.exit(128 + number)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="karkas", description="Karkas: deals, chessboard, bookings and 1C.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    everything = _add(commands, "run", "everything in one: servers, site, workers, schedule", "starting:run")
    everything.add_argument("--reload", action="store_true", help="start again when the code changes")
    _add(commands, "serve", "the site alone", "starting:serve")
    _add(commands, "work", "the workers alone", "starting:work")
    _add(commands, "schedule", "the schedule alone", "starting:schedule")
    _add(commands, "onec-demo", "the stand-in of 1C alone", "starting:onec_demo")
    _add(commands, "migrate", "bring the database up to this version", "starting:migrate")
    demo = _add(commands, "demo", "people an empty database with the demo world", "starting:demo")
    for what, help_ in (
        ("deals", "add deals, to try a load: ten thousand open, the rest closed over years"),
        ("units", "add flats in new buildings"),
        ("people", "add clients"),
    ):
        demo.add_argument(f"--{what}", type=_amount, default=0, metavar="N", help=help_)
    _add_user(commands)
    _add(commands, "check", "is everything in order, and if not, what to do", "checkup:check").add_argument(
        "--head", default="", help="of history's chain, as a former check told it, to compare with"
    )
    backup = _add(commands, "backup", "a copy of the database and the files", "backup:backup")
    backup.add_argument("file", type=Path)
    backup.add_argument("--encrypt", action="store_true", help="lock it by a passphrase")
    backup.add_argument("--verify", action="store_true", help="restore the copy for a trial and compare")
    restore = _add(commands, "restore", "fill an empty installation from a copy", "backup:restore")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--keep-connections", action="store_true", help="talk to 1C at once: this copy replaces the original"
    )
    for command in (backup, restore):
        command.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="else from KARKAS_BACKUP_PASSPHRASE, or asked for",
        )
    return root


def _amount(text: str) -> int:
    amount = int(text)
    if not 0 <= amount <= MOST:
        raise ValueError
    return amount


def _add_user(commands: "Commands[argparse.ArgumentParser]") -> None:
    user = commands.add_parser("user", help="accounts of people").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = _add(user, "add", "a new person; the password is asked for or read from the input", "people:add")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="as colleagues read it")
    add.add_argument("--role", choices=ROLES, required=True)
    add.add_argument("--region")
    add.add_argument("--chief", metavar="LOGIN", help="whom the person reports to")
    _add(user, "password", "a new password; closes all sessions", "people:set_password").add_argument("login")
    _add(user, "disable", "close an account and its sessions", "people:disable").add_argument("login")


def _add(
    commands: "Commands[argparse.ArgumentParser]", name: str, summary: str, command: str
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    added.set_defaults(command=f"web.run.{command}")
    return added


if __name__ == "__main__":
    main()
