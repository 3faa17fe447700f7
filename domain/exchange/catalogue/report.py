"""What came of one file, for the exchange screen and for the operator of 1C."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from domain.kernel.text import _, ngettext

MOST_REMARKS = 200


@dataclass
class Report:
    units: Counter[str] = field(default_factory=Counter)
    prices: Counter[str] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0
    waiting: int = 0
    orders: int = 0
    remarks: list[str] = field(default_factory=list)
    left_out: int = 0

    def remark(self, sentence: str) -> None:
        """A line for a person to look at; a file wrong on every line must not fill the screen."""
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(sentence)
        else:
            self.left_out += 1

    @property
    def changed_anything(self) -> bool:
        """Whether the house is different now."""
        counters = (self.units, self.prices, self.services)
        return bool(self.withdrawn) or any(counter["added"] or counter["changed"] for counter in counters)

    def as_json(self) -> dict[str, Any]:
        return {
            "units": dict(self.units),
            "prices": dict(self.prices),
            "services": dict(self.services),
            "withdrawn": self.withdrawn,
            "waiting": self.waiting,
            "orders": self.orders,
            "remarks": self.remarks,
            "left_out": self.left_out,
        }


def sentence(report: dict[str, Any]) -> str:
    """The report in one line, as 1C shows it to its operator."""
    units, services = report.get("units", {}), report.get("services", {})
    parts = [
        _counted(_("Units"), units),
        _counted(_("Prices"), report.get("prices", {})),
        _counted(_("Services"), services),
    ]
    if withdrawn := report.get("withdrawn"):
        parts.append(
            ngettext(
                "%(count)s unit taken off sale", "%(count)s units taken off sale", withdrawn, count=withdrawn
            )
        )
    if remarks := len(report.get("remarks", ())) + report.get("left_out", 0):
        parts.append(ngettext("%(count)s remark", "%(count)s remarks", remarks, count=remarks))
    nothing = _("Nothing for us in this file") if "units" in report else _("Nothing was taken off sale")
    return "; ".join(part for part in parts if part) or nothing


def told(report: dict[str, Any]) -> dict[str, str | list[str]]:
    """The report under Russian headings, for the exchange screen."""
    if not report:
        return {}
    lines: dict[str, str | list[str]] = {_("Outcome"): sentence(report)}
    if waiting := report.get("waiting"):
        lines[_("Prices without their goods yet")] = str(waiting)
    if orders := report.get("orders"):
        lines[_("Orders of 1C, kept as they came")] = str(orders)
    if remarks := report.get("remarks"):
        left_out = report.get("left_out")
        more = (
            [ngettext("and %(count)s more", "and %(count)s more", left_out, count=left_out)]
            if left_out
            else []
        )
        lines[_("To look at")] = [*remarks, *more]
    return lines


def _counted(what: str, counts: dict[str, int]) -> str:
    if not any(counts.values()):
        return ""
    return _(
        "%(what)s: %(added)s new, %(changed)s changed, %(same)s the same",
        what=what,
        added=counts.get("added", 0),
        changed=counts.get("changed", 0),
        same=counts.get("same", 0),
    )
