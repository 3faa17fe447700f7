"""The next steps of deals, and what is said about them."""

from domain.activities.comments import comment
from domain.activities.models import Comment, Task
from domain.activities.planning import finish, get_task, plan, postpone, reopen

__all__ = ["Comment", "Task", "comment", "finish", "get_task", "plan", "postpone", "reopen"]
