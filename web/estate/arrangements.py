"""/units/42/arrangement: what the office says of a unit: floors inside, layout, characteristics, plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import MultipartBody, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Unit, drawings
from domain.estate.drawings import arranging, characteristics, plans
from domain.files.pictures import SUFFIXES
from domain.kernel.errors import Invalid, Refused, Stale
from domain.kernel.text import _
from web import replies
from web.estate import cells, sent
from web.given import Given


@dataclass
class Arranged:
    storeys: str = "1"
    layout_id: str = ""
    seen: str = ""
    codes: Any = ""
    """Of characteristics, one or many, each with its value in the same place."""
    values: Any = ""

    def told(self) -> dict[str, str]:
        """By the names of fields, as people typed them."""
        named = zip(_many(self.codes), _many(self.values), strict=False)
        return {
            "storeys": self.storeys,
            "layout_id": self.layout_id,
            **{f"characteristic_{code}": sent.words(value) for code, value in named},
        }


def _many(sent: Any) -> list[str]:
    return [sent] if isinstance(sent, str) else [one for one in sent if isinstance(one, str)]


class Arrangements(Controller):
    path = "/units/{unit_id:int}"

    @get("/arrangement", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], unit: Given[Unit]
    ) -> Response[str]:
        return _page(request, session, unit)

    @post("/arrangement", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def save(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        unit: Given[Unit],
        data: URLEncodedBody[Arranged],
    ) -> Response[str]:
        given, layout = data.told(), data.layout_id.strip()
        try:
            drawings.arrange(
                session,
                unit,
                storeys=sent.whole(data.storeys),
                layout_id=(sent.record_number(layout) or 0) if layout else None,
                given=given,
                seen=data.seen,
                by=user,
            )
        except (Invalid, Stale) as no:
            session.refresh(unit)
            return _page(request, session, unit, given=given, no=no)
        return replies.done(request, to=f"/units/{unit.id}", toast=_("Saved"))

    @post("/plan", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE, status_code=200)
    def put(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        unit: Given[Unit],
        data: MultipartBody[sent.Sent],
    ) -> Response[str]:
        """A plan of this unit alone, before that of its layout."""
        try:
            drawings.put(session, unit, *data.chosen(), by=user, now=now)
        except (Invalid, Refused) as no:
            return _page(request, session, unit, no=Invalid({"file": no.sentence}))
        return replies.done(request, to=f"/units/{unit.id}/arrangement", toast=_("The plan is kept"))


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    unit: Unit,
    *,
    given: dict[str, str] | None = None,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    known = characteristics.characteristics(session, unit.kind)
    kept = {
        "storeys": str(unit.storeys),
        "layout_id": str(unit.layout_id or ""),
        **{
            characteristics.field_of(one): characteristics.typed(unit.characteristics.get(one.code))
            for one in known
        },
    }
    return replies.page(
        request,
        "estate/drawings/unit.html",
        status=409 if isinstance(no, Stale) else 422 if no else 200,
        unit=unit,
        building=unit.floor.section.building,
        characteristics=[(characteristics.field_of(one), one) for one in known],
        layouts=[(layout.id, layout.code) for layout in arranging.layouts_for(session, unit)],
        plan=plans.live(session, unit),
        given=kept | (given or {}),
        seen=arranging.shown(unit),
        fields=no.fields if isinstance(no, Invalid) else {},
        stale=no if isinstance(no, Stale) else None,
        cells=cells,
        accepted=",".join(SUFFIXES),
    )
