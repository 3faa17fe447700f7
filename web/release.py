"""Which version of us draws the pages: a page kept by a browser is worth nothing after a deploy."""

import hashlib
from functools import cache
from pathlib import Path

from web.assets import tree

ROOT = Path(__file__).parent.parent
SOURCES = {"domain": "*.py", "web": "*.py", "templates": "*.*"}


@cache
def release() -> str:
    """A digest of the code, templates, words and static files; the same in every process of a deploy."""
    digest = hashlib.sha256(tree().encode())
    for folder, pattern in SOURCES.items():
        for path in sorted((ROOT / folder).rglob(pattern)):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]
