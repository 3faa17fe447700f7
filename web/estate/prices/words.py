"""What prices are told in: rules, states, reasons, filters and shares in words."""

from collections.abc import Mapping
from decimal import Decimal

from domain.estate import Finish, UnitKind, UnitStatus
from domain.estate.pricing import Criteria
from domain.estate.pricing.models import CoefficientKind, Effect, ListState, Master, PriceList, Rule
from domain.kernel import formats
from domain.kernel.text import _
from web.estate import cells


def rule(document: PriceList) -> str:
    """«+3 %», «150 000 ₽ за м² × коэффициенты»."""
    value = document.value
    return {
        Rule.SET: lambda: formats.money(value),
        Rule.PERCENT: lambda: signed_percent(value),
        Rule.AMOUNT: lambda: formats.signed(value),
        Rule.METRE: lambda: _("%(amount)s for each m²", amount=formats.signed(value)),
        Rule.BASE: lambda: _("%(amount)s per m² × coefficients", amount=formats.money(value)),
        Rule.LINES: lambda: _("a price for each"),
    }[document.rule]()


def rules() -> list[tuple[str, str]]:
    return [
        (Rule.PERCENT.value, _("Raise or lower by %")),
        (Rule.AMOUNT.value, _("Raise or lower by ₽ per unit")),
        (Rule.METRE.value, _("Raise or lower by ₽ per m²")),
        (Rule.SET.value, _("Set one price for each")),
        (Rule.BASE.value, _("Base price per m² × coefficients")),
        (Rule.LINES.value, _("By a list: unit and price")),
    ]


def effects() -> list[tuple[str, str]]:
    return [
        (Effect.PERCENT.value, _("% of the price")),
        (Effect.AMOUNT.value, _("₽ per unit")),
        (Effect.METRE.value, _("₽ per m²")),
    ]


def effect(kind: Effect, value: Decimal) -> str:
    if kind is Effect.PERCENT:
        return f"−{formats.number(value.normalize(), _digits(value))}{formats.NBSP}%"
    amount = f"−{formats.money(value)}"
    return _("%(amount)s for each m²", amount=amount) if kind is Effect.METRE else amount


def state(document: PriceList) -> str:
    return STATES[document.state]()


STATES = {
    ListState.DRAFT: lambda: _("list draft"),
    ListState.SCHEDULED: lambda: _("waits for its date"),
    ListState.APPLYING: lambda: _("is being applied"),
    ListState.APPLIED: lambda: _("list applied"),
    ListState.UNDOING: lambda: _("is being undone"),
    ListState.UNDONE: lambda: _("list undone"),
}
TONES = {
    ListState.DRAFT: "",
    ListState.SCHEDULED: "warn",
    ListState.APPLYING: "acc",
    ListState.APPLIED: "ok",
    ListState.UNDOING: "acc",
    ListState.UNDONE: "",
}


def reason(word: str) -> str:
    """Why a unit is skipped; a word nobody knows any more is shown as it is kept."""
    return REASONS[word]() if word in REASONS else word


REASONS = {
    "sold": lambda: _("sold: the price stays"),
    "contract": lambda: _("under contract: the price stays"),
    "not_priced": lambda: _("has no price yet"),
    "not_positive": lambda: _("would come to zero or less"),
    "too_large": lambda: _("the price would be too large"),
    "same": lambda: _("the price is the same"),
    "not_listed": lambda: _("is not in the list"),
    "waiting": lambda: _("waits for its turn"),
    "changed": lambda: _("changed since: left alone"),
}


def master(kind: Master) -> str:
    return _("1C (master)") if kind is Master.ONEC else _("Price lists here")


def coefficient_kind(kind: CoefficientKind) -> str:
    return {
        CoefficientKind.FLOOR: _("Floor"),
        CoefficientKind.VIEW: _("View and side"),
        CoefficientKind.FINISH: _("Finish"),
    }[kind]


def coefficient_kinds() -> list[tuple[str, str]]:
    return [(kind.value, coefficient_kind(kind)) for kind in CoefficientKind]


def filter_of(criteria: Criteria, buildings: Mapping[int, str]) -> str:
    """The filter in one line; «все помещения» for none."""
    parts = [
        ", ".join(buildings.get(number, f"№ {number}") for number in sorted(criteria.buildings)),
        ", ".join(cells.kind_word(kind).lower() for kind in UnitKind if kind in criteria.kinds),
        ", ".join(cells.rooms_word(rooms) for rooms in sorted(criteria.rooms)),
        criteria.sections and _("entrances %(numbers)s", numbers=_listed(criteria.sections)),
        criteria.places and _("places on the floor %(numbers)s", numbers=_listed(criteria.places)),
        _between(_("floor of the unit"), criteria.floor_from, criteria.floor_to),
        _between(_("area, m²:"), criteria.area_from, criteria.area_to),
        ", ".join(finish(one).lower() for one in Finish if one in criteria.finish),
        ", ".join(cells.status_word(one) for one in UnitStatus if one in criteria.status),
    ]
    return "; ".join(part for part in parts if part) or _("all units")


def finish(kind: Finish) -> str:
    words = {
        Finish.NONE: _("No finish"),
        Finish.ROUGH: _("Rough"),
        Finish.PRE_FINE: _("Pre-fine"),
        Finish.FINE: _("Fine"),
    }
    return words[kind]


def factor(number: Decimal) -> str:
    return formats.number(number, max(_digits(number), 2))


def signed_percent(percent: Decimal) -> str:
    told = f"{formats.number(percent, min(_digits(percent), 2))}{formats.NBSP}%"
    return f"+{told}" if percent > 0 else told


def share(percent: Decimal) -> str:
    """With a tenth, as a column of them is read."""
    told = f"{formats.number(percent, 1)}{formats.NBSP}%"
    return f"+{told}" if percent > 0 else told


def _digits(number: Decimal) -> int:
    return max(-int(number.normalize().as_tuple().exponent), 0)


def _listed(numbers: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _between(what: str, least: Decimal | int | None, most: Decimal | int | None) -> str:
    if least is None and most is None:
        return ""
    if least is None:
        return _("%(what)s up to %(most)s", what=what, most=_number(most))
    if most is None:
        return _("%(what)s from %(least)s", what=what, least=_number(least))
    return f"{what} {_number(least)}" if least == most else f"{what} {_number(least)}–{_number(most)}"


def _number(value: Decimal | int | None) -> str:
    return str(value).replace(".", ",").replace("-", formats.MINUS)
