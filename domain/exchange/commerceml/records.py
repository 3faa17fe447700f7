"""What a CommerceML file is made of, freed of XML."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Header:
    """The root element: which dialect the file speaks."""

    line: int
    version: str


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level part begins: `classifier`, `catalogue` or `offers`.

    `only_changes` is None when the file does not say; only a literal false means "this is everything".
    """

    line: int
    kind: str
    only_changes: bool | None


@dataclass(frozen=True, slots=True)
class Group:
    line: int
    ref: str
    name: str
    parent: str | None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    line: int
    ref: str
    name: str
    variants: dict[str, str] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class PriceType:
    line: int
    ref: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class Good:
    """Товар. `properties` are by ref of the property, `traits` and `requisites` by the name in the file."""

    line: int
    ref: str
    name: str
    article: str = ""
    measure: str = ""
    description: str = ""
    groups: tuple[str, ...] = ()
    properties: dict[str, tuple[str, ...]] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    requisites: dict[str, str] = field(default_factory=dict)
    tax_rate: str | None = None
    catalogue: str = ""
    """Ид of the Каталог it stands in."""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    price_type: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Предложение. What the file leaves out stays None: a file of prices alone touches only prices."""

    line: int
    ref: str
    name: str | None = None
    prices: tuple[Price, ...] | None = None
    quantity: Decimal | None = None
    stocks: dict[str, Decimal] | None = None
    traits: dict[str, str] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Документ that came back from 1C: enough to recognise it."""

    line: int
    ref: str
    number: str
    operation: str


Record = Header | Section | Group | Property | PriceType | Good | Offer | Order
