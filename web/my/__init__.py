"""What a person finds in the morning."""

from web.my.day import MyDay

__all__ = ["MyDay"]
