"""The bell on the screen."""

from web.notices.notices import Notices

__all__ = ["Notices"]
