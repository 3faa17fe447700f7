"""Mortgage programmes of banks, as somebody of the company looked them up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from domain.access.models import User
from domain.kernel.errors import Invalid, Missing
from domain.kernel.text import _
from domain.offers import mortgages, saving
from domain.offers.models import MortgageProgramme, ProgrammeKind
from domain.offers.mortgages import LONGEST_MONTHS, Credit

LONGEST_NAME = 100


@dataclass(frozen=True)
class Wanted:
    """The fields of the form, read."""

    bank: str
    name: str
    rate: Decimal
    valid_from: date
    rates_of: date
    kind: ProgrammeKind = ProgrammeKind.STANDARD
    least_down_percent: Decimal = Decimal(0)
    longest_months: int = 360
    least_credit: Decimal | None = None
    most_credit: Decimal | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Answer:
    """What a programme says to a price: a credit, or why not."""

    programme: MortgageProgramme
    credit: Credit | None
    refusals: Sequence[str] = ()


def ask(programme: MortgageProgramme, *, price: Decimal, down: Decimal, months: int, on: date) -> Answer:
    refusals = mortgages.refusals(programme, price=price, down=down, months=months, on=on)
    if refusals:
        return Answer(programme, None, refusals)
    return Answer(programme, mortgages.credit(price - down, rate=programme.rate, months=months))


def add(session: Session, wanted: Wanted, *, by: User) -> MortgageProgramme:
    """Raises Invalid at the field, Refused when the bank has one of this name already."""
    programme = MortgageProgramme(**asdict(_checked(wanted)))
    saving.add(session, programme, event="mortgage_programme.added", by=by, title=wanted.name)
    return programme


def edit(session: Session, programme: MortgageProgramme, wanted: Wanted, *, version: int, by: User) -> None:
    saving.save(
        session, programme, asdict(_checked(wanted)), version=version, titles=titles(),
        event="mortgage_programme.edited", by=by,
    )  # fmt: skip


def retire(session: Session, programme: MortgageProgramme, *, by: User, now: datetime) -> None:
    saving.retire(session, programme, event="mortgage_programme.retired", by=by, now=now)


def bring_back(session: Session, programme: MortgageProgramme, *, by: User) -> None:
    saving.bring_back(session, programme, event="mortgage_programme.returned", by=by)


def listed(session: Session, *, retired: bool = False) -> list[MortgageProgramme]:
    """Those in use, or all of them, the cheapest first."""
    cheapest = select(MortgageProgramme).order_by(
        col(MortgageProgramme.rate), MortgageProgramme.bank, MortgageProgramme.name
    )
    return list(
        session.exec(cheapest if retired else cheapest.where(col(MortgageProgramme.retired_at).is_(None)))
    )


def get_programme(session: Session, programme_id: int) -> MortgageProgramme:
    found = session.get(MortgageProgramme, programme_id) if 0 < programme_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such programme"))
    return found


def titles() -> dict[str, str]:
    return {
        "bank": _("Bank"),
        "name": _("Programme"),
        "kind": _("For whom"),
        "rate": _("Rate, % a year"),
        "least_down_percent": _("Down payment at least, %"),
        "longest_months": _("Longest term, months"),
        "least_credit": _("Credit at least, ₽"),
        "most_credit": _("Credit at most, ₽"),
        "valid_from": _("Valid from"),
        "valid_to": _("Valid to"),
        "rates_of": _("Terms looked up on"),
    }


def kind_word(kind: str) -> str:
    """Of a kind that was given up since, the bare word an old offer keeps."""
    return {"standard": _("standard"), "family": _("family"), "it": _("for IT")}.get(kind, kind)


def _checked(wanted: Wanted) -> Wanted:
    wrong: dict[str, str] = {}
    for field in ("bank", "name"):
        if not 0 < len(getattr(wanted, field)) <= LONGEST_NAME:
            wrong[field] = _("A name has from 1 to %(most)s characters", most=LONGEST_NAME)
    if not 0 <= wanted.rate <= 100:
        wrong["rate"] = _("From 0 to %(most)s", most=100)
    if not 0 <= wanted.least_down_percent < 100:
        wrong["least_down_percent"] = _("From 0, less than 100")
    if not 0 < wanted.longest_months <= LONGEST_MONTHS:
        wrong["longest_months"] = _("From 1 to %(most)s", most=LONGEST_MONTHS)
    wrong |= _limits(wanted)
    if wrong:
        raise Invalid(wrong)
    return wanted


def _limits(wanted: Wanted) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if wanted.least_credit is not None and wanted.least_credit <= 0:
        wrong["least_credit"] = _("More than nothing, or leave it empty")
    if wanted.most_credit is not None and wanted.most_credit < (wanted.least_credit or Decimal("0.01")):
        wrong["most_credit"] = _("Not less than the least credit")
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        wrong["valid_to"] = _("Not before the first day")
    return wrong
