"""Who may come in, and what they may see and do."""

from domain.access.models import Region, Role, User, UserSession
from domain.access.policy import GRANTS, Permission, colleagues, may, may_act_for, rows_of

__all__ = [
    "GRANTS",
    "Permission",
    "Region",
    "Role",
    "User",
    "UserSession",
    "colleagues",
    "may",
    "may_act_for",
    "rows_of",
]
