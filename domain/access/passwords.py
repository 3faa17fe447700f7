"""Passwords: argon2id, the same time for the known and the unknown."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.kernel.errors import Invalid
from domain.kernel.text import _

SHORTEST, LONGEST = 6, 128

_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
"""OWASP's second choice for argon2id (46 MiB, one pass): about a tenth of a second of one core."""
_NOBODY = _hasher.hash("a password nobody has")


def hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            {"password": _("A password has %(least)s to %(most)s characters", least=SHORTEST, most=LONGEST)}
        )
    return _hasher.hash(password)


def fits(password: str, stored: str | None) -> bool:
    """Whether the password is the one stored; a missing account costs the same time as a wrong password."""
    try:
        return _hasher.verify(stored or _NOBODY, password[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)
