"""What became of the stock between two days, as a workbook."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlmodel import Session

from domain import events
from domain.access.models import User
from domain.estate.models import Project
from domain.estate.past.changes import Line, Was
from domain.estate.sheets.words import KINDS, STATUSES
from domain.estate.sheets.writing import Column, Type, Value, write
from domain.events import names

COLUMNS = (
    Column("Код", Type.WHOLE, 8),
    Column("Дом", width=18),
    Column("Подъезд", Type.WHOLE, 9),
    Column("Этаж", Type.WHOLE, 7),
    Column("Вид", width=12),
    Column("Номер", width=9),
    Column("Площадь, м²", Type.AREA, 11),
    Column("Что произошло", width=30),
    Column("Статус был", width=15),
    Column("Статус стал", width=15),
    Column("Цена была, ₽", Type.MONEY, 18),
    Column("Цена стала, ₽", Type.MONEY, 18),
    Column("Разница, ₽", Type.MONEY, 16),
    Column("Разница, %", Type.SHARE, 11),
    Column("Место было", width=30),
)


def workbook(
    session: Session, project: Project, lines: Sequence[Line], *, words: Callable[[Line], str], by: User
) -> bytes:
    """`words` says what became of a unit. That the file was taken out is written down."""
    events.record(session, names.STOCK_EXPORTED, project, by=by, what="changes", units=len(lines))
    return write(COLUMNS, _rows(lines, words), sheet=project.name)


def _rows(lines: Iterable[Line], words: Callable[[Line], str]) -> Iterator[Sequence[Value]]:
    for line in lines:
        seen, (before, after) = line.seen, line.prices
        yield (
            line.unit_id, seen.building, seen.section, seen.floor, KINDS[line.kind], seen.number, line.area,
            words(line),
            STATUSES[line.before.status] if line.before else None,
            STATUSES[line.after.status] if line.after else None,
            before, after, line.difference, line.share, _place_before(line),
        )  # fmt: skip


def _place_before(line: Line) -> str | None:
    was, is_ = line.before, line.after
    return place(was) if was and is_ and was.place != is_.place else None


def place(was: Was) -> str:
    return f"{was.building}, подъезд {was.section}, этаж {was.floor}, № {was.number}"
