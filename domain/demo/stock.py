"""The flats of the demo, floor by floor: pure rows first, the verbs put them into the base."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.estate import Availability, Finish, UnitKind

A, F, K = Availability, Finish, UnitKind

PINE, RIVER = "ЖК «Сосновый берег»", "ЖК «Речной квартал»"
CITY = {PINE: "Санкт-Петербург", RIVER: "Казань"}


@dataclass(frozen=True)
class PlannedUnit:
    project: str
    building: str
    section: int
    floor: int
    position: int
    number: str
    kind: UnitKind
    rooms: int
    area_total: Decimal
    area_living: Decimal | None
    area_kitchen: Decimal | None
    finish: Finish
    availability: Availability
    price: Decimal

    @property
    def ref_key(self) -> UUID:
        """The same flat's number in the demo 1C, the same on every machine."""
        place = f"{self.project}/{self.building}/{self.section}/{self.floor}/{self.kind.value}/{self.number}"
        return uuid5(NAMESPACE_URL, f"https://karkas.invalid/demo/{place}")


@dataclass(frozen=True)
class Layout:
    """A kind of flat: rooms, total, living and kitchen areas, price of a square metre on the second floor."""

    rooms: int
    total: str
    living: str
    kitchen: str
    metre: int


STUDIO = Layout(0, "24.6", "15.4", "5.2", 204_000)
STUDIO_WIDE = Layout(0, "26.2", "16.8", "5.6", 201_000)
ONE = Layout(1, "38.1", "16.2", "11.4", 166_000)
ONE_SMALL = Layout(1, "36.9", "15.9", "10.8", 171_000)
TWO = Layout(2, "54.3", "31.8", "12.2", 155_000)
TWO_WIDE = Layout(2, "58.7", "33.4", "14.1", 154_500)
TWO_CORNER = Layout(2, "56.4", "32.2", "13.6", 156_000)
THREE = Layout(3, "78.4", "47.9", "15.3", 156_500)
THREE_WIDE = Layout(3, "82.0", "50.1", "16.8", 153_700)

FLOOR_PLANS = (
    (STUDIO, TWO, ONE, THREE),
    (ONE_SMALL, TWO, TWO_WIDE, STUDIO_WIDE),
    (ONE, THREE_WIDE, TWO_CORNER, STUDIO),
)
FLOORS = range(2, 17)


def planned() -> Iterator[PlannedUnit]:
    """Three buildings of 180 flats with parking and storage; two small houses of the second project."""
    chance = Random(2026)
    for number, letter in ((1, "А"), (2, "Б"), (3, "В")):
        building = f"Дом {number}, литер {letter}"
        yield from _flats(chance, PINE, building, FLOORS, sold=(0.55, 0.36, 0.12)[number - 1])
        yield from _cells(chance, building, K.PARKING, -1, 24, Decimal("13.25"), 1_150_000)
        yield from _cells(chance, building, K.STORAGE, -1, 16, Decimal("4.8"), 390_000)
    for number in (1, 2):
        yield from _flats(chance, RIVER, f"Корпус {number}", range(1, 9), sold=0.15)
    for number, letter in ((1, "А"), (2, "Б"), (3, "В")):
        yield from _shops(f"Дом {number}, литер {letter}")


def _flats(
    chance: Random, project: str, building: str, floors: range, *, sold: float
) -> Iterator[PlannedUnit]:
    number = 0
    for section, plan in enumerate(FLOOR_PLANS, start=1):
        for floor in floors:
            for position, layout in enumerate(plan, start=1):
                number += 1
                yield PlannedUnit(
                    project=project,
                    building=building,
                    section=section,
                    floor=floor,
                    position=position,
                    number=str(number),
                    kind=K.FLAT,
                    rooms=layout.rooms,
                    area_total=Decimal(layout.total),
                    area_living=Decimal(layout.living),
                    area_kitchen=Decimal(layout.kitchen),
                    finish=(F.PRE_FINE, F.FINE, F.NONE)[section - 1],
                    availability=_availability(chance, sold, floor),
                    price=price(layout, floor),
                )


def price(layout: Layout, floor: int) -> Decimal:
    """Higher is dearer by 0.9 % a floor, rounded to ten thousand as price lists are."""
    metre = Decimal(layout.metre) * (1 + Decimal("0.009") * (floor - 2))
    return round(metre * Decimal(layout.total) / 10_000) * Decimal(10_000)


def _availability(chance: Random, sold: float, floor: int) -> Availability:
    """Low floors sell out first; a few units are kept off sale."""
    drawn = chance.random()
    likely = min(sold * (1.5 - floor / 18), 0.9)
    if drawn < likely:
        return A.SOLD
    if drawn < likely + 0.1:
        return A.CONTRACT
    return A.OFF if drawn > 0.98 else A.ON_SALE


def _shops(building: str) -> Iterator[PlannedUnit]:
    """The ground floor: rooms for shops and offices, fewer and larger than the flats above."""
    number = 0
    for section, areas in enumerate((("86.4", "54.2"), ("64.7", "48.1", "71.3"), ("112.5",)), start=1):
        for position, area in enumerate(areas, start=1):
            number += 1
            yield PlannedUnit(
                project=PINE,
                building=building,
                section=section,
                floor=1,
                position=position,
                number=f"{number}Н",
                kind=K.COMMERCIAL,
                rooms=0,
                area_total=Decimal(area),
                area_living=None,
                area_kitchen=None,
                finish=F.NONE,
                availability=A.SOLD if number % 3 == 0 else A.ON_SALE,
                price=Decimal(area) * 215_000,
            )


def _cells(
    chance: Random, building: str, kind: UnitKind, floor: int, count: int, area: Decimal, price: int
) -> Iterator[PlannedUnit]:
    """Parking places and storage rooms below ground, in the first section."""
    for number in range(1, count + 1):
        yield PlannedUnit(
            project=PINE,
            building=building,
            section=1,
            floor=floor if kind is K.PARKING else floor - 1,
            position=number,
            number=str(number),
            kind=kind,
            rooms=0,
            area_total=area,
            area_living=None,
            area_kitchen=None,
            finish=F.NONE,
            availability=A.SOLD if chance.random() < 0.4 else A.ON_SALE,
            price=Decimal(price),
        )
