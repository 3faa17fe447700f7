"""The options of an address, read once: the text after «?» exactly as 1C takes it."""

from dataclasses import dataclass, field
from urllib.parse import unquote_plus, unquote_to_bytes

from jobs.onec_demo.errors import BadRequest, Code

KNOWN = (
    "$filter",
    "$select",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$inlinecount",
    "$format",
    "$allowedOnly",
)
LARGEST_NUMBER = 10**9


@dataclass(frozen=True)
class Options:
    given: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: str, *, plus_is_space: bool) -> "Options":
        """With plus_is_space off a «+» stays a plus, and the words around it stop being words (FACTS 1.4)."""
        given: dict[str, str] = {}
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            name = _decoded(name, plus_is_space)
            if name.startswith("$") and name not in KNOWN:
                raise BadRequest(Code.QUERY_OPTIONS, f'Неизвестная опция запроса "{name[:60]}".')
            given[name] = _decoded(value, plus_is_space)
        return cls(given)

    def text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and int(text[:12]) <= LARGEST_NUMBER and len(text) <= 12):
            raise BadRequest(Code.QUERY_OPTIONS, f"Опция {name} должна быть неотрицательным целым числом.")
        return int(text)

    def flag(self, name: str) -> bool:
        return self.text(name) == "true" or self.text(f"${name}") == "true"

    @property
    def counted(self) -> bool:
        asked = self.text("$inlinecount")
        if asked not in ("", "none", "allpages"):
            raise BadRequest(Code.QUERY_OPTIONS, f'Неизвестное значение $inlinecount "{asked[:30]}".')
        return asked == "allpages"

    @property
    def paged(self) -> bool:
        return bool(self.text("$top") or self.text("$skip"))


def _decoded(text: str, plus_is_space: bool) -> str:
    try:
        return unquote_plus(text, errors="strict") if plus_is_space else unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise BadRequest(Code.BAD_URL, "Адрес записан не в UTF-8.") from None
