"""$select and $expand: which parts of a row go out."""

from dataclasses import dataclass, field

from jobs.onec_demo.errors import BadRequest, Code, ODataError, PropertyUnknown
from jobs.onec_demo.schema import NAMESPACE, Property, Shape

PRESENTATION = "____Presentation"


@dataclass(frozen=True)
class Selection:
    properties: frozenset[str]
    tables: dict[str, frozenset[str]]  # section -> its columns
    presentations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expansion:
    step: Property
    target: str


def everything(shape: Shape) -> Selection:
    return Selection(_names(shape), {each.section: _names(each) for each in shape.tables})


def select(shape: Shape, text: str) -> Selection:
    if not text:
        return everything(shape)
    chosen = _Chosen()
    for part in text.split(","):
        chosen.add(shape, part.strip())
    return Selection(
        frozenset(chosen.properties),
        {section: frozenset(columns) for section, columns in chosen.tables.items()},
        tuple(dict.fromkeys(chosen.presentations)),
    )


@dataclass
class _Chosen:
    properties: set[str] = field(default_factory=set)
    tables: dict[str, set[str]] = field(default_factory=dict)
    presentations: list[str] = field(default_factory=list)

    def add(self, shape: Shape, part: str) -> None:
        section, _, column = part.partition("/")
        if part in ("*", "**"):
            self.properties |= _names(shape)
            for each in shape.tables if part == "*" else ():
                self.tables[each.section] = set(_names(each))
        elif part.endswith(PRESENTATION):
            self.presentations.append(_presented(shape, part))
        elif table := shape.table(section):
            columns = _names(table) if column in ("", "*") else {table.named(column).name}
            self.tables.setdefault(section, set()).update(columns)
        else:
            self.properties.add(shape.named(part).name)


def expand(shape: Shape, text: str, *, one: bool) -> tuple[Expansion, ...]:
    """References of a set only; tabular sections and single entities are «not implemented» (FACTS 1.4)."""
    if text and one:
        raise ODataError(Code.UNSUPPORTED, "Опция $expand не поддерживается для одиночной сущности.")
    return tuple(_expansion(shape, part.strip()) for part in text.split(",")) if text else ()


def _expansion(shape: Shape, part: str) -> Expansion:
    name, _, target = part.partition("/")
    if shape.table(name):
        raise ODataError(Code.UNSUPPORTED, f'Опция $expand не поддерживается для табличной части "{name}".')
    if step := shape.navigation(name):
        return Expansion(step, step.refers_to)
    of = shape.named(name)
    if not of.composite or not target:
        raise BadRequest(
            Code.QUERY_OPTIONS, f'Для $expand свойства "{name}" нужна ссылка и, для составной, её тип.'
        )
    return Expansion(of, target.removeprefix(f"{NAMESPACE}."))


def _presented(shape: Shape, part: str) -> str:
    name = part.removesuffix(PRESENTATION)
    if name in ("", "Ref") or shape.has(name) or shape.navigation(name):
        return part
    raise PropertyUnknown(part, shape.name)


def _names(shape: Shape) -> frozenset[str]:
    return frozenset(each.name for each in shape.properties)
