"""GET /estate: the projects and how much of each is left."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate.projects import projects
from web import replies
from web.estate.tabs import tabs
from web.given import Given


class Projects(Controller):
    path = "/estate"

    @get(sync_to_thread=True, permission=Permission.ESTATE_SEE)
    def show(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        return replies.page(
            request,
            "estate/projects.html",
            projects=projects(session, now=now),
            tabs=tabs(user, "/estate"),
        )
