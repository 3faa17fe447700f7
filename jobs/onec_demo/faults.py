"""Bad weather on purpose: what may befall a request. By count, or by chance with a seed."""

import itertools
import random
from dataclasses import asdict, dataclass, field
from typing import Any

from jobs.onec_demo.wire import Request

KINDS = {
    "slow": "Медленный ответ",
    "error_before": "500, ничего не сделав",
    "error_after": "500, всё сделав",
    "unauthorized": "401, как с неверным паролем",
    "hang_after": "Сделать и замолчать",
    "drop_before": "Оборвать связь, ничего не сделав",
    "drop_after": "Сделать и оборвать связь",
}
SECONDS = {"slow": 3.0, "hang_after": 600.0}


class Unclear(Exception):
    """A fault nobody can understand: the sentence says which part."""


@dataclass
class Fault:
    kind: str
    times: int | None = 1  # how many requests it will strike; None is for ever
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 500
    methods: tuple[str, ...] = ()  # of any method when empty
    path: str = ""  # only addresses that contain it
    struck: int = 0
    number: int = 0
    _chance: random.Random = field(default_factory=random.Random, repr=False)

    def meets(self, request: Request) -> bool:
        if self.times is not None and self.struck >= self.times:
            return False
        if (self.methods and request.method not in self.methods) or self.path not in request.path:
            return False
        return self.probability >= 1 or self._chance.random() < self.probability

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, asked: dict[str, Any]) -> Fault:
        fault = read(asked)
        fault.number = next(self._numbers)
        self._faults.append(fault)
        return fault

    def strike(self, request: Request) -> Fault | None:
        """At most one fault meets a request: the first that was set."""
        for fault in self._faults:
            if fault.meets(request):
                fault.struck += 1
                return fault
        return None

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> list[Fault]:
        return list(self._faults)


def read(asked: dict[str, Any]) -> Fault:
    kind = asked.get("kind")
    if kind not in KINDS:
        raise Unclear(f"kind: one of {', '.join(KINDS)}")
    if unknown := set(asked) - {
        "kind",
        "times",
        "probability",
        "seed",
        "seconds",
        "status",
        "methods",
        "path",
    }:
        raise Unclear(f"unknown: {', '.join(sorted(unknown))}")
    try:
        return _read(kind, asked)
    except (TypeError, ValueError) as wrong:
        raise Unclear(str(wrong)) from None


def _read(kind: str, asked: dict[str, Any]) -> Fault:
    probability = float(asked.get("probability", 1.0))
    times = asked.get("times", 1 if probability >= 1 else None)
    seed = int(asked.get("seed", 0))
    fault = Fault(
        kind=kind,
        times=None if times is None else int(times),
        probability=probability,
        seed=seed,
        seconds=float(asked.get("seconds", SECONDS.get(kind, 0.0))),
        status=int(asked.get("status", 500)),
        methods=tuple(str(each).upper() for each in asked.get("methods", ())),
        path=str(asked.get("path", "")),
        _chance=random.Random(seed),  # noqa: S311 - repeatable weather, not a secret
    )
    if not (0 < fault.probability <= 1 and 0 <= fault.seconds <= 3600 and 400 <= fault.status <= 599):
        raise ValueError("probability is in (0, 1], seconds in [0, 3600], status in [400, 599]")
    return fault
