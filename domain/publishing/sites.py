"""Sites whose pages may show our stock: an origin each, written as browsers send it."""

from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.events import names
from domain.kernel.db import pick
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import _
from domain.publishing.models import PublicSite

LONGEST = 200
LOCAL = {"localhost", "127.0.0.1"}


def normalise(text: str) -> str:
    """`https://Site.RU/page` → `https://site.ru`. Raises Invalid under `origin`.

    Plain http is for a machine of one's own only: on any other way the request could be read and changed.
    """
    bare = text.strip()
    try:
        parts = urlsplit(bare if "://" in bare else f"https://{bare}")
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except (ValueError, UnicodeError):
        raise Invalid({"origin": _not_a_site()}) from None
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL)
    if not known or not (host in LOCAL or "." in host) or parts.username or len(host) > LONGEST - 20:
        raise Invalid({"origin": _not_a_site()})
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def allow(session: Session, *, origin: str, by: User, now: datetime) -> str:
    """From now on pages of this site may ask; again changes nothing. Returns the origin as kept."""
    bare = normalise(origin)
    row = insert(PublicSite).values(origin=bare, added_at=now, added_by_id=by.id)
    added = session.execute(row.on_conflict_do_nothing().returning(col(PublicSite.id))).scalar_one_or_none()
    if added is not None:
        site = session.get_one(PublicSite, added)
        events.record(session, names.PUBLIC_SITE_ALLOWED, site, by=by, origin=bare)
    return bare


def forbid(session: Session, site_id: int, *, by: User) -> str:
    """Its pages get nothing from now on."""
    site = session.get(PublicSite, site_id, with_for_update=True) if 0 < site_id < 2**63 else None
    if site is None:
        raise Missing(_("There is no such site in the list"))
    events.record(session, names.PUBLIC_SITE_FORBIDDEN, site, by=by, origin=site.origin)
    session.flush()
    session.execute(sa.delete(PublicSite).where(col(PublicSite.id) == site.id))
    return site.origin


def is_allowed(session: Session, origin: str) -> bool:
    known = pick(PublicSite.id).where(col(PublicSite.origin) == origin)
    return bool(origin) and "\0" not in origin and session.execute(known).first() is not None


def every(session: Session) -> list[PublicSite]:
    return list(session.exec(select(PublicSite).order_by(col(PublicSite.origin))))


def _not_a_site() -> str:
    return _("Write the address of the site as in the browser: https://example.ru")
