"""Templates of payments: the ways to pay that the head lets sellers offer."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from domain.access.models import User
from domain.kernel import formats
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import _, ngettext
from domain.offers import said, saving
from domain.offers.models import PaymentTemplate
from domain.offers.payments import MOST_PAYMENTS, Period

LONGEST_NAME = 100


@dataclass(frozen=True)
class Wanted:
    """The fields of the form, read."""

    name: str
    first_percent: Decimal | None = None
    first_amount: Decimal | None = None
    payments: int = 0
    every: Period = Period.MONTHLY
    last_on: date | None = None
    extra_percent: Decimal = Decimal(0)


def add(session: Session, wanted: Wanted, *, by: User) -> PaymentTemplate:
    """Raises Invalid at the field, Refused for a name that is there already."""
    template = PaymentTemplate(**asdict(_checked(wanted)))
    saving.add(session, template, event="payment_template.added", by=by, title=wanted.name)
    return template


def edit(session: Session, template: PaymentTemplate, wanted: Wanted, *, version: int, by: User) -> None:
    saving.save(
        session, template, asdict(_checked(wanted)), version=version, titles=titles(),
        event="payment_template.edited", by=by,
    )  # fmt: skip


def retire(session: Session, template: PaymentTemplate, *, by: User, now: datetime) -> None:
    saving.retire(session, template, event="payment_template.retired", by=by, now=now)


def bring_back(session: Session, template: PaymentTemplate, *, by: User) -> None:
    saving.bring_back(session, template, event="payment_template.returned", by=by)


def listed(session: Session, *, retired: bool = False) -> list[PaymentTemplate]:
    """Those in use, or all of them, the simplest first."""
    wanted = select(PaymentTemplate).order_by(col(PaymentTemplate.payments), PaymentTemplate.name)
    return list(session.exec(wanted if retired else wanted.where(col(PaymentTemplate.retired_at).is_(None))))


def get_template(session: Session, template_id: int) -> PaymentTemplate:
    found = session.get(PaymentTemplate, template_id) if 0 < template_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such template of payments"))
    return found


def titles() -> dict[str, str]:
    return {
        "name": _("Name"),
        "first_percent": _("First payment, %"),
        "first_amount": _("First payment, ₽"),
        "payments": _("Payments after it"),
        "every": _("How often"),
        "last_on": _("The last payment on"),
        "extra_percent": _("Extra charge, %"),
    }


def described(template: PaymentTemplate) -> str:
    """The template in one line: «30 % сразу, затем 12 платежей раз в месяц»."""
    if template.payments == 0:
        told = [_("everything at once")]
    else:
        told = [_first(template), _further(template)]
        if template.last_on:
            told.append(_("the last on %(day)s", day=said.day(template.last_on)))
    if template.extra_percent:
        told.append(_("%(percent)s more", percent=said.percent(template.extra_percent)))
    return ", ".join(told)


def _first(template: PaymentTemplate) -> str:
    if template.first_amount is not None:
        return _("%(amount)s at once", amount=formats.money(template.first_amount))
    if template.first_percent is not None:
        return _("%(amount)s at once", amount=said.percent(template.first_percent))
    return _("equal payments")


def _further(template: PaymentTemplate) -> str:
    count = template.payments
    if template.every is Period.MONTHLY:
        return ngettext(
            "then %(count)s payment monthly", "then %(count)s payments monthly", count, count=count
        )
    return ngettext(
        "then %(count)s payment quarterly", "then %(count)s payments quarterly", count, count=count
    )


def _checked(wanted: Wanted) -> Wanted:
    wrong: dict[str, str] = {}
    if not 0 < len(wanted.name) <= LONGEST_NAME:
        wrong["name"] = _("A name has from 1 to %(most)s characters", most=LONGEST_NAME)
    if wanted.first_percent is not None and wanted.first_amount is not None:
        wrong["first_amount"] = _("Either per cent or roubles: leave one of the two empty")
    if wanted.first_percent is not None and not 0 < wanted.first_percent < 100:
        wrong["first_percent"] = _("More than 0 and less than 100")
    if wanted.first_amount is not None and wanted.first_amount <= 0:
        wrong["first_amount"] = _("More than nothing, or leave it empty")
    if not 0 <= wanted.payments < MOST_PAYMENTS:
        wrong["payments"] = _("From 0 to %(most)s", most=MOST_PAYMENTS - 1)
    if not 0 <= wanted.extra_percent <= 100:
        wrong["extra_percent"] = _("From 0 to %(most)s", most=100)
    if wrong:
        raise Invalid(wrong)
    return wanted
