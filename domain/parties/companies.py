"""Companies and their requisites: once these are complete and valid, 1C gets the company by itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from domain import events
from domain.access.models import User
from domain.access.policy import rows_of
from domain.kernel import requisites
from domain.kernel.db import LOCK, pick
from domain.kernel.errors import Invalid, Missing, Refused, Stale
from domain.kernel.text import _
from domain.parties.models import Company

LONGEST_NAME = 300


def add_company(
    session: Session,
    *,
    name: str,
    by: User,
    now: datetime,
    full_name: str = "",
    inn: str = "",
    kpp: str = "",
    ogrn: str = "",
    responsible: User | None = None,
) -> Company:
    """A new company. Raises Invalid at the field, Refused naming who already has this ИНН and КПП."""
    company = Company(
        responsible_id=(responsible or by).id, created_at=now, **checked(name, full_name, inn, kpp, ogrn)
    )
    _keep(session, company, by=by)
    events.record(session, "company.added", company, by=by, title=company.name)
    return company


def edit_company(
    session: Session,
    company: Company,
    *,
    version: int,
    name: str,
    full_name: str,
    inn: str,
    kpp: str,
    ogrn: str,
    by: User,
) -> None:
    """Save the form. Over somebody else's save it raises Stale with both values of each differing field."""
    session.refresh(company, with_for_update=LOCK)
    wanted = checked(name, full_name, inn, kpp, ogrn)
    changes = {
        field: (getattr(company, field), value)
        for field, value in wanted.items()
        if getattr(company, field) != value
    }
    if company.version != version:
        raise Stale(
            _("Somebody saved this company before you"),
            tuple(_both(field, *pair) for field, pair in changes.items()),
            theirs={field: now_is or "—" for field, (now_is, _mine) in changes.items()},
        )
    if not changes:
        return
    company.version += 1
    for field, (_before, value) in changes.items():
        setattr(company, field, value)
    _keep(session, company, by=by)
    events.record(session, "company.edited", company, by=by, changes=changes)


def ready(company: Company) -> bool:
    """Whether 1C may have it: ИНН, and КПП of a legal entity, both right."""
    inn, kpp = company.inn or "", company.kpp or ""
    if not requisites.valid_inn(inn):
        return False
    return requisites.valid_kpp(kpp) if len(inn) == 10 else not kpp


def checked(name: str, full_name: str, inn: str, kpp: str, ogrn: str) -> dict[str, Any]:
    """The fields as they are kept; raises Invalid with a sentence at each wrong one."""
    bare = {"inn": _digits(inn), "kpp": "".join(kpp.split()).upper(), "ogrn": _digits(ogrn)}
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = _("What is the company called?")
    if len(name) > LONGEST_NAME or len(full_name) > 500:
        wrong["name"] = _("The name is longer than %(most)s characters", most=LONGEST_NAME)
    if bare["inn"] and not requisites.valid_inn(bare["inn"]):
        wrong["inn"] = _wrong_inn(bare["inn"])
    if bare["kpp"] and not requisites.valid_kpp(bare["kpp"]):
        wrong["kpp"] = _("A КПП has 9 signs: check them")
    if bare["ogrn"] and not requisites.valid_ogrn(bare["ogrn"]):
        wrong["ogrn"] = _("The last digit of the ОГРН does not fit the others: check them")
    if wrong:
        raise Invalid(wrong)
    return {
        "name": name.strip(),
        "full_name": full_name.strip() or None,
        **{key: value or None for key, value in bare.items()},
    }


def get_company(session: Session, user: User, company_id: int) -> Company:
    visible = select(Company).where(Company.id == company_id, rows_of(user, col(Company.responsible_id)))
    company = session.exec(visible).first() if 0 < company_id < 2**63 else None
    if company is None:
        raise Missing(_("There is no such company, or it is not yours"))
    return company


def _keep(session: Session, company: Company, *, by: User) -> None:
    """Two companies never share ИНН and КПП: the index decides, the sentence names who was first."""
    try:
        with session.begin_nested():
            session.add(company)
    except IntegrityError:
        twin = session.exec(
            select(Company).where(
                Company.inn == company.inn, sa.func.coalesce(Company.kpp, "") == (company.kpp or "")
            )
        ).first()
        if twin is None:
            raise
        raise Refused(*_already(session, twin, by=by)) from None


def _already(session: Session, twin: Company, *, by: User) -> tuple[str, tuple[str, ...]]:
    """Whose it is, and its name to those who may see it: what others call their clients is theirs."""
    with_whom = (_("It is with %(who)s", who=twin.responsible.name),)
    mine = pick(col(Company.id)).where(col(Company.id) == twin.id, rows_of(by, col(Company.responsible_id)))
    if session.execute(mine).first() is None:
        return _("A company with this ИНН and КПП is already here"), with_whom
    return _("A company with this ИНН and КПП is already here: %(name)s", name=twin.name), with_whom


def _both(field: str, theirs: str | None, yours: str | None) -> str:
    titles = {
        "name": _("Name"),
        "full_name": _("Full name"),
        "inn": _("ИНН"),
        "kpp": _("КПП"),
        "ogrn": _("ОГРН"),
    }
    return _(
        "%(field)s: now “%(theirs)s”, yours “%(yours)s”",
        field=titles[field],
        theirs=theirs or "—",
        yours=yours or "—",
    )


def _wrong_inn(inn: str) -> str:
    if len(inn) not in (10, 12):
        return _(
            "An ИНН has 10 digits for a company, 12 for an entrepreneur; here are %(count)s", count=len(inn)
        )
    return _("The last digit of the ИНН does not fit the others: check them")


def _digits(text: str) -> str:
    return "".join(text.split()).replace("-", "")
