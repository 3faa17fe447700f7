"""Files: what people and 1C send, kept by content."""

from domain.files.models import StoredFile
from domain.files.storing import forget_unnamed, keep, path_of

__all__ = ["StoredFile", "forget_unnamed", "keep", "path_of"]
