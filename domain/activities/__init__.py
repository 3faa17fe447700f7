"""The next steps of deals, and what is said about them."""

from domain.activities.attaching import attach, get_attachment, put_back, take_off
from domain.activities.comments import comment
from domain.activities.models import Attachment, Comment, Task
from domain.activities.planning import finish, get_task, plan, postpone, reopen

__all__ = [
    "Attachment",
    "Comment",
    "Task",
    "attach",
    "comment",
    "finish",
    "get_attachment",
    "get_task",
    "plan",
    "postpone",
    "put_back",
    "reopen",
    "take_off",
]
