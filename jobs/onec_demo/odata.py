"""standard.odata: one address in, one answer out."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from jobs.onec_demo import address, bodies, metadata, writing
from jobs.onec_demo.atom_format import Atom
from jobs.onec_demo.base import Base
from jobs.onec_demo.entries import Entry, entries, whole
from jobs.onec_demo.errors import BadRequest, Code, EntityMissing, NotAllowed, ODataError, PropertyUnknown
from jobs.onec_demo.json_format import LEVELS, Json
from jobs.onec_demo.query import Options, count, pick
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.wire import Answer, Request

PREFIX = "/base/odata/standard.odata"
HEADERS = (("DataServiceVersion", "3.0"),)


def answer(base: Base, request: Request) -> Answer:
    options = Options.read(request.query, plus_is_space=not base.quirks["plus_breaks_filter"])
    asked = address.read(request.path.removeprefix(PREFIX))
    return Call(base, request, options, asked).answer()


def wants_json(request: Request) -> bool:
    """How to speak of an error even when the options could not be read."""
    return "json" in (request.options.get("$format") or request.header("accept")).lower()


@dataclass(frozen=True)
class Call:
    base: Base
    request: Request
    options: Options
    asked: address.Address

    def answer(self) -> Answer:
        if self.asked.set_name == "$metadata":
            self._only("GET")
            return Answer(200, metadata.edmx(self.base.schema), metadata.CONTENT_TYPE, HEADERS)
        if not self.asked.set_name:
            self._only("GET")
            return self._said(200, self._format.listing(self._published()))
        if section := self.base.schema.section(self.asked.set_name):
            return self._section(*section)
        shape = self.base.schema.get(self.asked.set_name)
        return self._set(shape) if self.asked.key is None else self._entity(shape)

    def _published(self) -> list[str]:
        sets = self.base.schema.sets
        return [name for each in sets for name in (each.name, *(table.name for table in each.tables))]

    def _set(self, shape: Shape) -> Answer:
        if self.asked.tail:
            self._only("GET")
            return self._count(shape, self._visible(shape))
        self._only("GET", "POST")
        if self.request.method == "POST":
            return self._created(shape, writing.create(self.base, shape, bodies.read(self.request)))
        return self._many(shape, self._visible(shape))

    def _entity(self, shape: Shape) -> Answer:
        key = self._ref_key()
        if self.asked.tail:
            return self._beyond(shape, key)
        match self.request.method:
            case "GET":
                return self._one(shape, self._existing(shape, key))
            case "PATCH" | "MERGE":
                return self._saved(shape, self._write(writing.change, shape, key))
            case "PUT":
                return self._saved(shape, self._write(writing.replace, shape, key))
            case "DELETE":
                writing.delete(self.base, shape, key)
                return Answer(204, headers=HEADERS)
            case other:
                raise NotAllowed(other)

    def _section(self, owner: Shape, table: Shape) -> Answer:
        """Rows of a tabular section can be read as a set; they are written only inside their owner."""
        if self.request.method == "POST":
            raise BadRequest(
                Code.TABULAR_ROW, "Строку табличной части нельзя записать отдельно от её объекта."
            )
        self._only("GET")
        lines = [line for row in self._visible(owner) for line in row[table.section]]
        if self.asked.key is not None:
            number = self.asked.key.get("LineNumber")
            chosen = (
                each
                for each in lines
                if each["Ref_Key"] == self._ref_key() and str(each["LineNumber"]) == number
            )
            return self._one(table, self._found(table, next(chosen, None)))
        return self._count(table, lines) if self.asked.tail else self._many(table, lines)

    def _beyond(self, shape: Shape, key: str) -> Answer:
        posting = self.asked.tail in ("Post", "Unpost")
        return self._posting(shape, key) if posting else self._followed(shape, key)

    def _posting(self, shape: Shape, key: str) -> Answer:
        if not shape.is_document:
            raise ODataError(Code.METHOD_UNKNOWN, f'Метод "{self.asked.tail}" не найден.')
        self._only("POST")
        verb = writing.post if self.asked.tail == "Post" else writing.unpost
        verb(self.base, shape, key)
        return Answer(200, headers=HEADERS)

    def _followed(self, shape: Shape, key: str) -> Answer:
        """`…(guid'…')/Контрагент` leads to the other end, `…/Товары` to the rows."""
        self._only("GET")
        row = self._existing(shape, key)
        if table := shape.table(self.asked.tail):
            return self._many(table, row[table.section])
        step = shape.navigation(self.asked.tail)
        if step is None:
            raise PropertyUnknown(self.asked.tail, shape.name)
        target = self.base.schema.get(step.refers_to)
        return self._one(target, self._existing(target, row[step.name]))

    def _write(self, verb: Callable[..., Row], shape: Shape, key: str) -> Row:
        return verb(
            self.base, shape, key, bodies.read(self.request), if_match=self.request.header("if-match")
        )

    def _visible(self, shape: Shape) -> list[Row]:
        """A row hidden by rights spoils the whole answer, unless only the allowed ones were asked for."""
        rows = self.base.store.rows(shape.name)
        if not self.base.quirks["hidden_row_401"] or not rows:
            return rows
        if not self.options.flag("allowedOnly"):
            raise ODataError(Code.ACCESS_DENIED, "Нарушение прав доступа!")
        return rows[1:]

    def _existing(self, shape: Shape, key: str) -> Row:
        if self.base.quirks["hidden_row_401"] and self.base.store.rows(shape.name)[:1] == [
            self.base.store.get(shape.name, key)
        ]:
            raise ODataError(Code.ACCESS_DENIED, "Нарушение прав доступа!")
        return self._found(shape, self.base.store.get(shape.name, key))

    def _found(self, shape: Shape, row: Row | None) -> Row:
        if row is None:
            raise EntityMissing(shape.title)
        return row

    def _ref_key(self) -> str:
        key = (self.asked.key or {}).get("Ref_Key")
        if key is None:
            raise BadRequest(Code.KEY_PART, "В ключе нет части Ref_Key.")
        return key

    def _only(self, *methods: str) -> None:
        if self.request.method not in methods:
            raise NotAllowed(self.request.method)

    def _many(self, shape: Shape, rows: list[Row]) -> Answer:
        page, total = pick(self.base, shape, rows, self.options)
        chosen = entries(self.base, shape, page, self.options, one=False)
        return self._said(200, self._format.many(shape.name, chosen, total if self.options.counted else None))

    def _one(self, shape: Shape, row: Row) -> Answer:
        [entry] = entries(self.base, shape, [row], self.options, one=True)
        return self._said(200, self._format.one(entry))

    def _count(self, shape: Shape, rows: list[Row]) -> Answer:
        if self.asked.tail != "$count":
            raise BadRequest(Code.BAD_URL, f'Неверный адрес ресурса "{self.asked.tail[:60]}".')
        number = str(count(self.base, shape, rows, self.options))
        encoding = "utf-8-sig" if self.base.quirks["count_bom"] else "utf-8"
        return Answer(200, number.encode(encoding), "text/plain;charset=utf-8", HEADERS)

    def _created(self, shape: Shape, row: Row) -> Answer:
        entry = whole(shape, row)
        return self._said(
            201, self._format.one(entry), ("Location", quote(f"{self._root}{entry.address}", safe=":/()'"))
        )

    def _saved(self, shape: Shape, row: Row) -> Answer:
        entry: Entry = whole(shape, row)
        return self._said(200, self._format.one(entry))

    def _said(self, status: int, body: bytes, *headers: tuple[str, str]) -> Answer:
        return Answer(status, body, self._format.content_type, (*HEADERS, *headers))

    @property
    def _root(self) -> str:
        return f"{self.request.root}{PREFIX}/"

    @property
    def _format(self) -> Json | Atom:
        asked = (self.options.text("$format") or self.request.header("accept")).lower().replace(" ", "")
        quirks = self.base.quirks
        if "json" in asked:
            level = next((each for each in LEVELS if f"odata={each}" in asked), "minimalmetadata")
            return Json(level, self._root, quirks["int64_strings"], quirks["uppercase_guids"])
        if self.options.text("$format") and asked not in ("atom", "xml", "application/atom+xml"):
            raise BadRequest(Code.REPRESENTATION, f'Представление "{asked[:60]}" не поддерживается.', 406)
        return Atom(self._root, self.base.now(), quirks["uppercase_guids"])
