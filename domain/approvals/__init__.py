"""Approvals: what somebody may not decide alone, asked of a head, answered with a word, taken back in time.

What can be asked is not known here: a kind (an extension, a discount) registers how it is granted.
"""

from domain.approvals.asking import ask, lapse, outlive, take_back, withdraw
from domain.approvals.deciding import approve, approve_many, decline, decline_many, reopen, reopen_many
from domain.approvals.kinds import ApprovalKind, register
from domain.approvals.models import Approval, ApprovalState
from domain.approvals.reading import Mine, get_approval, kinds_for, waiting, waiting_about

__all__ = [
    "Approval",
    "ApprovalKind",
    "ApprovalState",
    "Mine",
    "approve",
    "approve_many",
    "ask",
    "decline",
    "decline_many",
    "get_approval",
    "kinds_for",
    "lapse",
    "outlive",
    "register",
    "reopen",
    "reopen_many",
    "take_back",
    "waiting",
    "waiting_about",
    "withdraw",
]
