"""Where the servers that came as Python packages keep their programs; the packages' own code is not run."""

from importlib.util import find_spec
from pathlib import Path

from web.run.trouble import Trouble


def folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Trouble(
            f"The package {package} is not installed; set DATABASE_URL and REDIS_URL, or run make setup."
        )
    return Path(spec.origin).parent


def only(folder: Path, pattern: str) -> Path:
    for path in folder.glob(pattern):
        return path
    raise Trouble(f"There is no {pattern} in {folder}; this machine needs REDIS_URL.")
