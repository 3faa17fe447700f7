"""A company or a person as a counterparty of 1C: when it is ready, what is sent, which of theirs it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.exchange import odata
from domain.exchange.failures import Rejected
from domain.exchange.mapping import Counterparties
from domain.exchange.odata import Row
from domain.kernel.requisites import valid_inn, valid_kpp, valid_ogrn
from domain.kernel.text import _
from domain.parties.models import Company, Person

Client = Company | Person
ENTREPRENEUR_INN = 12


def unready(client: Client) -> list[str]:
    """What is missing or wrong, in sentences; empty: it may travel."""
    if not _inn_fits(client):
        return [_("The ИНН is missing or wrong")]
    return [] if isinstance(client, Person) else _wrong_in_company(client)


def _inn_fits(client: Client) -> bool:
    inn = client.inn or ""
    return valid_inn(inn) and (isinstance(client, Company) or len(inn) == ENTREPRENEUR_INN)


def _wrong_in_company(company: Company) -> list[str]:
    said = []
    if is_entrepreneur(company) and company.kpp:
        said.append(_("An entrepreneur has no КПП"))
    if not is_entrepreneur(company) and not valid_kpp(company.kpp or ""):
        said.append(_("The КПП is missing or wrong"))
    if company.ogrn and not valid_ogrn(company.ogrn):
        said.append(_("The ОГРН is wrong"))
    return said


def is_entrepreneur(company: Company) -> bool:
    return len(company.inn or "") == ENTREPRENEUR_INN


def fields(client: Client, names: Counterparties) -> Row:
    """The kind of person is always said: without it 1C makes a company and cuts the ИНН to ten digits."""
    said: dict[str, Any] = {names.name: client.name, names.inn: client.inn or ""}
    if isinstance(client, Person):
        said |= {names.full_name: client.name, names.kind: names.person}
    else:
        said |= {
            names.full_name: client.full_name or client.name,
            names.kpp: client.kpp or "",
            names.ogrn: client.ogrn or "",
            names.kind: names.entrepreneur if is_entrepreneur(client) else names.company,
        }
    return {name: value for name, value in said.items() if name}


def ours_to_change(wanted: Row, row: Row, names: Counterparties) -> Row:
    """Names are ours; requisites belong to the accountant once the counterparty is in 1C."""
    return odata.differing(
        {name: wanted[name] for name in (names.name, names.full_name) if name in wanted}, row
    )


def disagreements(wanted: Row, row: Row, names: Counterparties) -> list[str]:
    """Requisites that are others in 1C: the accountant decides, so they are only told."""
    requisites = {name: wanted[name] for name in (names.inn, names.kpp, names.ogrn) if wanted.get(name)}
    return [
        _(
            "%(name)s: %(ours)s here, %(theirs)s in 1C",
            name=name,
            ours=value,
            theirs=row.get(name) or _("empty"),
        )
        for name, value in odata.differing(requisites, row).items()
    ]


@dataclass(frozen=True)
class Candidate:
    ref: str
    name: str
    kpp: str


def choose(client: Client, rows: Sequence[Row], names: Counterparties) -> Candidate | None:
    """Theirs with the same ИНН and КПП; None: create. Raises Rejected when a person must choose.

    Another КПП is another counterparty for accounting: a branch. One without a КПП is taken for ours.
    """
    found = [
        _candidate(row, names) for row in rows if not row.get("IsFolder") and not row.get("DeletionMark")
    ]
    kpp = (client.kpp or "") if isinstance(client, Company) else ""
    fitting = [each for each in found if not kpp or each.kpp == kpp] or [
        each for each in found if not each.kpp
    ]
    if len(fitting) > 1:
        several = "; ".join(f"«{each.name}»" for each in fitting)
        raise Rejected(
            _(
                "1C has several counterparties with ИНН %(inn)s: %(names)s. "
                "Mark the extra ones for deletion and retry",
                inn=client.inn, names=several,
            )
        )  # fmt: skip
    return fitting[0] if fitting else None


def _candidate(row: Row, names: Counterparties) -> Candidate:
    kpp = "".join(str(row.get(names.kpp) or "").split())
    return Candidate(odata.ref_of(row), str(row.get(names.name) or ""), "" if kpp == "0" else kpp)
