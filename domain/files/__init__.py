"""Files: what people and 1C send, kept by content."""

from domain.files.models import StoredFile
from domain.files.storing import keep, path_of

__all__ = ["StoredFile", "keep", "path_of"]
