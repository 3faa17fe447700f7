"""What a base publishes: sets, properties, tabular sections. $metadata, checks and bodies derive from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from jobs.onec_demo.errors import BadRequest, Code, PropertyUnknown, TypeUnknown

NAMESPACE = "StandardODATA"


class Edm(StrEnum):
    GUID = "Edm.Guid"
    STRING = "Edm.String"
    BOOLEAN = "Edm.Boolean"
    DATETIME = "Edm.DateTime"
    DOUBLE = "Edm.Double"
    INT64 = "Edm.Int64"


@dataclass(frozen=True)
class Property:
    name: str
    type: Edm
    refers_to: str = ""  # the set behind a `…_Key`
    composite: bool = False  # a reference whose type is kept in `<name>_Type`
    choices: tuple[str, ...] = ()  # an enum of the configuration; on the wire a plain string
    scale: int = 2
    default: object = None
    written_by_1c: bool = False  # whatever a client sends here is passed over

    @property
    def navigation(self) -> str:
        return self.name.removesuffix("_Key") if self.refers_to else ""


@dataclass(frozen=True)
class Shape:
    """A published set, or a tabular section of one (then `section` is its short name)."""

    name: str
    properties: tuple[Property, ...]
    key: tuple[str, ...] = ("Ref_Key",)
    section: str = ""
    tables: tuple["Shape", ...] = ()
    required_to_post: tuple[str, ...] = ()
    number_prefix: str = ""

    @cached_property
    def _properties(self) -> dict[str, Property]:
        return {each.name: each for each in self.properties}

    @cached_property
    def _tables(self) -> dict[str, "Shape"]:
        return {each.section: each for each in self.tables}

    def named(self, name: str) -> Property:
        if name not in self._properties:
            raise PropertyUnknown(name, self.name)
        return self._properties[name]

    def has(self, name: str) -> bool:
        return name in self._properties

    def table(self, section: str) -> "Shape | None":
        return self._tables.get(section)

    def navigation(self, name: str) -> Property | None:
        return next((each for each in self.properties if each.navigation == name), None)

    @property
    def is_document(self) -> bool:
        return self.name.startswith("Document_")

    @property
    def title(self) -> str:
        return self.name.partition("_")[2]


class Schema:
    """The sets published at this moment."""

    def __init__(self, sets: Iterable[Shape]) -> None:
        self.sets = tuple(sets)
        self._sets = {each.name: each for each in self.sets}
        self._sections = {table.name: (owner, table) for owner in self.sets for table in owner.tables}

    def __contains__(self, name: str) -> bool:
        return name in self._sets

    def get(self, name: str) -> Shape:
        if name not in self._sets:
            raise TypeUnknown(name)
        return self._sets[name]

    def section(self, name: str) -> tuple[Shape, Shape] | None:
        """The owner and the tabular section published as the set `Document_X_Товары`."""
        return self._sections.get(name)

    def resolve_type(self, text: str) -> str:
        """`Document_X` or `StandardODATA.Document_X`, as they are written inside cast() and isof()."""
        name = text.removeprefix(f"{NAMESPACE}.")
        if name not in self:
            raise BadRequest(Code.TYPE_UNKNOWN, f'Тип "{text}" не найден.')
        return name
