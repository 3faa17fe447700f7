"""The price of a unit over time as a line of a drawing: steps, since a price holds until the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.estate.past.history import Point

WIDTH, HEIGHT = 640, 160
"""Units of the drawing; the screen stretches it."""
MARGIN = 8


@dataclass(frozen=True)
class Chart:
    path: str
    """What goes into `d` of an SVG path."""
    least: Decimal
    most: Decimal
    first: datetime
    last: datetime


def chart(prices: Sequence[Point], *, now: datetime) -> Chart | None:
    """None where there is nothing to compare: fewer than two known prices."""
    known = [point.price for point in prices if point.price is not None]
    if len(known) < 2:
        return None
    first, least, most = prices[0].at, min(known), max(known)
    whole = max((now - first).total_seconds(), 1.0)

    def x(at: datetime) -> int:
        return round(MARGIN + (at - first).total_seconds() / whole * (WIDTH - 2 * MARGIN))

    def y(price: Decimal) -> int:
        share = (price - least) / (most - least) if most > least else Decimal("0.5")
        return round(HEIGHT - MARGIN - float(share) * (HEIGHT - 2 * MARGIN))

    steps: list[str] = []
    for point, following in zip(prices, [*prices[1:], Point(now, None)], strict=True):
        if point.price is not None:
            on = "L" if steps and steps[-1] != "gap" else "M"
            steps.append(f"{on}{x(point.at)} {y(point.price)}H{x(following.at)}")
        elif steps:
            steps.append("gap")
    path = "".join(step for step in steps if step != "gap")
    return Chart(path, least, most, first, now)
