"""A tree of $filter turned into a question to a row. Kinds are checked before the first row is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from jobs.onec_demo.errors import BadRequest, BusinessError, Code, PropertyUnknown
from jobs.onec_demo.query import functions, syntax
from jobs.onec_demo.query.terms import ORDERED, Kind, Reference, Rows, Scope, Term, stored
from jobs.onec_demo.query.tokens import Token
from jobs.onec_demo.schema import NAMESPACE, Schema, Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import accept_date, accept_guid

Predicate = Callable[[Row], bool]

COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,  # type: ignore[operator]
    "ge": lambda a, b: a >= b,  # type: ignore[operator]
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "le": lambda a, b: a <= b,  # type: ignore[operator]
}


@dataclass(frozen=True)
class Rules:
    """How strict this base is with references."""

    guid_order_refused: bool = True
    composite_needs_cast: bool = True


@dataclass(frozen=True)
class Meaning:
    schema: Schema
    lookup: Rows
    rules: Rules
    shapes: dict[str, Shape]  # "" is the set itself, other names are variables of any and all

    def predicate(self, text: str) -> Predicate:
        term = self.of(syntax.parse(text))
        if term.kind is not Kind.BOOLEAN:
            raise BadRequest(Code.QUERY_OPTIONS, "Условие $filter должно быть логическим выражением.")
        return lambda row: bool(term.value({"": row}))

    def of(self, node: syntax.Node) -> Term:
        return READINGS[type(node)](self, node)

    def binary(self, node: syntax.Binary) -> Term:
        if node.operator in COMPARISONS:
            return self.comparison(node)
        return functions.arithmetic(node.operator, self.of(node.left), self.of(node.right))

    def path(self, names: tuple[str, ...]) -> Term:
        first, *rest = names
        if names in (("true",), ("false",)):
            return constant(Kind.BOOLEAN, first == "true")
        if first in self.shapes and first:
            return self.member(self.shapes[first], lambda scope: scope.get(first), tuple(rest))
        return self.member(self.shapes[""], lambda scope: scope.get(""), names)

    def member(self, shape: Shape, row: Callable[[Scope], Row | None], names: tuple[str, ...]) -> Term:
        """One property, or a walk through references: `Контрагент/ИНН`. What is not found there is empty."""
        if not names:
            raise BadRequest(Code.QUERY_OPTIONS, "После переменной ожидается имя свойства.")
        if len(names) == 1:
            return stored(shape, names[0], row)
        step = shape.navigation(names[0])
        if step is None:
            raise PropertyUnknown(names[0], shape.name)
        target = self.schema.get(step.refers_to)

        def there(scope: Scope) -> Row | None:
            here = row(scope)
            return self.lookup(target.name, here[step.name]) if here else None

        return self.member(target, there, names[1:])

    def unary(self, node: syntax.Unary) -> Term:
        operand = self.of(node.operand)
        if node.operator == "not":
            functions.expect(Kind.BOOLEAN, operand)
            return Term(Kind.BOOLEAN, lambda scope: not operand.value(scope))
        functions.expect(Kind.NUMBER, operand)
        return Term(Kind.NUMBER, lambda scope: -operand.value(scope))

    def joined(self, node: syntax.Joined) -> Term:
        parts = [self.of(each) for each in node.parts]
        functions.expect(Kind.BOOLEAN, *parts)
        every = all if node.operator == "and" else any
        return Term(Kind.BOOLEAN, lambda scope: every(each.value(scope) for each in parts))

    def comparison(self, node: syntax.Binary) -> Term:
        left, right = self.of(node.left), self.of(node.right)
        if {left.kind, right.kind} == {Kind.REFERENCE, Kind.GUID}:
            left, right = self.untyped(left), self.untyped(right)
        if left.kind is not right.kind or not self.comparable(node.operator, left.kind):
            raise BusinessError(f"Неверные параметры в операции сравнения ({node.operator}).")
        compare = COMPARISONS[node.operator]
        return Term(Kind.BOOLEAN, lambda scope: compare(left.value(scope), right.value(scope)))

    def untyped(self, term: Term) -> Term:
        """A plain guid is no value of a composite type: it equals nothing, and that is not an error."""
        if term.kind is Kind.GUID:
            return Term(Kind.REFERENCE, lambda scope: Reference("", term.value(scope)))
        if self.rules.composite_needs_cast:
            return term
        return Term(Kind.REFERENCE, lambda scope: replace(term.value(scope), type=""))

    def comparable(self, operator: str, kind: Kind) -> bool:
        return (
            operator in ("eq", "ne")
            or kind in ORDERED
            or (kind is Kind.GUID and not self.rules.guid_order_refused)
        )

    def quantified(self, node: syntax.Quantified) -> Term:
        shape, row = self.shapes[""], ""
        names = node.path.names
        if names[0] in self.shapes and names[0]:
            shape, row, names = self.shapes[names[0]], names[0], names[1:]
        table = shape.table(names[0]) if len(names) == 1 else None
        if table is None:
            raise BadRequest(
                Code.QUERY_OPTIONS,
                f'"{"/".join(node.path.names)}" не табличная часть: any и all неприменимы.',
            )
        if node.condition is None:
            return Term(Kind.BOOLEAN, lambda scope: bool(scope[row][table.section]))
        condition = replace(self, shapes={**self.shapes, node.variable: table}).of(node.condition)
        functions.expect(Kind.BOOLEAN, condition)
        every = any if node.quantifier == "any" else all
        return Term(Kind.BOOLEAN, lambda scope: every(
            condition.value({**scope, node.variable: line}) for line in scope[row][table.section]
        ))  # fmt: skip

    def call(self, node: syntax.Call) -> Term:
        if node.name in ("cast", "isof"):
            return self.typed(node)
        return functions.call(node.name, [self.of(each) for each in node.arguments])

    def typed(self, node: syntax.Call) -> Term:
        match node.arguments:
            case (value, syntax.Literal(Token.TEXT, text)):
                term, name = self.of(value), f"{NAMESPACE}.{self.schema.resolve_type(text)}"
            case _:
                raise BadRequest(Code.BAD_ARGUMENT, f"Неверные аргументы функции {node.name}.")
        if node.name == "isof":
            functions.expect(Kind.REFERENCE, term)
            return Term(Kind.BOOLEAN, lambda scope: term.value(scope).type == name)
        functions.expect(Kind.GUID, term)
        return Term(Kind.REFERENCE, partial(_cast, term, name))


def _cast(term: Term, name: str, scope: Scope) -> Reference:
    return Reference(name, term.value(scope))


def literal(node: syntax.Literal) -> Term:
    try:
        kind, value = _literal(node)
    except ValueError:
        raise BadRequest(Code.BAD_VALUE, f"Недопустимое значение {node.token}'{node.text[:60]}'.") from None
    return constant(kind, value)


def constant(kind: Kind, value: object) -> Term:
    return Term(kind, lambda _: value)


def _literal(node: syntax.Literal) -> tuple[Kind, object]:
    match node.token:
        case Token.GUID:
            return Kind.GUID, accept_guid(node.text)
        case Token.DATETIME:
            return Kind.DATE, datetime.fromisoformat(accept_date(node.text))
        case Token.NUMBER:
            return Kind.NUMBER, Decimal(node.text)
        case _:
            return Kind.TEXT, node.text


READINGS: dict[type, Callable[[Meaning, Any], Term]] = {
    syntax.Literal: lambda _, node: literal(node),
    syntax.Path: lambda meaning, node: meaning.path(node.names),
    syntax.Joined: Meaning.joined,
    syntax.Unary: Meaning.unary,
    syntax.Binary: Meaning.binary,
    syntax.Quantified: Meaning.quantified,
    syntax.Call: Meaning.call,
}
