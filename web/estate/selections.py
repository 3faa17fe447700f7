"""/selections: units put together for a client, or a kept filter with its present answer."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.selecting import selections as keeping
from domain.estate.selecting.choices import demand_own
from domain.estate.selecting.favourites import favourites
from domain.estate.selecting.reading import count_fitting, selections
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from web import replies
from web.estate.numbers import number, numbers
from web.estate.selected import asked_of, deal_seen, in_words, page
from web.estate.selecting import AS_IT_IS, Selected, building_of, deal_of, form, kept_of, words
from web.estate.tabs import tabs
from web.given import Given


class Selections(Controller):
    path = "/selections"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        rows = selections(session, user)
        kept = {row.id: (row.building_id, asked_of(row.asked)) for row in rows if row.building_id}
        found = count_fitting(session, kept.values(), now=now)
        return replies.page(
            request,
            "estate/selections.html",
            rows=rows,
            fitting={id_: found[pair] for id_, pair in kept.items()},
            said={row.id: in_words(row.asked) for row in rows if row.building_id},
            starred=len(favourites(session, user, now=now)),
            tabs=tabs(user, "/selections"),
        )

    @get("/new", sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def making(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        """Of `?units=1,2`, or of the filter in the board's own words: `?building=3&rooms=2`."""
        query = request.query_params
        units = numbers(query.getall("units", []))
        given = Selected(units=",".join(map(str, units)), name=query.get("name", ""))
        if query.get("building") and not units:
            given = replace(given, building=query.get("building", ""), asked=kept_of(query))
        return form(request, session, user, given, None, now=now)

    @post(sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Selected],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        try:
            with session.begin_nested():
                made = keeping.make(
                    session,
                    name=words(data.name),
                    unit_ids=numbers([data.units]),
                    kept=building_of(session, data),
                    deal_id=deal_of(session, user, data.deal_id, None),
                    by=user,
                    now=now,
                )
        except Invalid as no:
            return form(request, session, user, data, None, no=no, now=now)
        toast = replies.Toast(_("The selection is made"), undo=f"/selections/{made.id}/removal")
        return replies.done(request, to=f"/selections/{made.id}", toast=toast)

    @get("/{selection_id:int}", sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
    ) -> Response[str]:
        return page(request, session, user, keeping.get_selection(session, user, selection_id), now=now)

    @get("/{selection_id:int}/edit", sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def editing(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
    ) -> Response[str]:
        selection = keeping.get_selection(session, user, selection_id)
        demand_own(selection, user)
        deal = deal_seen(session, user, selection)
        given = Selected(
            name=selection.name,
            deal_id=str(deal.id) if deal else AS_IT_IS if selection.deal_id else "",
            shared="1" if selection.shared else "",
            version=str(selection.version),
        )
        return form(request, session, user, given, selection, now=now)

    @post("/{selection_id:int}", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Selected],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
    ) -> Response[str]:
        selection = keeping.get_selection(session, user, selection_id)
        try:
            with session.begin_nested():
                keeping.edit(
                    session,
                    selection,
                    version=number(data.version) or 0,
                    name=words(data.name),
                    deal_id=deal_of(session, user, data.deal_id, selection),
                    shared=data.shared == "1",
                    by=user,
                )
        except (Invalid, Stale) as no:
            session.refresh(selection)
            return form(request, session, user, data, selection, no=no, now=now)
        return replies.done(request, to=f"/selections/{selection.id}", toast=_("Saved"))

    @post(
        "/{selection_id:int}/removal", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200
    )
    def remove(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        selection_id: FromPath[int],
    ) -> Response[str]:
        selection = keeping.get_selection(session, user, selection_id)
        keeping.remove(session, selection, by=user, now=now)
        told = _("The selection “%(name)s” is removed", name=selection.name)
        toast = replies.Toast(told, undo=f"/selections/{selection.id}/return")
        return replies.done(request, to="/selections", toast=toast)

    @post(
        "/{selection_id:int}/return", sync_to_thread=True, permission=Permission.ESTATE_SEE, status_code=200
    )
    def bring_back(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        selection_id: FromPath[int],
    ) -> Response[str]:
        selection = keeping.get_selection(session, user, selection_id, removed=True)
        keeping.bring_back(session, selection, by=user)
        return replies.done(request, to=f"/selections/{selection.id}", toast=_("The selection is back"))
