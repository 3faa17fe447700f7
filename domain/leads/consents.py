"""The wording of the consent people give on the form: its versions stay, since each request names one."""

from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.events import names
from domain.kernel.errors import Invalid
from domain.kernel.text import _
from domain.leads.models import ConsentText

SHORTEST, LONGEST = 60, 4000
_ORDER = 0x636F6E73
"""Advisory lock: versions are added one after another."""


def current(session: Session) -> ConsentText | None:
    """The wording shown today; None: no requests are taken, since nobody could consent."""
    return session.exec(select(ConsentText).order_by(col(ConsentText.id).desc()).limit(1)).first()


def word(session: Session, *, text: str, policy_url: str, by: User, now: datetime) -> ConsentText:
    """Show this wording from now on; the same words again change nothing. Raises Invalid at the field."""
    bare, address = text.replace("\r\n", "\n").strip(), policy_url.strip()
    wrong = {}
    if not SHORTEST <= len(bare) <= LONGEST:
        wrong["text"] = _(
            "The consent has %(least)s to %(most)s characters: who processes what, and why",
            least=SHORTEST,
            most=LONGEST,
        )
    if len(address) > 500 or urlsplit_safe(address) not in {"http", "https"}:
        wrong["policy_url"] = _("The address of the policy begins with https://")
    if wrong:
        raise Invalid(wrong)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ORDER)))
    last = current(session)
    if last is not None and (last.text, last.policy_url) == (bare, address):
        return last
    wording = ConsentText(text=bare, policy_url=address, added_at=now, added_by_id=by.id)
    session.add(wording)
    events.record(session, names.CONSENT_WORDED, wording, by=by)
    session.flush()
    return wording


def urlsplit_safe(address: str) -> str:
    """The scheme of an address with a host; empty for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.scheme if parts.netloc else ""
