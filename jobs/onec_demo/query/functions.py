"""The functions and arithmetic of $filter that 1C knows, and a refusal for those it does not (FACTS 1.4)."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from jobs.onec_demo.errors import BadRequest, BusinessError, Code
from jobs.onec_demo.query.terms import Kind, Scope, Term

UNKNOWN_TO_1C = ("length", "indexof", "replace", "tolower", "toupper", "trim", "floor", "ceiling")
LONGEST_PATTERN = 200


@dataclass(frozen=True)
class Function:
    takes: tuple[Kind, ...]
    gives: Kind
    body: Callable[..., Any]
    optional: int = 0


def call(name: str, arguments: list[Term]) -> Term:
    if name not in FUNCTIONS:
        known = "не поддерживается" if name in UNKNOWN_TO_1C else "неизвестна"
        raise BadRequest(Code.QUERY_OPTIONS, f'Функция "{name}" {known} в опции $filter.')
    function = FUNCTIONS[name]
    if not len(function.takes) - function.optional <= len(arguments) <= len(function.takes):
        raise BadRequest(Code.BAD_ARGUMENT, f'Неверное число аргументов функции "{name}".')
    for wanted, given in zip(function.takes, arguments, strict=False):
        expect(wanted, given)
    return Term(function.gives, _guarded(function.body, arguments))


def arithmetic(operator: str, left: Term, right: Term) -> Term:
    expect(Kind.NUMBER, left, right)
    return Term(Kind.NUMBER, _guarded(ARITHMETIC[operator], [left, right]))


def expect(kind: Kind, *terms: Term) -> None:
    for term in terms:
        if term.kind is not kind:
            raise BadRequest(
                Code.BAD_ARGUMENT, f"В условии $filter ожидается {kind}, а получено: {term.kind}."
            )


def _guarded(body: Callable[..., Any], arguments: list[Term]) -> Callable[[Scope], Any]:
    def value(scope: Scope) -> Any:
        try:
            return body(*(each.value(scope) for each in arguments))
        except (InvalidOperation, ZeroDivisionError, OverflowError):
            raise BusinessError(
                "Ошибка вычисления выражения: деление на 0 или слишком большое значение."
            ) from None

    return value


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    first = max(int(start) - 1, 0)  # 1C counts characters from one
    return text[first:] if length is None else text[first : first + max(int(length), 0)]


def _like(text: str, pattern: str) -> bool:
    if len(pattern) > LONGEST_PATTERN:
        raise BadRequest(Code.BAD_ARGUMENT, "Слишком длинный шаблон функции like.")
    parts = (
        ".*" if each == "%" else "." if each == "_" else re.escape(each)
        for each in re.sub("%+", "%", pattern)
    )
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _dateadd(moment: datetime, unit: str, amount: Decimal) -> datetime:
    count = int(amount)
    if unit in MONTHS:
        months = moment.year * 12 + moment.month - 1 + count * MONTHS[unit]
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            raise OverflowError
        return moment.replace(year=year, month=month + 1, day=min(moment.day, _days(year, month + 1)))
    return moment + timedelta(seconds=count * _seconds(unit))


def _datedifference(first: datetime, second: datetime, unit: str) -> Decimal:
    if unit in MONTHS:
        months = (second.year - first.year) * 12 + second.month - first.month
        return Decimal(months // MONTHS[unit])
    return Decimal(int((second - first).total_seconds() // _seconds(unit)))


def _seconds(unit: str) -> int:
    if unit not in SECONDS:
        raise BadRequest(Code.BAD_ARGUMENT, f'Неизвестная единица периода "{unit[:20]}".')
    return SECONDS[unit]


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _round(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1), ROUND_HALF_UP)


def _part(name: str) -> Function:
    return Function((Kind.DATE,), Kind.NUMBER, lambda moment: Decimal(getattr(moment, name)))


MONTHS = {"month": 1, "quarter": 3, "year": 12}
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": lambda a, b: a % b,
}
TWO_TEXTS = (Kind.TEXT, Kind.TEXT)
FUNCTIONS = {
    "substringof": Function(TWO_TEXTS, Kind.BOOLEAN, lambda part, text: part in text),
    "startswith": Function(TWO_TEXTS, Kind.BOOLEAN, str.startswith),
    "endswith": Function(TWO_TEXTS, Kind.BOOLEAN, str.endswith),
    "like": Function(TWO_TEXTS, Kind.BOOLEAN, _like),
    "concat": Function(TWO_TEXTS, Kind.TEXT, str.__add__),
    "substring": Function((Kind.TEXT, Kind.NUMBER, Kind.NUMBER), Kind.TEXT, _substring, optional=1),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "hour": _part("hour"),
    "minute": _part("minute"),
    "second": _part("second"),
    "quarter": Function((Kind.DATE,), Kind.NUMBER, lambda moment: Decimal((moment.month + 2) // 3)),
    "dayofweek": Function((Kind.DATE,), Kind.NUMBER, lambda moment: Decimal(moment.isoweekday())),
    "dayofyear": Function((Kind.DATE,), Kind.NUMBER, lambda moment: Decimal(moment.timetuple().tm_yday)),
    "dateadd": Function((Kind.DATE, Kind.TEXT, Kind.NUMBER), Kind.DATE, _dateadd),
    "datedifference": Function((Kind.DATE, Kind.DATE, Kind.TEXT), Kind.NUMBER, _datedifference),
    "round": Function((Kind.NUMBER,), Kind.NUMBER, _round),
}
