"""Own characteristics of units: which there are for a kind, and how a value of each type is read and told."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.estate.drawings.models import Characteristic, CharacteristicType
from domain.estate.models import Unit, UnitKind
from domain.events import names
from domain.kernel import formats
from domain.kernel.db import LOCK
from domain.kernel.errors import Invalid, Missing, Stale
from domain.kernel.text import _

LONGEST_TITLE, LONGEST_MEASURE, LONGEST_TEXT, LONGEST_OPTION, MOST_OPTIONS = 100, 20, 200, 60, 50
LARGEST = Decimal(1_000_000_000)
T = CharacteristicType


def characteristics(session: Session, kind: UnitKind, *, also_retired: bool = False) -> list[Characteristic]:
    """In the order they are shown."""
    of_kind = select(Characteristic).where(Characteristic.kind == kind)
    if not also_retired:
        of_kind = of_kind.where(~col(Characteristic.retired))
    return list(session.exec(of_kind.order_by(col(Characteristic.position), col(Characteristic.id))))


def get_characteristic(session: Session, number: int) -> Characteristic:
    found = session.get(Characteristic, number) if 0 < number < 2**63 else None
    if found is None:
        raise Missing(_("There is no such characteristic"))
    return found


def add(
    session: Session,
    *,
    kind: UnitKind,
    code: str,
    type: CharacteristicType,  # noqa: A002  as the column is called
    title: str,
    measure: str = "",
    options: str = "",
    by: User | None,
) -> Characteristic:
    """A new one at the end. Raises Invalid at the field."""
    told = _checked(type, title, measure, options)
    bare = code.strip()
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", bare):
        raise Invalid({"code": _("A code is small Latin letters, digits and _: ceiling_height")})
    position = len(characteristics(session, kind, also_retired=True))
    found = Characteristic(kind=kind, code=bare, type=type, position=position, **told)
    try:
        with session.begin_nested():
            session.add(found)
            session.flush()
    except IntegrityError:
        raise Invalid(
            {"code": _("Units of this kind have a characteristic with this code already")}
        ) from None
    events.record(session, names.CHARACTERISTIC_ADDED, found, by=by, title=found.title, kind=kind)
    return found


def edit(
    session: Session,
    found: Characteristic,
    *,
    version: int,
    title: str,
    measure: str,
    options: str,
    retired: bool,
    by: User,
) -> None:
    """Save the form; code and type stay. Raises Invalid at the field, Stale over somebody else's save."""
    session.refresh(found, with_for_update=LOCK)
    wanted = {**_checked(found.type, title, measure, options), "retired": retired}
    changes = {
        name: (getattr(found, name), value) for name, value in wanted.items() if getattr(found, name) != value
    }
    if found.version != version:
        raise Stale(
            _("Somebody saved this characteristic before you"),
            tuple(_("%(title)s is otherwise now", title=name) for name in map(_field, changes)),
            theirs={name: _told(now_is) for name, (now_is, _mine) in changes.items()},
        )
    if not changes:
        return
    found.version += 1
    for name, (_before, value) in changes.items():
        setattr(found, name, value)
    session.flush()
    events.record(session, names.CHARACTERISTIC_EDITED, found, by=by, changes=changes)


def _field(name: str) -> str:
    titles = {
        "title": _("Title"), "measure": _("Unit of measure"), "options": _("Options"), "retired": _("Hidden"),
    }  # fmt: skip
    return titles[name]


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "—"
    return str(value) if value else "—"


def _checked(of: CharacteristicType, title: str, measure: str, options: str) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    chosen = list(dict.fromkeys(line.strip() for line in options.splitlines() if line.strip()))
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        wrong["title"] = _("A title has from 1 to %(most)s characters", most=LONGEST_TITLE)
    if len(measure.strip()) > LONGEST_MEASURE:
        wrong["measure"] = _("The unit of measure is longer than %(most)s characters", most=LONGEST_MEASURE)
    if of is T.CHOICE and not 1 < len(chosen) <= MOST_OPTIONS:
        wrong["options"] = _("Write from 2 to %(most)s options, each in a line of its own", most=MOST_OPTIONS)
    elif any(len(option) > LONGEST_OPTION for option in chosen):
        wrong["options"] = _("An option is longer than %(most)s characters", most=LONGEST_OPTION)
    if wrong:
        raise Invalid(wrong)
    return {
        "title": title.strip(),
        "measure": measure.strip() if of is T.NUMBER else "",
        "options": chosen if of is T.CHOICE else [],
    }


# -- values -------------------------------------------------------------------------------------


def field_of(found: Characteristic) -> str:
    """What its input is called in the form of a unit."""
    return f"characteristic_{found.code}"


def read(known: list[Characteristic], given: Mapping[str, str]) -> dict[str, Any]:
    """The values as they are kept, without those left empty; raises Invalid at each wrong field."""
    values, wrong = {}, {}
    for found in known:
        text = given.get(field_of(found), "").strip()
        try:
            if text:
                values[found.code] = READ[found.type](found, text)
        except ValueError as error:
            wrong[field_of(found)] = str(error)
    if wrong:
        raise Invalid(wrong)
    return values


def _text(_found: Characteristic, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(_("This is longer than %(most)s characters", most=LONGEST_TEXT))
    return text


def _number(_found: Characteristic, text: str) -> int | float:
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("Write a number: 2.7")) from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(_("Write a number: 2.7"))
    rounded = round(number, 4)
    return int(rounded) if rounded == int(rounded) else float(rounded)


def _choice(found: Characteristic, text: str) -> str:
    if text not in found.options:
        raise ValueError(_("Choose one of the options"))
    return text


def _flag(_found: Characteristic, text: str) -> bool:
    return text == "1"


READ: dict[CharacteristicType, Callable[[Characteristic, str], Any]] = {
    T.TEXT: _text,
    T.NUMBER: _number,
    T.CHOICE: _choice,
    T.FLAG: _flag,
}


def typed(value: Any) -> str:
    """A kept value as its input shows it."""
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value).replace(".", ",") if isinstance(value, float) else str(value)


def told(found: Characteristic, value: Any) -> str:
    """A kept value in words."""
    if found.type is T.FLAG:
        return _("yes") if value is True else _("no")
    if found.type is T.NUMBER and isinstance(value, int | float):
        exact = Decimal(str(value))
        digits = max(0, -int(exact.as_tuple().exponent))
        return f"{formats.number(exact, digits)} {found.measure}".strip()
    return str(value)


def described(session: Session, unit: Unit) -> list[tuple[str, str]]:
    """Title and value of everything known of the unit, in the order of the catalogue."""
    known = characteristics(session, unit.kind) if unit.characteristics else []
    return [
        (found.title, told(found, unit.characteristics[found.code]))
        for found in known
        if found.code in unit.characteristics
    ]
