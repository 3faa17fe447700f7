"""The idle reserve as a workbook: managers, then every booking, with numbers that can be summed."""

from datetime import datetime
from io import BytesIO
from typing import Any

from domain.access import User
from domain.estate.idle import Idle
from domain.kernel import formats
from domain.kernel.text import _

MONEY, DAYS, DATE = "# ##0 ₽", "0.0", "dd.mm.yyyy hh:mm"


def sheet(report: Idle, *, by: User, now: datetime) -> bytes:
    """Texts are written as texts: what a person typed never becomes a formula."""
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        looks = {look: book.add_format({"num_format": look}) for look in (MONEY, DAYS, DATE)}
        looks |= {"bold": book.add_format({"bold": True}), "": book.add_format()}
        _managers(book.add_worksheet(_("Managers")), report, looks, by=by, now=now)
        _bookings(book.add_worksheet(_("Bookings")), report, looks)
    return made.getvalue()


def _managers(page: Any, report: Idle, looks: dict[str, Any], *, by: User, now: datetime) -> None:
    period = (
        f"{formats.date_plain(formats.here(report.since))} – {formats.date_plain(formats.here(report.until))}"
    )
    page.write_string(0, 0, _("Idle reserve, %(period)s", period=period), looks["bold"])
    page.write_string(1, 0, f"{by.name}, {formats.told(now, now=now)}")
    groups = [*report.managers, report.total]
    _table(
        page,
        3,
        [
            _("Manager"), _("Bookings"), _("Came back unsold"), _("Days"), _("Price × days"),
            _("Price, on average"),
        ],
        [
            [
                (group.name or _("In all"), ""), (group.bookings, ""), (group.in_vain, ""),
                (group.days, DAYS), (group.money_days, MONEY), (group.price, MONEY),
            ]
            for group in groups
        ],
        looks,
    )  # fmt: skip


def _bookings(page: Any, report: Idle, looks: dict[str, Any]) -> None:
    _table(
        page,
        0,
        [
            _("Booking"), _("Unit"), _("Building"), _("Deal"), _("Manager"), _("Agency"), _("From"), _("To"),
            _("Days"), _("Price"), _("Price × days"), _("Came back unsold"),
        ],
        [
            [
                (held.id, ""), (held.number, ""), (held.building, ""), (held.deal_id, ""), (held.who, ""),
                (held.agency, ""), (_bare(held.begun), DATE), (_bare(held.ended), DATE), (held.days, DAYS),
                (held.price, MONEY), (held.money_days, MONEY), (_("yes") if held.in_vain else "", ""),
            ]
            for held in report.bookings
        ],
        looks,
    )  # fmt: skip


def _table(
    page: Any, top: int, heads: list[str], rows: list[list[tuple[Any, str]]], looks: dict[str, Any]
) -> None:
    for place, head in enumerate(heads):
        page.write_string(top, place, head, looks["bold"])
    page.set_column(0, len(heads) - 1, 18)
    page.freeze_panes(top + 1, 0)
    for line, row in enumerate(rows, start=top + 1):
        for place, (value, look) in enumerate(row):
            write = page.write_string if isinstance(value, str) else page.write
            write(line, place, value, looks[look])
    if rows:
        page.autofilter(top, 0, top + len(rows), len(heads) - 1)


def _bare(moment: datetime) -> datetime:
    """Excel knows no zones: the clock of the office."""
    return formats.here(moment).replace(tzinfo=None)
