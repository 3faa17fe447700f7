"""How the database came to be what it is: one file a step, named by its number."""

from functools import cache
from pathlib import Path


@cache
def newest() -> str:
    """The number of the last step, without what it takes to make it: a web process asks only this."""
    return max(file.name[:4] for file in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
