"""The head of history's chain, kept outside the database: who changes history there cannot change it here.

A file a database in `KARKAS_HOME/heads`; `karkas check` compares. Several machines each keep their own.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from domain.events.sealing import BEGINNING, Head
from domain.kernel.settings import Settings


def kept(settings: Settings) -> Head:
    """The last one kept, or the beginning when there is none. Raises ValueError when the file is not one."""
    path = _path(settings)
    return Head.parse(path.read_text("ascii")) if path.exists() else BEGINNING


def keep(settings: Settings, head: Head) -> None:
    """Put it in the place of the former one; a crash leaves either."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(f"{head}\n", "ascii")
    draft.replace(path)


def _path(settings: Settings) -> Path:
    return settings.home / "heads" / (urlsplit(settings.database_url).path.strip("/") or "karkas")
