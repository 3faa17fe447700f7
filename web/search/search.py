"""GET /search: a page of its own, the palette of Ctrl K, and the list that grows under the field."""

from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, User
from domain.search.searching import search
from web import replies
from web.given import Given


class Search(Controller):
    path = "/search"

    @get(sync_to_thread=True, permission=Permission.SIGNED_IN)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        q = request.query_params.get("q", "").replace("\0", "")[:100]
        found = search(session, user, q)
        if not replies.wants_fragment(request):
            return replies.page(request, "search/page.html", q=q, found=found)
        palette = request.query_params.get("palette") == "1"
        return replies.region(
            request, "search/_palette.html" if palette else "search/_found.html", q=q, found=found
        )
