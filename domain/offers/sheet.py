"""An offer as it is printed: every word and figure ready, so that the layout has nothing to think about."""

from datetime import datetime
from typing import Any

from domain.kernel import formats
from domain.kernel.text import _
from domain.offers import said, units
from domain.offers.content import Content, Drawing, Mortgage, Offered, Plan
from domain.offers.programmes import kind_word

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/svg+xml": "svg"}


def sheet(content: Content, *, offer_id: int, version: int, made_at: datetime) -> dict[str, Any]:
    """In the current language; the same content gives the same sheet."""
    first = content.units[0]
    return {
        "language": "ru",
        "project": first.project,
        "city": first.city,
        "title": _("Offer No. %(number)s", number=offer_id),
        "edition": _("version %(number)s", number=version) if version > 1 else "",
        "made": _("of %(day)s", day=said.day_whole(formats.here(made_at).date())),
        "valid": _("Valid until %(day)s", day=said.day_whole(content.valid_until)),
        "units": [_unit(unit) for unit in content.units],
        "several": len(content.units) > 1,
        "total_label": _("Price"),
        "total": formats.money(content.total),
        "plans_title": _("Ways to pay"),
        "plans": [_plan(plan, content) for plan in content.plans],
        "plan_columns": ["№", _("Date"), _("Payment"), _("Share"), _("Amount")],
        "mortgages_title": _("Mortgage"),
        "mortgages_note": _mortgages_note(content),
        "mortgages": [_mortgage(mortgage) for mortgage in content.mortgages],
        "conditions_title": _("Conditions"),
        "conditions": content.conditions,
        "seller_title": _("Your manager"),
        "seller": content.seller.name,
        "phone": formats.phone(content.seller.phone) if content.seller.phone else "",
        "page": _("Page"),
        "of": _("of"),
        "small_print": _(
            "The offer is not a contract. Mortgage figures are an estimate by annuity payments: the bank "
            "decides on the credit and its terms."
        ),
    }


def _unit(unit: Offered) -> dict[str, Any]:
    return {
        "title": units.title(unit),
        "place": units.place(unit),
        "facts": [list(fact) for fact in units.facts(unit)],
        "price": formats.money(unit.price),
        "metre": _("%(price)s per m²", price=formats.money(unit.metre)),
        "drawings": [_drawing(drawing) for drawing in unit.drawings],
        "parts": [[part.title, formats.money(part.amount)] for part in unit.parts],
    }


def _drawing(drawing: Drawing) -> dict[str, Any]:
    """`file` is a name for the layout; the bytes are found by the content they have."""
    return {
        "file": f"{drawing.sha256}.{ENDINGS[drawing.media_type]}",
        "sha256": drawing.sha256,
        "ratio": drawing.height / drawing.width,
        "corners": [list(corner) for corner in drawing.corners],
    }


def _plan(plan: Plan, content: Content) -> dict[str, Any]:
    return {
        "name": plan.name,
        "total": said.money(plan.total),
        "extra": extra(plan, content),
        "single": len(plan.payments) == 1,
        "rows": [
            [
                str(number), said.day(payment.on), payment.title, said.percent(payment.share(plan.total)),
                said.money(payment.amount),
            ]
            for number, payment in enumerate(plan.payments, start=1)
        ],
        "sum_label": _("Total"),
    }  # fmt: skip


def extra(plan: Plan, content: Content) -> str:
    """What paying later costs, in words; empty when it costs nothing."""
    if plan.total == content.total:
        return ""
    return _("%(amount)s more than at once", amount=formats.money(plan.total - content.total))


def _mortgages_note(content: Content) -> str:
    if not content.mortgages:
        return ""
    one = content.mortgages[0]
    return _(
        "Down payment %(down)s, credit %(credit)s for %(term)s",
        down=formats.money(one.down),
        credit=formats.money(one.credit.amount),
        term=said.term(one.credit.months),
    )


def _mortgage(mortgage: Mortgage) -> dict[str, Any]:
    credit = mortgage.credit
    return {
        "bank": mortgage.bank,
        "name": f"{mortgage.name}, {kind_word(mortgage.kind)}",
        "rows": [
            [_("Rate"), said.percent(credit.rate)],
            [_("Monthly payment"), said.money(credit.monthly)],
            [_("Interest for the whole term"), said.money(credit.interest)],
            [_("Income needed, about"), formats.money(credit.income)],
            [_("Terms of"), said.day(mortgage.rates_of)],
        ],
    }
