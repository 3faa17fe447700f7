"""/characteristics: what the company tells of its units besides what every unit has."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from sqlmodel import Session

from domain.access import Permission, User
from domain.estate import UnitKind
from domain.estate.drawings import Characteristic, CharacteristicType, characteristics
from domain.kernel.errors import Invalid, Stale
from domain.kernel.text import _
from web import fields, forms, replies
from web.estate import cells
from web.estate.tabs import tabs
from web.given import Given


@dataclass
class Told:
    title: str = ""
    measure: str = ""
    options: str = ""

    def words(self) -> dict[str, Any]:
        return {name: fields.words(getattr(self, name)) for name in ("title", "measure", "options")}


@dataclass
class New(Told):
    kind: str = "flat"
    code: str = ""
    type: str = "text"


@dataclass
class Edited(Told):
    retired: str = ""
    version: str = ""


class Characteristics(Controller):
    path = "/characteristics"

    @get(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def index(
        self, request: Request[Any, Any, Any], session: Given[Session], user: Given[User]
    ) -> Response[str]:
        listed = [
            (kind, characteristics.characteristics(session, kind, also_retired=True)) for kind in UnitKind
        ]
        return replies.page(
            request, "estate/drawings/characteristics.html", listed=listed, cells=cells,
            types=type_words(), tabs=tabs(user, "/characteristics"),
        )  # fmt: skip

    @get("/new", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def new(self, request: Request[Any, Any, Any]) -> Response[str]:
        return _form(request, None, New(kind=_kind(request.query_params.get("kind", "")).value))

    @post(sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def create(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[New],
        session: Given[Session],
        user: Given[User],
    ) -> Response[str]:
        of = next((one for one in CharacteristicType if one.value == data.type), CharacteristicType.TEXT)
        try:
            characteristics.add(
                session, kind=_kind(data.kind), code=fields.words(data.code), type=of, **data.words(), by=user
            )
        except Invalid as no:
            return _form(request, None, data, no)
        return replies.done(request, to="/characteristics", toast=_("The characteristic is added"))

    @get("/{characteristic_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def show(
        self, request: Request[Any, Any, Any], session: Given[Session], characteristic_id: FromPath[int]
    ) -> Response[str]:
        found = characteristics.get_characteristic(session, characteristic_id)
        given = Edited(
            found.title,
            found.measure,
            "\n".join(found.options),
            "1" if found.retired else "",
            str(found.version),
        )
        return _form(request, found, given)

    @post("/{characteristic_id:int}", sync_to_thread=True, permission=Permission.ESTATE_ARRANGE)
    def save(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Edited],
        session: Given[Session],
        user: Given[User],
        characteristic_id: FromPath[int],
    ) -> Response[str]:
        found = characteristics.get_characteristic(session, characteristic_id)
        try:
            version = fields.number(data.version, "version")
            characteristics.edit(
                session, found, version=version, **data.words(), retired=data.retired == "1", by=user
            )
        except (Invalid, Stale) as no:
            session.refresh(found)
            return _form(request, found, data, no)
        return replies.done(request, to="/characteristics", toast=_("Saved"))


def type_words() -> dict[CharacteristicType, str]:
    return {
        CharacteristicType.TEXT: _("Text"),
        CharacteristicType.NUMBER: _("Number"),
        CharacteristicType.CHOICE: _("Choice"),
        CharacteristicType.FLAG: _("Yes or no"),
    }


def _kind(text: str) -> UnitKind:
    return next((kind for kind in UnitKind if kind.value == text), UnitKind.FLAT)


def _form(
    request: Request[Any, Any, Any],
    found: Characteristic | None,
    given: New | Edited,
    no: Invalid | Stale | None = None,
) -> Response[str]:
    return forms.page(
        request,
        "estate/drawings/characteristic.html",
        given=given,
        record=found,
        no=no,
        found=found,
        kinds=[(kind.value, cells.kind_word(kind)) for kind in UnitKind],
        types=[(of.value, word) for of, word in type_words().items()],
        cells=cells,
    )
