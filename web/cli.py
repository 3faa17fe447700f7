"""The console command `karkas`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from domain.kernel.errors import DomainError
from domain.kernel.settings import BadSetting
from web.run.trouble import Trouble

Command = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what was asked, or say in one sentence why not and exit with 1."""
    asked = parser().parse_args(arguments)
    try:
        asked.command(asked)
    except (Trouble, BadSetting, DomainError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="karkas", description="Karkas: deals, chessboard, bookings and 1C.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, summary: str, command: Command) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
        added.set_defaults(command=command)
        return added

    everything = add(
        "run",
        "everything in one: servers, site, workers, schedule",
        lambda asked: _run().run(reload=asked.reload),
    )
    everything.add_argument("--reload", action="store_true", help="start again when the code changes")
    add("serve", "the site alone", lambda _: _run().serve())
    add("work", "the workers alone", lambda _: _run().work())
    add("schedule", "the schedule alone", lambda _: _run().schedule())
    add("onec-demo", "the stand-in of 1C alone", lambda _: _run().onec_demo())
    add("migrate", "bring the database up to this version", lambda _: _run().migrate())
    add("demo", "people an empty database with the demo world", lambda _: _run().demo())
    return root
