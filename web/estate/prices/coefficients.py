"""/prices/coefficients: what a square metre costs more for; added and removed, never edited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Project
from domain.estate.pricing.coefficients import (
    add_coefficient,
    coefficients,
    get_coefficient,
    put_back,
    remove_coefficient,
)
from domain.estate.pricing.models import CoefficientKind
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import fields, replies
from web.estate.prices import asked
from web.estate.prices.around import around
from web.given import Given


@dataclass
class Added(asked.Filtered):
    project: str = ""
    kind: str = ""
    name: str = ""
    factor: str = ""


class Coefficients(Controller):
    path = "/prices/coefficients"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        project = asked.project_of(request, session)
        return _page(request, session, user, project, now=now)

    @post(sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def add(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Added],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        project = asked.project_of(request, session, data.project)
        try:
            with session.begin_nested():
                add_coefficient(
                    session,
                    project,
                    kind=asked.choice(CoefficientKind, data.kind, CoefficientKind.FLOOR),
                    name=fields.words(data.name)[:100],
                    criteria=asked.criteria(data),
                    factor=asked.decimal(data.factor, "factor"),
                    by=user,
                    now=now,
                )
        except (Invalid, Refused) as no:
            return _page(request, session, user, project, now=now, given=data, no=no)
        told = _("The coefficient is added: the next price list by base price takes it")
        return replies.done(request, to=f"/prices/coefficients?project={project.id}", toast=told)

    @post("/{coefficient_id:int}/removal", sync_to_thread=True, permission=Permission.PRICES_SET,
          status_code=200)  # fmt: skip
    def remove(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        coefficient_id: FromPath[int],
    ) -> Response[str]:
        coefficient = get_coefficient(session, coefficient_id)
        remove_coefficient(session, coefficient, by=user, now=now)
        toast = replies.Toast(
            _("The coefficient “%(name)s” is removed", name=coefficient.name),
            undo=f"/prices/coefficients/{coefficient.id}/return",
        )
        to = f"/prices/coefficients?project={coefficient.project_id}"
        return replies.done(request, to=to, toast=toast)

    @post("/{coefficient_id:int}/return", sync_to_thread=True, permission=Permission.PRICES_SET,
          status_code=200)  # fmt: skip
    def put_back(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        coefficient_id: FromPath[int],
    ) -> Response[str]:
        coefficient = get_coefficient(session, coefficient_id)
        put_back(session, coefficient, by=user, now=now)
        to = f"/prices/coefficients?project={coefficient.project_id}"
        return replies.done(request, to=to, toast=_("The coefficient is in force again"))


def _page(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    project: Project,
    *,
    now: datetime,
    given: Added | None = None,
    no: Invalid | Refused | None = None,
) -> Response[str]:
    return replies.page(
        request,
        "estate/prices/coefficients.html",
        status=200 if no is None else 409 if isinstance(no, Refused) else 422,
        rows=coefficients(session, project.id, now=now),
        given=given or Added(project=str(project.id), kind=CoefficientKind.FLOOR.value),
        adding=given is not None,
        fields=no.fields if isinstance(no, Invalid) else {},
        refusal=no if isinstance(no, Refused) else None,
        chosen=asked.several,
        **around(session, user, project, "coefficients"),
    )
