"""GET /people: the people among one's clients."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session, col, select

from domain import parties
from domain.access import Permission, User, rows_of
from domain.deals import Deal
from domain.parties.register import list_clients
from web import replies
from web.given import Given


class People(Controller):
    path = "/people"

    @get(sync_to_thread=True, permission=Permission.CLIENTS_SEE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        q, after = searched(request)
        found = list_clients(session, user, parties.Person, q=q, after=after)
        return replies.page(request, "parties/list.html", found=found, q=q, kind="people")

    @get("/{person_id:int}", sync_to_thread=True, permission=Permission.CLIENTS_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        person_id: FromPath[int],
    ) -> Response[str]:
        person = parties.get_person(session, user, person_id)
        theirs = select(Deal).where(Deal.person_id == person.id, rows_of(user, col(Deal.responsible_id)))
        deals = session.exec(theirs.order_by(col(Deal.id).desc()).limit(50)).all()
        return replies.page(request, "parties/person.html", person=person, deals=deals)


def searched(request: Request[Any, Any, Any]) -> tuple[str, int]:
    """What is looked for, and after which id the page goes on."""
    after = request.query_params.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    return request.query_params.get("q", "").replace("\0", "")[:100], number
