"""/promotions: the register with what each covers and costs; set, changed and ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import Project
from domain.estate.pricing import Criteria, promotions
from domain.estate.pricing.models import Effect, Promotion
from domain.kernel import formats
from domain.kernel.errors import Invalid, Refused
from domain.kernel.text import _
from web import fields, forms, replies
from web.estate.prices import asked
from web.estate.prices.around import around
from web.given import Given

LONGEST_NAME = 200


@dataclass
class Added(asked.Filtered):
    project: str = ""
    name: str = ""
    badge: str = ""
    effect: str = ""
    value: str = ""
    starts_at: str = ""
    ends_at: str = ""
    compatible: str = ""
    public: str = ""


@dataclass
class Edited(Added):
    version: str = ""


class Promotions(Controller):
    path = "/promotions"

    @get(sync_to_thread=True, permission=Permission.PRICES_SEE)
    def index(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        project = asked.project_of(request, session)
        rows = promotions.register(session, project.id, now=now)
        shape = around(session, user, project, "promotions")
        return replies.page(request, "estate/prices/promotions.html", rows=rows, **shape)

    @get("/new", sync_to_thread=True, permission=Permission.PRICES_SET)
    def new(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
    ) -> Response[str]:
        project = asked.project_of(request, session)
        given = Added(project=str(project.id), effect=Effect.PERCENT.value, starts_at=_typed(now), public="1")
        return _form(request, session, user, project, given)

    @post(sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def create(
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
                promotions.add_promotion(session, project, _wanted(data), by=user, now=now)
        except (Invalid, Refused) as no:
            return _form(request, session, user, project, data, no=no)
        to = f"/promotions?project={project.id}"
        return replies.done(request, to=to, toast=_("The promotion is added"))

    @get("/{promotion_id:int}/edit", sync_to_thread=True, permission=Permission.PRICES_SET)
    def form(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        promotion_id: FromPath[int],
    ) -> Response[str]:
        promotion = promotions.get_promotion(session, promotion_id)
        project = session.get_one(Project, promotion.project_id)
        given = Edited(
            **vars(asked.filled(Criteria.from_json(promotion.criteria))),
            project=str(project.id),
            name=promotion.name,
            badge=promotion.badge,
            effect=promotion.effect.value,
            value=asked.plain(promotion.value),
            starts_at=_typed(promotion.starts_at),
            ends_at=_typed(promotion.ends_at) if promotion.ends_at else "",
            compatible="1" if promotion.compatible else "",
            public="1" if promotion.public else "",
            version=str(promotion.version),
        )
        return _form(request, session, user, project, given, promotion)

    @post("/{promotion_id:int}", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def edit(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        promotion_id: FromPath[int],
    ) -> Response[str]:
        promotion = promotions.get_promotion(session, promotion_id)
        try:
            with session.begin_nested():
                version = fields.number(data.version, "version")
                wanted = _wanted(data, promotion)
                promotions.edit_promotion(session, promotion, wanted, version=version, by=user, now=now)
        except (Invalid, Refused) as no:
            session.refresh(promotion)
            project = session.get_one(Project, promotion.project_id)
            return _form(request, session, user, project, data, promotion, no=no)
        return replies.done(request, to=f"/promotions?project={promotion.project_id}", toast=_("Saved"))

    @post("/{promotion_id:int}/end", sync_to_thread=True, permission=Permission.PRICES_SET, status_code=200)
    def end(
        self,
        request: Request[Any, Any, Any],
        session: Given[Session],
        user: Given[User],
        now: Given[datetime],
        promotion_id: FromPath[int],
    ) -> Response[str]:
        promotion = promotions.get_promotion(session, promotion_id)
        promotions.end_promotion(session, promotion, by=user, now=now)
        told = _("The promotion “%(name)s” is over", name=promotion.name)
        return replies.done(request, to=f"/promotions?project={promotion.project_id}", toast=told)


def _wanted(data: Added, promotion: Promotion | None = None) -> promotions.Wanted:
    name, badge = fields.words(data.name), fields.words(data.badge)
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": _("The name is too long")})
    return promotions.Wanted(
        name=name,
        badge=badge,
        criteria=asked.criteria(data),
        effect=asked.choice(Effect, data.effect, promotion.effect if promotion else Effect.PERCENT),
        value=asked.decimal(data.value, "value").quantize(asked.KOPECK),
        starts_at=fields.moment(data.starts_at, "starts_at"),
        ends_at=asked.optional_moment(data.ends_at, "ends_at"),
        compatible=data.compatible == "1",
        public=data.public == "1",
    )


def _typed(moment: datetime) -> str:
    """As `<input type="datetime-local">` writes it, in the zone of the office."""
    return f"{formats.here(moment):%Y-%m-%dT%H:%M}"


def _form(
    request: Request[Any, Any, Any],
    session: Session,
    user: User,
    project: Project,
    given: Added,
    promotion: Promotion | None = None,
    *,
    no: Invalid | Refused | None = None,
) -> Response[str]:
    return forms.page(
        request,
        "estate/prices/promotion_form.html",
        given=given,
        record=promotion,
        no=no,
        promotion=promotion,
        chosen=asked.several,
        **around(session, user, project, "promotions"),
    )
