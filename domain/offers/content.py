"""What a version of an offer says, complete in itself: shown and printed without asking anything else."""

from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from domain import events
from domain.offers.mortgages import Credit
from domain.offers.payments import Payment


@dataclass(frozen=True)
class Part:
    """A component of a unit's price."""

    title: str
    amount: Decimal


@dataclass(frozen=True)
class Drawing:
    """A picture by its content: whoever draws another one does not change what was sent."""

    sha256: str
    small_sha256: str
    media_type: str
    width: int
    height: int
    corners: tuple[tuple[float, ...], ...] = ()
    """The unit's outline on the plan of its floor, in parts of the width and height."""


@dataclass(frozen=True)
class Offered:
    """A unit as it was offered."""

    unit_id: int
    kind: str
    number: str
    rooms: int
    area: Decimal
    living: Decimal | None
    kitchen: Decimal | None
    finish: str
    floor: int
    section: int
    building: str
    project: str
    city: str
    price: Decimal
    parts: tuple[Part, ...] = ()
    """How the price came to be, when there is more to say than one number."""
    plan: Drawing | None = None
    on_floor: Drawing | None = None

    @property
    def metre(self) -> Decimal:
        return (self.price / self.area).quantize(Decimal(1))

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        return tuple(drawing for drawing in (self.plan, self.on_floor) if drawing)


@dataclass(frozen=True)
class Plan:
    name: str
    extra_percent: Decimal
    total: Decimal
    payments: tuple[Payment, ...]
    template_id: int | None = None
    """None: divided by hand."""


@dataclass(frozen=True)
class Mortgage:
    programme_id: int
    bank: str
    name: str
    kind: str
    rates_of: date
    down: Decimal
    credit: Credit


@dataclass(frozen=True)
class Seller:
    name: str
    phone: str | None


@dataclass(frozen=True)
class Content:
    units: tuple[Offered, ...]
    plans: tuple[Plan, ...]
    mortgages: tuple[Mortgage, ...]
    conditions: str
    seller: Seller
    valid_until: date

    @property
    def total(self) -> Decimal:
        return sum((unit.price for unit in self.units), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """Amounts as text, so that none is lost."""
        told: dict[str, Any] = events.plain(asdict(self))
        return told

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        found: Self = _built(cls, kept)
        return found


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, kept: Any) -> Any:
    """The value `as_json` wrote, in its own type again."""
    if get_origin(kind) is UnionType:
        return None if kept is None else _built(next(t for t in get_args(kind) if t is not type(None)), kept)
    if get_origin(kind) is tuple:
        return tuple(_built(get_args(kind)[0], inner) for inner in kept)
    if is_dataclass(kind):
        made: Any = kind
        types = _types(made)
        return made(**{f.name: _built(types[f.name], kept[f.name]) for f in fields(made) if f.name in kept})
    if kind is date:
        return date.fromisoformat(kept)
    return Decimal(kept) if kind is Decimal else kept
