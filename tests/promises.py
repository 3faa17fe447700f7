"""The promises and the measures, by id: what the gates hold us to.

A new promise is written here first; from then on a whole run is red until a gate reports on it.
"""

from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Promise:
    title: str
    target: str
    controlled: bool = True
    """The figure counts only with a negative control that went red in the same run."""
    long: bool = False
    """Run by `make proof` alone."""


PROMISES = {
    "R1": Promise(
        "One flat, a crowd",
        "200 clients x 50 rounds on two web processes: 50 winners, 0 doubles, 0 server errors, "
        "losers told in 2 s at p99",
    ),
    "R2": Promise(
        "Every writer of a booking at once",
        "2,000 interleavings: at most one active claim on a unit, none alive 5 s past its term",
    ),
    "R3": Promise("Baskets of three flats of twenty", "all or nothing, 0 deadlocks shown"),
    "R4": Promise("Lost updates", "0 on every editable record; the later save is told both values"),
    "R6": Promise(
        "Killed at random",
        "5 minutes, 60 kills: 0 acknowledged writes lost, 0 duplicates in 1C, drained in 60 s, back in 10 s",
        long=True,
    ),
    "R7": Promise("Valkey wiped", "0 jobs lost; sign-in, board and booking work without it"),
    "R8": Promise("Every actor repeated, doubled and killed", "the same checksum here and in 1C"),
    "R9": Promise("Every inbound message thrice, shuffled, two at once", "the same state"),
    "S1": Promise("Fuzz of every route", "50,000 requests: 0 x 5xx, no traceback, nothing over 2 s"),
    "S2": Promise("Permission matrix", "equal to the lock file; every removed guard and filter is noticed"),
    "S3": Promise("Canary leak", "0 strings of another region reach Anna"),
    "S4": Promise("Foreign ids", "404, the same as ids that do not exist"),
    "S5": Promise("Sessions", "no fixation, no resurrection, a disabled person is out in 1 s"),
    "S6": Promise("Guessing at sign-in", "at most 10 verifications in 15 minutes; the owner still gets in"),
    "S8": Promise("Forged requests", "all unsafe routes refuse; safe methods write nothing"),
    "S9": Promise("Stored XSS in a browser", "0 dialogs, 0 reports of the policy"),
    "S10": Promise("Headers", "on every answer"),
    "S11": Promise("Hostile uploads", "60 files refused whole, one sentence, bounded memory, no leftovers"),
    "S12": Promise(
        "Hostile CommerceML", "60 files refused whole, one sentence, bounded memory, no leftovers"
    ),
    "D1": Promise(
        "History", "an event in the same transaction; not to be changed; 1,000 of 1,000 tamperings seen"
    ),
    "D3": Promise(
        "Backup", "equal counts and checksums; starts; silent until told; six broken copies refused"
    ),
    "O1": Promise("Deploy", "0 failed requests at 20/s with 10 streams open; gone in 10 s"),
    "O2": Promise(
        "PostgreSQL away for 30 s", "503 with Retry-After, no 500; the first request after it succeeds"
    ),
    "L1": Promise("Looks", "axe finds 0 on every page, size and theme; nothing scrolls sideways at 320"),
    "L2": Promise("First visit", "120 kB, 10 requests, CLS 0.02, LCP 2.5 s on slow 4G", controlled=False),
}
"""Gates: a miss is red."""

_measured = partial(Promise, controlled=False)

MEASURES = {
    "B1": _measured(
        "Chessboard of 2,000 units", "cold 8 x, warm 2 x the floor; unchanged 1.5 x an empty handler"
    ),
    "B2": _measured("Kanban, 8 columns of 30 cards over 10,000 open deals", "cold 8 x the floor"),
    "B3": _measured("Moving a card", "6 x the floor"),
    "B4": _measured("A deal's card", "8 x the floor"),
    "B5": _measured("Search by phone or name", "6 x the floor"),
    "B6": _measured("Archive grown a hundredfold", "costs 1.3 x"),
    "B7": _measured("One event to 200 open boards", "p99 300 ms, 15 ms of CPU"),
    "B8": _measured("CommerceML import", "4 x lxml alone on the same file; memory flat"),
    "B9": _measured("A web process", "150 MB"),
    "B10": _measured("Demo world by COPY", "20,000 rows a second"),
    "B11": _measured("Beside a leading peer", "a twentieth of its CPU for board, move, card, search, create"),
    "B12": _measured(
        "A price list of 20,000 units", "there and back in 10 s each, boards answer within 1 s all the while"
    ),
    "B13": _measured(
        "A workbook of 20,000 rows", "taken over in 3 x the CPU of looking into it; memory 150 MB"
    ),
}
"""Figures without red: what a request costs, in multiples of a floor measured in the same run."""
