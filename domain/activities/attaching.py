"""Files of a deal: attached all or none, taken off and put back; the bytes stay, and so does the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from sqlmodel import Session

from domain import events, files
from domain.access.models import Role, User
from domain.access.policy import may_act_for
from domain.activities.models import Attachment
from domain.activities.planning import Discussed
from domain.files.examining import examine, plain_name
from domain.kernel.errors import Forbidden, Invalid, Missing, Refused
from domain.kernel.text import _

MOST_AT_ONCE = 10
BLOCK = 256 * 1024


def attach(
    session: Session, deal: Discussed, given: Sequence[tuple[str, BinaryIO]], *, by: User, now: datetime
) -> list[Attachment]:
    """Keep the files, each a name and its bytes; one that is not taken stops all.

    Raises Invalid with a sentence about every file that is refused.
    """
    if not given:
        raise Invalid({"files": _("Choose a file first")})
    if len(given) > MOST_AT_ONCE:
        raise Invalid({"files": _("At most %(most)s files at once", most=MOST_AT_ONCE)})
    examined, refusals = [], []
    for called, content in given:
        name = plain_name(called)
        try:
            examined.append((name, content, examine(content, name)))
        except Refused as no:
            refusals.append(str(no))
    if refusals:
        raise Invalid({"files": "\n".join(refusals)})
    return [
        _keep(session, deal, name, content, kind.media_type, by=by, now=now)
        for name, content, kind in examined
    ]


def take_off(session: Session, attachment: Attachment, *, by: User, now: datetime) -> None:
    """The file is no longer shown; whoever attached it or their head may."""
    _demand_right(session, attachment, by=by)
    if attachment.removed_at is None:
        attachment.removed_at = now
        _record(session, "file.removed", attachment, by=by)


def put_back(session: Session, attachment: Attachment, *, by: User) -> None:
    _demand_right(session, attachment, by=by)
    if attachment.removed_at is not None:
        attachment.removed_at = None
        _record(session, "file.restored", attachment, by=by)


def get_attachment(session: Session, deal: Discussed, attachment_id: int) -> Attachment:
    """The deal's own file, also one taken off; raises Missing."""
    found = session.get(Attachment, attachment_id) if 0 < attachment_id < 2**63 else None
    if found is None or found.deal_id != deal.id:
        raise Missing(_("There is no such file"))
    return found


def _keep(
    session: Session,
    deal: Discussed,
    name: str,
    content: BinaryIO,
    media_type: str,
    *,
    by: User,
    now: datetime,
) -> Attachment:
    content.seek(0)
    stored = files.keep(session, iter(lambda: content.read(BLOCK), b""), media_type=media_type, now=now)
    attachment = Attachment(
        deal_id=deal.id, sha256=stored.sha256, name=name, size=stored.size, media_type=media_type,
        added_by_id=by.id, added_at=now,
    )  # fmt: skip
    session.add(attachment)
    session.flush()
    _record(session, "file.attached", attachment, by=by)
    return attachment


def _demand_right(session: Session, attachment: Attachment, *, by: User) -> None:
    theirs = by.role is Role.HEAD and may_act_for(session, by, attachment.added_by_id)
    if attachment.added_by_id != by.id and not theirs:
        raise Forbidden(_("Only the one who attached a file or their head may take it off"))


def _record(session: Session, event: str, attachment: Attachment, *, by: User) -> None:
    events.record(
        session,
        event,
        attachment,
        by=by,
        deal=attachment.deal_id,
        topics=[f"deal-{attachment.deal_id}"],
        file=attachment.name,
        sha256=attachment.sha256,
    )
