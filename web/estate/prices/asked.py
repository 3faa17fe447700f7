"""Reading what people type into the forms of prices."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from litestar import Request
from sqlmodel import Session, col, select

from domain.estate import Finish, Project, UnitKind, UnitStatus
from domain.estate.models import Building
from domain.estate.pricing import Criteria
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import _
from web import fields

Choice = TypeVar("Choice", bound=Enum)
Several = str | list[str]
"""Boxes of one name: one that is ticked comes as a text, more as a list."""
SMALLEST = Decimal("0.0001")
KOPECK = Decimal("0.01")


@dataclass
class Filtered:
    """The filter of a price list, a coefficient and a promotion."""

    buildings: Several = ""
    kinds: Several = ""
    rooms: Several = ""
    finish: Several = ""
    status: Several = ""
    sections: str = ""
    places: str = ""
    floor_from: str = ""
    floor_to: str = ""
    area_from: str = ""
    area_to: str = ""


def criteria(data: Filtered) -> Criteria:
    """Raises Invalid for a number that can't be read; a choice nobody knows is left out."""
    return Criteria(
        buildings=frozenset(fields.number(text, "buildings") for text in several(data.buildings)),
        kinds=_choices(UnitKind, data.kinds),
        rooms=frozenset(int(text) for text in several(data.rooms) if text in {"0", "1", "2", "3"}),
        finish=_choices(Finish, data.finish),
        status=_choices(UnitStatus, data.status),
        sections=_numbers(data.sections, "sections"),
        places=_numbers(data.places, "places"),
        floor_from=_floor(data.floor_from, "floor_from"),
        floor_to=_floor(data.floor_to, "floor_to"),
        area_from=decimal(data.area_from, "area_from") if data.area_from.strip() else None,
        area_to=decimal(data.area_to, "area_to") if data.area_to.strip() else None,
    )


def filled(kept: Criteria) -> Filtered:
    """The form of criteria that are kept."""
    return Filtered(
        buildings=[str(number) for number in sorted(kept.buildings)],
        kinds=[kind.value for kind in kept.kinds],
        rooms=[str(number) for number in kept.rooms],
        finish=[finish.value for finish in kept.finish],
        status=[status.value for status in kept.status],
        sections=", ".join(map(str, sorted(kept.sections))),
        places=", ".join(map(str, sorted(kept.places))),
        floor_from=_plain(kept.floor_from),
        floor_to=_plain(kept.floor_to),
        area_from=_plain(kept.area_from),
        area_to=_plain(kept.area_to),
    )


def several(said: Several) -> list[str]:
    return [text for text in ([said] if isinstance(said, str) else said) if text]


def decimal(text: str, field: str) -> Decimal:
    """`4,5`, `−3`, `150 000 ₽`: with a sign, unlike an amount."""
    bare = re.sub(r"[\s₽%]", "", text).replace(",", ".").replace("−", "-").replace("\0", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        raise Invalid({field: _("Write a number in digits")}) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 10:
        raise Invalid({field: _("The number is too large")})
    return number.quantize(SMALLEST)


def optional_moment(text: str, field: str) -> datetime | None:
    return fields.moment(text, field) if text.strip() else None


def plain(number: Decimal | None) -> str:
    """As people type it back: 190000, 4,5."""
    return "" if number is None else f"{number.normalize():f}".replace(".", ",")


def project_of(request: Request[Any, Any, Any], session: Session, text: str | None = None) -> Project:
    """The project the address or a form names, else the first one there is."""
    asked = request.query_params.get("project", "") if text is None else text
    projects = every_project(session)
    chosen = next((one for one in projects if str(one.id) == asked), None)
    if chosen is None and asked:
        raise Missing(_("There is no such project, or nothing is built in it yet"))
    if not projects:
        raise Missing(_("There are no projects yet: flats come from 1C with the first exchange"))
    return chosen or projects[0]


def every_project(session: Session) -> list[Project]:
    return list(session.exec(select(Project).order_by(col(Project.position), col(Project.id))))


def buildings_of(session: Session, project: Project) -> list[Building]:
    of = select(Building).where(Building.project_id == project.id)
    return list(session.exec(of.order_by(col(Building.position), col(Building.name))))


def choice(kind: type[Choice], text: str, default: Choice) -> Choice:
    return next((one for one in kind if one.value == text), default)


def _choices(kind: type[Choice], said: Several) -> frozenset[Choice]:
    known = {member.value: member for member in kind}
    return frozenset(known[text] for text in several(said) if text in known)


def _numbers(text: str, field: str) -> frozenset[int]:
    """`1, 2` or `3-5`."""
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", text.strip()):
        if not part:
            continue
        ends = re.fullmatch(r"([0-9]{1,3})(?:[-–]([0-9]{1,3}))?", part, re.ASCII)
        if ends is None:
            raise Invalid({field: _("Write numbers with commas between them, for example 1, 2 or 3-5")})
        found.update(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
    return frozenset(found)


def _floor(text: str, field: str) -> int | None:
    bare = text.strip().replace("−", "-")
    if not bare:
        return None
    if not re.fullmatch(r"-?[0-9]{1,3}", bare, re.ASCII):
        raise Invalid({field: _("A floor is a whole number")})
    return int(bare)


def _plain(number: object) -> str:
    return "" if number is None else str(number).replace(".", ",")
