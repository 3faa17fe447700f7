"""Keeping files by their content, under the folder that all machines share."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain.files.models import StoredFile
from domain.kernel.settings import settings

BLOCK = 1024**2


def path_of(sha256: str) -> Path:
    return settings().files_root / sha256[:2] / sha256


def keep(session: Session, content: Iterable[bytes], *, media_type: str, now: datetime) -> StoredFile:
    """Store the bytes and their row. A crash in between leaves at worst a file that nobody asks for."""
    root = settings().files_root
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, prefix=".arriving-", delete=False) as draft:
        try:
            for block in content:
                digest.update(block)
                size += len(block)
                draft.write(block)
            draft.flush()
            os.fsync(draft.fileno())
        except BaseException:
            Path(draft.name).unlink()
            raise
    sha256 = digest.hexdigest()
    _settle(Path(draft.name), path_of(sha256))
    stored = StoredFile(sha256=sha256, size=size, media_type=media_type, created_at=now)
    session.execute(insert(StoredFile).values(stored.model_dump()).on_conflict_do_nothing())
    return stored


def forget_unnamed(session: Session, *, before: datetime) -> None:
    """Bytes that no row names, untouched since then: drafts of a killed process, and what was rolled back."""
    root = settings().files_root
    for draft in _untouched(root.glob(".arriving-*"), before):
        draft.unlink(missing_ok=True)
    for folder in root.glob("??"):
        kept = {path.name: path for path in _untouched(folder.iterdir(), before)}
        named = set(session.exec(select(StoredFile.sha256).where(col(StoredFile.sha256).in_(kept))))
        for sha256 in kept.keys() - named:
            kept[sha256].unlink(missing_ok=True)


def _untouched(paths: Iterable[Path], before: datetime) -> list[Path]:
    return [path for path in paths if path.stat().st_mtime < before.timestamp()]


def _settle(draft: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    draft.chmod(0o640)
    draft.replace(path)
