"""Promotions on the chessboard: the price of a free unit with its badge, and until when the board is so."""

from datetime import datetime

from sqlmodel import Session, col

from domain.estate.chessboard import Board, Cell, board_rows, laid_out
from domain.estate.models import Building, UnitStatus
from domain.estate.pricing.sale import Promoted, on_board
from domain.kernel.db import ask


def promoted(session: Session, building_id: int, *, now: datetime) -> Board:
    """The board with the promotions of the moment. It is another at their next beginning or end."""
    found = on_board(session, col(Building.id) == building_id, now=now)
    rows = ask(session, board_rows(), {"building": building_id, "now": now}).all()
    seen = (lambda cell: _cell(cell, found)) if found.sales else None
    return laid_out(building_id, rows, until=found.until, seen=seen)


def _cell(cell: Cell, found: Promoted) -> Cell:
    """Only of what is free: who has booked keeps the price of then."""
    sale = found.sales.get(cell.id)
    if sale is None or not sale.badges or cell.status is not UnitStatus.FREE:
        return cell
    return cell._replace(price=sale.price, badge=", ".join(sale.badges))
