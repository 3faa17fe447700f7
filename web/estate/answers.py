"""What a deed over a claim answers with: in the panel, in a dialog, on a deal's card."""

from datetime import datetime
from typing import Any

from litestar import Request, Response
from sqlmodel import Session

from domain.access import User
from domain.estate import Unit
from domain.kernel.errors import DomainError, Invalid, Refused
from web import replies
from web.estate import cells
from web.estate.panel import panel

ELSEWHERE = "<!-- -->"
"""To a screen without the panel (a deal's card): it follows the deal's topic and looks again by itself."""


def done(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    unit: Unit,
    *,
    now: datetime,
    toast: replies.Toast | str,
    to: str = "",
) -> Response[str]:
    session.flush()
    body = ""
    if request.headers.get("hx-target", "").endswith("unit-panel"):
        body = replies.render(
            request, "estate/_panel.html", beside=panel(session, user, unit, now=now), cells=cells
        )
    elif replies.wants_fragment(request):
        body = ELSEWHERE
    return replies.done(request, to=to or f"/units/{unit.id}", body=body, toast=toast)


def form(
    request: Request[Any, Any, Any], name: str, *, no: DomainError | None = None, **context: Any
) -> Response[str]:
    """A dialog for htmx, else a page of its own; with what is wrong, after a refusal."""
    told = {
        "wrong": no.fields if isinstance(no, Invalid) else {},
        "refusal": no if isinstance(no, Refused) else None,
        "cells": cells,
        **context,
    }
    status = 422 if isinstance(no, Invalid) else 409 if no else 200
    if replies.wants_fragment(request):
        return replies.region(request, f"estate/claims/_{name}.html", plain=False, status=status, **told)
    return replies.page(request, "estate/claims/page.html", plain=True, part=name, status=status, **told)
