"""What a deed costs: CPU of this process and of the database's own backends, read from the kernel."""

import os
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(deed: Callable[[], object], database: str) -> float:
    """Milliseconds of CPU a deed takes here and in PostgreSQL, over several rounds."""
    for _warm in range(3):
        deed()
    backends, here = backends_cpu(database), time.process_time()
    for _round in range(ROUNDS):
        deed()
    return (time.process_time() - here + backends_cpu(database) - backends) / ROUNDS * 1000


def backends_cpu(database: str) -> float:
    """CPU seconds of the backends that serve this database: their title names it."""
    spent = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_text("utf-8", "replace")
            fields = (process / "stat").read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if title.startswith("postgres:") and f" {database} " in title:
            spent += (int(fields[11]) + int(fields[12])) / TICKS
    return spent
