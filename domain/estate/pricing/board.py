"""Promotions on the chessboard: the price of a free unit with its badge, and until when the board is so."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from domain.estate.chessboard import Board, Cell, Entrance, Row
from domain.estate.models import UnitStatus
from domain.estate.pricing.sale import Promoted, on_board


def promoted(session: Session, board: Board, *, now: datetime) -> Board:
    """The board with the promotions of the moment. It is another at their next beginning or end."""
    found = on_board(session, board.building_id, now=now)
    until = min((edge for edge in (board.until, found.until) if edge is not None), default=None)
    if not found.sales:
        return replace(board, until=until)
    return replace(
        board,
        until=until,
        entrances=[_entrance(entrance, found) for entrance in board.entrances],
        below=[_cell(cell, found) for cell in board.below],
    )


def _entrance(entrance: Entrance, found: Promoted) -> Entrance:
    rows = [Row(row.floor, [_cell(cell, found) for cell in row.cells]) for row in entrance.rows]
    return replace(entrance, rows=rows)


def _cell(cell: Cell, found: Promoted) -> Cell:
    """Only of what is free: who has booked keeps the price of then."""
    sale = found.sales.get(cell.id)
    if sale is None or not sale.badges or cell.status is not UnitStatus.FREE:
        return cell
    return cell._replace(price=sale.price, badge=", ".join(sale.badges))
