"""Phones: stored in E.164, typed in any way."""

import re

from domain.kernel.errors import Invalid
from domain.kernel.text import _, ngettext

RUSSIAN_DIGITS = 11


def normalise(text: str, *, field: str = "phone") -> str | None:
    """`8 (921) 304-18-22`, `+7921…`, `921…` → `+79213041822`; empty → None.

    Foreign numbers are accepted when written with a plus (7 to 15 digits, ITU-T E.164).
    Raises Invalid with a sentence under `field`.
    """
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    if not text.strip():
        return None
    if text.strip().startswith("+") and not digits.startswith("7"):
        if 7 <= len(digits) <= 15:
            return f"+{digits}"
        raise Invalid({field: _("A foreign number has 7 to 15 digits after the plus")})
    if len(digits) == RUSSIAN_DIGITS - 1:
        digits = "7" + digits
    if len(digits) == RUSSIAN_DIGITS and digits[0] in "78":
        return "+7" + digits[1:]
    raise Invalid({field: _wrong_length(len(digits))})


def _wrong_length(digits: int) -> str:
    gap = RUSSIAN_DIGITS - digits
    if gap > 0:
        return ngettext("The phone lacks %(count)s digit", "The phone lacks %(count)s digits", gap, count=gap)
    return _("The phone has too many digits: a Russian number has 11")
