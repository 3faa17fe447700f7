"""What the address of the board asks for: the funnel, the view and the lens, and such addresses back."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.datastructures import Cookie
from sqlmodel import Session

from domain.deals.board import FIRST_CARDS
from domain.deals.cards import Lens, Which
from domain.deals.funnels import Outline, outlines
from domain.kernel.errors import Missing
from domain.kernel.text import _

LARGEST_ID = 2**63 - 1
LONGEST_WORDS = 100
LAST_FUNNEL = "funnel"
YEAR_SECONDS = 31_536_000


@dataclass(frozen=True)
class Asked:
    funnel_id: int | None
    view: str
    lens: Lens
    shown: int
    page: int
    stage_id: int | None

    def query(self, **changes: Any) -> str:
        """The query string of the same screen with something else chosen; what is usual is left out."""
        return _query(self, tuple(changes.items()))


@lru_cache(maxsize=1_024)
def _query(known: Asked, changes: tuple[tuple[str, Any], ...]) -> str:
    """Kept: a board asks for three of each of its columns."""
    chosen = dict(changes)
    lens_fields = {"which", "responsible_id", "words"}
    lens = replace(known.lens, **{name: chosen.pop(name) for name in lens_fields & chosen.keys()})
    asked = replace(known, lens=lens, **chosen)
    parts = {
        "funnel": asked.funnel_id,
        "view": asked.view if asked.view != "board" else None,
        "filter": str(lens.which) if lens.which != Which.ALL else None,
        "responsible": lens.responsible_id,
        "q": lens.words or None,
        "stage": asked.stage_id,
        "page": asked.page if asked.page > 1 else None,
        "shown": asked.shown if asked.shown > FIRST_CARDS else None,
    }
    return urlencode({name: value for name, value in parts.items() if value is not None})


def asked(request: Request[Any, Any, Any]) -> Asked:
    """Read leniently: an address typed by hand or kept for a year still shows a board."""
    given = request.query_params
    which = given.get("filter", "")
    return Asked(
        funnel_id=_number(given.get("funnel")),
        view="list" if given.get("view") == "list" else "board",
        lens=Lens(
            which=Which(which) if which in set(Which) else Which.ALL,
            responsible_id=_number(given.get("responsible")),
            words=given.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS],
        ),
        shown=min(_number(given.get("shown")) or FIRST_CARDS, 100_000),
        page=min(_number(given.get("page")) or 1, 10_000),
        stage_id=_number(given.get("stage")),
    )


def funnel_of(session: Session, wanted: Asked, *, last: int | None = None) -> tuple[list[Outline], Outline]:
    """Every funnel, and the one to show: the asked one, else the one looked at last, else the first."""
    funnels = outlines(session)
    known = {funnel.id: funnel for funnel in funnels}
    if not funnels or (wanted.funnel_id is not None and wanted.funnel_id not in known):
        raise Missing(_("There is no such funnel"))
    return funnels, known.get(wanted.funnel_id or last or 0, funnels[0])


def last_funnel(request: Request[Any, Any, Any]) -> int | None:
    """The funnel this browser looked at last."""
    return _number(request.cookies.get(LAST_FUNNEL))


def remember(request: Request[Any, Any, Any], answer: Response[str], funnel: Outline) -> Response[str]:
    if last_funnel(request) == funnel.id:
        return answer
    answer.set_cookie(
        Cookie(key=LAST_FUNNEL, value=str(funnel.id), max_age=YEAR_SECONDS, path="/deals", samesite="lax")
    )
    return answer


def _number(text: str | None) -> int | None:
    told = (text or "").strip()
    if not (told.isascii() and told.isdigit() and len(told) < 20):
        return None
    number = int(told)
    return number if 0 < number <= LARGEST_ID else None
