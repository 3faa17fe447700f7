"""Of what a price is made: lines that always come to the total, to the kopeck.

A line says what it is by its kind and the values it was counted from, never by words: it is kept for years
in a booking and read in any language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.kernel import formats
from domain.kernel.money import rounded
from domain.kernel.text import _

BASE, COEFFICIENT, ROUNDING, LIST, ONEC = "base", "coefficient", "rounding", "list", "onec"
PROMOTION, DISCOUNT = "promotion", "discount"


@dataclass(frozen=True)
class Line:
    kind: str
    amount: Decimal
    name: str = ""
    """What people called it: a coefficient, a promotion, the reason of a discount."""
    by: str | None = None
    at: datetime | None = None
    ref: int | None = None
    """The number of the document, promotion or discount."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The values it was counted from."""

    @property
    def title(self) -> str:
        return TITLES[self.kind](self)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": self.kind, "amount": str(self.amount)}
        said = {"name": self.name, "by": self.by, "ref": self.ref, "said": self.said}
        told |= {name: value for name, value in said.items() if value}
        return told | {"at": self.at.isoformat()} if self.at else told


def from_json(kept: Mapping[str, Any]) -> Line:
    at = kept.get("at")
    return Line(
        kind=kept["kind"],
        amount=Decimal(kept["amount"]),
        name=kept.get("name", ""),
        by=kept.get("by"),
        at=datetime.fromisoformat(at) if at else None,
        ref=kept.get("ref"),
        said=kept.get("said", {}),
    )


def _base(line: Line) -> str:
    metre, area = Decimal(line.said["metre"]), Decimal(line.said["area"])
    return _("%(metre)s per m² × %(area)s", metre=formats.money(metre), area=formats.area(area))


def _coefficient(line: Line) -> str:
    return f"{line.name} × {formats.number(Decimal(line.said['factor']).normalize(), _digits(line))}"


def _digits(line: Line) -> int:
    exponent = Decimal(line.said["factor"]).normalize().as_tuple().exponent
    return max(-int(exponent), 0)


def _rounding(line: Line) -> str:
    return _("Rounded to %(step)s", step=formats.money(Decimal(line.said["step"])))


def _list(line: Line) -> str:
    number = line.said.get("number", str(line.ref))
    return _("Price list No. %(number)s", number=number) + (f", {line.name}" if line.name else "")


def _onec(line: Line) -> str:
    return _("Price from 1C")


def _promotion(line: Line) -> str:
    return _("Promotion “%(name)s”", name=line.name)


def _discount(line: Line) -> str:
    return _("Discount: %(reason)s", reason=line.name)


TITLES: dict[str, Any] = {
    BASE: _base,
    COEFFICIENT: _coefficient,
    ROUNDING: _rounding,
    LIST: _list,
    ONEC: _onec,
    PROMOTION: _promotion,
    DISCOUNT: _discount,
}


@dataclass(frozen=True)
class Passport:
    """The price of a unit, line by line."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return total(self.lines)

    @property
    def base(self) -> Decimal:
        """Before promotions and discounts."""
        return total(line for line in self.lines if line.kind not in (PROMOTION, DISCOUNT))

    @property
    def badges(self) -> tuple[str, ...]:
        return tuple(line.said["badge"] for line in self.lines if line.kind == PROMOTION)

    def with_line(self, line: Line) -> "Passport":
        return Passport((*self.lines, line))

    def without(self, kind: str) -> "Passport":
        return Passport(tuple(line for line in self.lines if line.kind != kind))

    def as_json(self) -> list[dict[str, Any]]:
        return [line.as_json() for line in self.lines]

    @classmethod
    def from_json(cls, kept: Sequence[Mapping[str, Any]]) -> "Passport":
        return cls(tuple(from_json(line) for line in kept))


def total(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


@dataclass(frozen=True)
class Factor:
    """A coefficient of a unit, as it stood when the price was made."""

    name: str
    factor: Decimal
    ref: int
    by: str | None = None
    at: datetime | None = None


def by_metre(
    metre: Decimal, area: Decimal, factors: Sequence[Factor], *, list_line: Line, step: Decimal
) -> tuple[Line, ...]:
    """Base price × area × each coefficient, rounded to the step.

    Each coefficient's line is what it adds to the amount before it, in whole kopecks: the lines come to the
    total without a remainder. `list_line` says by which price list; it adds nothing.
    """
    so_far = rounded(metre * area)
    lines = [
        Line(
            BASE, so_far, by=list_line.by, at=list_line.at, ref=list_line.ref,
            said={"metre": str(metre), "area": str(area)},
        ),
    ]  # fmt: skip
    for factor in factors:
        after = rounded(so_far * factor.factor)
        lines.append(
            Line(
                COEFFICIENT, after - so_far, factor.name, factor.by, factor.at, factor.ref,
                {"factor": str(factor.factor)},
            )
        )  # fmt: skip
        so_far = after
    lines += rounding(so_far, step)
    return (*lines, list_line)


def rounding(amount: Decimal, step: Decimal) -> list[Line]:
    """The line that brings the amount to a multiple of the step; none when it is one."""
    gap = to_step(amount, step) - amount
    return [Line(ROUNDING, gap, said={"step": str(step)})] if gap else []


def to_step(amount: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of the step, halves away from zero; in kopecks."""
    return rounded(rounded_whole(amount / step) * step)


def rounded_whole(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1), rounding="ROUND_HALF_UP")
