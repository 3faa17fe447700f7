"""Setting the rules of bookings: the terms of a kind, and how many somebody may hold at once."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import Role, User
from domain.access.policy import rows_of
from domain.estate.terms.allowances import COMMON
from domain.estate.terms.kinds import LONGEST_DAYS
from domain.estate.terms.models import Allowance, Terms, Whose
from domain.kernel import formats
from domain.kernel.db import LOCK
from domain.kernel.errors import Forbidden, Invalid, Missing, Refused, Stale
from domain.kernel.text import _

MOST_CHOICES = 6
LARGEST_ID = 2**63 - 1
TOPIC = "terms"

agents_of: list[Callable[[Session, User], dict[int, str]]] = []
"""Filled from above: people of agencies this person answers for, and the agency of each."""


def get_terms(session: Session, terms_id: int) -> Terms:
    terms = session.get(Terms, terms_id) if 0 < terms_id <= LARGEST_ID else None
    if terms is None:
        raise Missing(_("There are no such terms"))
    return terms


def edit(session: Session, terms: Terms, *, version: int, by: User, **wanted: Any) -> None:
    """Save the form: `days`, `default_days`, `total_days`, `own_extensions`, `price`, `head_only`, `at_once`.

    Bookings made before keep their ends. Raises Stale over somebody else's save.
    """
    session.refresh(terms, with_for_update=LOCK)
    changes = {
        name: (getattr(terms, name), value) for name, value in wanted.items() if getattr(terms, name) != value
    }
    if terms.version != version:
        raise Stale(
            _("Somebody saved these terms before you"),
            theirs={name: said(name, now_is) for name, (now_is, _mine) in changes.items()},
        )
    _demand_sane(**wanted)
    if not changes:
        return
    for name, (_before, value) in changes.items():
        setattr(terms, name, value)
    terms.version += 1
    session.flush()
    events.record(session, "terms.edited", terms, by=by, topics=[TOPIC], of=terms.kind.value, changes=changes)


def _demand_sane(
    *,
    days: Sequence[int],
    default_days: int,
    total_days: int,
    own_extensions: int,
    price: Decimal,
    at_once: int | None,
    head_only: bool,
) -> None:
    wrong = _wrong_days(days, default_days, total_days)
    if not 0 <= own_extensions <= 20:
        wrong["own_extensions"] = _("From 0 to 20")
    if not 0 <= price <= 10_000_000:
        wrong["price"] = _("From 0 to 10 million")
    if at_once is not None and not 0 < at_once <= 10_000:
        wrong["at_once"] = _("A number above zero, or nothing")
    if wrong:
        raise Invalid(wrong)


def _wrong_days(days: Sequence[int], default_days: int, total_days: int) -> dict[str, str]:
    """The first thing that is wrong with them."""
    if not 0 < len(days) <= MOST_CHOICES or not all(0 < count <= LONGEST_DAYS for count in days):
        said = _("From 1 to %(most)s terms of 1 to %(longest)s days", most=MOST_CHOICES, longest=LONGEST_DAYS)
        return {"days": said}
    if list(days) != sorted(set(days)):
        return {"days": _("Each term once, the shortest first")}
    if default_days not in days:
        return {"default_days": _("One of the terms that are offered")}
    if not max(days) <= total_days <= LONGEST_DAYS:
        most = _("Not less than the longest term and not more than %(most)s days", most=LONGEST_DAYS)
        return {"total_days": most}
    return {}


def said(name: str, value: Any) -> str:
    """The value as the form writes it."""
    if name == "days":
        return ", ".join(map(str, value))
    if name == "price":
        return formats.money(value)
    if name == "head_only":
        return _("a head") if value else _("a manager")
    return _("without a limit") if value is None else str(value)


def allowances(session: Session, user: User) -> list[Allowance]:
    """The common ones first, then those of people: of one's own for a head, of all for an administrator."""
    seen = select(Allowance).where(_seen(session, user))
    rows = list(session.exec(seen.order_by(col(Allowance.user_id).nulls_first(), col(Allowance.id))))
    order = list(Whose)
    common = sorted((row for row in rows if row.user_id is None), key=lambda row: order.index(row.whose))
    return [*common, *sorted((row for row in rows if row.user), key=lambda row: row.user.name)]  # type: ignore[union-attr]


def get_allowance(session: Session, user: User, allowance_id: int) -> Allowance:
    known = 0 < allowance_id <= LARGEST_ID
    wanted = select(Allowance).where(Allowance.id == allowance_id, _seen(session, user))
    allowance = session.exec(wanted).first() if known else None
    if allowance is None:
        raise Missing(_("There is no such limit"))
    return allowance


def _seen(session: Session, user: User) -> Any:
    if user.role is Role.ADMIN:
        return True
    whose = col(Allowance.user_id)
    return whose.is_(None) | rows_of(user, whose) | whose.in_(agents(session, user))


def people(session: Session, user: User) -> list[User]:
    """Whom this person may give an allowance: who sells, here or in an agency, and not oneself."""
    ours: Any = col(User.role).in_([Role.MANAGER, Role.HEAD])
    if user.role is not Role.ADMIN:
        ours &= rows_of(user, col(User.id))
    sellers = select(User).where(
        ours | col(User.id).in_(agents(session, user)),
        col(User.disabled_at).is_(None),
        col(User.id) != user.id,
    )
    return list(session.exec(sellers.order_by(User.name)))


def agents(session: Session, user: User) -> dict[int, str]:
    """People of agencies this person answers for, with the agency of each."""
    return {person: agency for of in agents_of for person, agency in of(session, user).items()}


def give(session: Session, *, person_id: int, most: int | None, by: User) -> Allowance:
    """An allowance of a person's own, in the place of the common one."""
    person = next((one for one in people(session, by) if one.id == person_id), None)
    if person is None:
        raise Invalid({"user_id": _("Choose somebody of your own people")})
    whose = COMMON.get(person.role, Whose.MANAGER)
    allowance = Allowance(whose=whose, user_id=person_id, most=_sane(most))
    try:
        with session.begin_nested():
            session.add(allowance)
    except IntegrityError:
        raise Refused(_("This person has a limit already: change it in the list")) from None
    _record(session, "allowance.set", allowance, by=by, changes={"most": (None, allowance.most)})
    return allowance


def change(session: Session, allowance: Allowance, *, version: int, most: int | None, by: User) -> None:
    session.refresh(allowance, with_for_update=LOCK)
    _demand_others(allowance, by=by)
    if allowance.version != version:
        theirs = {"most": said("most", allowance.most)} if allowance.most != most else {}
        raise Stale(_("Somebody changed this limit before you"), theirs=theirs)
    before, allowance.most = allowance.most, _sane(most)
    if before == allowance.most:
        return
    allowance.version += 1
    session.flush()
    _record(session, "allowance.set", allowance, by=by, changes={"most": (before, allowance.most)})


def remove(session: Session, allowance: Allowance, *, by: User) -> None:
    """The person counts as everybody again."""
    if allowance.user_id is None:
        raise Refused(_("The common limit is changed, not removed: leave the number out"))
    _demand_others(allowance, by=by)
    _record(session, "allowance.removed", allowance, by=by, changes={"most": (allowance.most, None)})
    session.delete(allowance)
    session.flush()


def _demand_others(allowance: Allowance, *, by: User) -> None:
    """Nobody lifts his own limit."""
    if allowance.user_id == by.id:
        raise Forbidden(_("Your own limit is changed by your head or the administrator"))


def _sane(most: int | None) -> int | None:
    if most is not None and not 0 <= most <= 10_000:
        raise Invalid({"most": _("From 0 to 10 000, or nothing: without a limit")})
    return most


def _record(session: Session, name: str, allowance: Allowance, *, by: User, **payload: Any) -> None:
    events.record(
        session,
        name,
        allowance,
        by=by,
        topics=[TOPIC],
        whose=allowance.whose.value,
        person=allowance.user_id,
        **payload,
    )
