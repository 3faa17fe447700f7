"""Sending goods to the site: everything or what changed since the site last took it all."""

from dataclasses import dataclass
from typing import Any

import httpx

from jobs.onec_demo.base import Base
from jobs.onec_demo.commerceml import ENCODINGS, NAMESPACES, Parcel
from jobs.onec_demo.configuration import COMPANIES, GOODS, UNITS
from jobs.onec_demo.site import TIMEOUT, Log, Site, Stopped, Talk
from jobs.onec_demo.store import Row

EXCHANGED = "site:exchanged"  # the version of the base up to which the site knows everything


@dataclass(frozen=True)
class Manner:
    """How to send: everything or changes, which namespace and encoding, zipped when the site takes zip."""

    full: bool = True
    namespace: str = "commerceml_2"
    encoding: str = "utf-8"
    zipped: bool = True

    @classmethod
    def read(cls, asked: dict[str, Any]) -> "Manner":
        mode = asked.get("mode", "full")
        manner = cls(
            full=mode == "full",
            namespace=asked.get("namespace", cls.namespace),
            encoding=asked.get("encoding", cls.encoding),
            zipped=asked.get("zip", True) in (True, "on", "true"),
        )
        if (
            mode not in ("full", "changes")
            or manner.namespace not in NAMESPACES
            or manner.encoding not in ENCODINGS
        ):
            raise ValueError(
                f"mode: full, changes; namespace: {', '.join(NAMESPACES)}; encoding: {', '.join(ENCODINGS)}"
            )
        return manner


def exchange(base: Base, site: Site, manner: Manner) -> Log:
    reached = base.store.version
    parcel = pack(base, manner)
    log = Log(base.now(), "Полная выгрузка" if manner.full else "Выгрузка изменений")
    if not parcel.units and not parcel.goods:
        log.ok, log.outcome = True, "Изменений нет: отправлять нечего."
        return log
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as http:
            Talk(http, site, log).send(parcel, zipped=manner.zipped)
    except Stopped as stopped:
        log.outcome = str(stopped)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.outcome = f"Сайт недоступен: {type(error).__name__}. {error}"
    else:
        base.store.set(EXCHANGED, str(reached))
        log.ok, log.outcome = (
            True,
            f"Отправлено: помещений {len(parcel.units)}, товаров и услуг {len(parcel.goods)}.",
        )
    return log


def pack(base: Base, manner: Manner) -> Parcel:
    since = 0 if manner.full else int(base.store.setting(EXCHANGED, "0"))
    company = base.store.rows(COMPANIES.name)[0]
    units, goods = (_goods(base, name, since, full=manner.full) for name in (UNITS.name, GOODS.name))
    return Parcel(
        units,
        goods,
        base.store.rows(UNITS.name),
        company,
        base.now(),
        manner.full,
        manner.namespace,
        manner.encoding,
    )


def _goods(base: Base, set_name: str, since: int, *, full: bool) -> list[Row]:
    rows = base.store.rows(set_name, since=since)
    return [row for row in rows if not row.get("IsFolder") and not (full and row["DeletionMark"])]
