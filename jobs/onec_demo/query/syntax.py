"""A $filter read into a tree: or, and, not, comparison, arithmetic, minus, in that order of strength."""

from dataclasses import dataclass

from jobs.onec_demo.errors import BadRequest, Code
from jobs.onec_demo.query.tokens import Token, Word, split, unreadable

DEEPEST = 40
LONGEST = 20_000
LONGEST_CHAIN = 40


@dataclass(frozen=True)
class Literal:
    token: Token
    text: str


@dataclass(frozen=True)
class Path:
    names: tuple[str, ...]


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Joined:
    """`a or b or c`: one node however long, so that a long list of keys is not a deep tree."""

    operator: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: "Node"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Quantified:
    """`Товары/any(d: d/Цена gt 10000)`"""

    path: Path
    quantifier: str
    variable: str
    condition: "Node | None"


Node = Literal | Path | Joined | Binary | Unary | Call | Quantified

JOINTS = ("or", "and")
LEVELS = (
    *((each,) for each in JOINTS),
    ("eq", "ne", "gt", "ge", "lt", "le"),
    ("add", "sub"),
    ("mul", "div", "mod"),
)
LITERALS = (Token.GUID, Token.DATETIME, Token.TEXT, Token.NUMBER)


def parse(text: str) -> Node:
    if len(text) > LONGEST:
        raise too_complex()
    return _Parser(text).whole()


def too_complex() -> BadRequest:
    return BadRequest(Code.QUERY_OPTIONS, "Слишком сложное условие $filter.")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._words = split(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._level(0)
        if self._word.token is not Token.END:
            raise self._lost()
        return node

    def _level(self, level: int) -> Node:
        if level < len(JOINTS):
            return self._joined(level)
        if level == len(JOINTS) and self._takes("not"):
            return Unary("not", self._deeper(level))
        if level == len(LEVELS):
            return self._operand()
        left = self._level(level + 1)
        for _ in range(LONGEST_CHAIN):
            if self._word.token is not Token.NAME or self._word.text not in LEVELS[level]:
                return left
            operator = self._name()
            left = Binary(operator, left, self._level(level + 1))
        raise too_complex()

    def _joined(self, level: int) -> Node:
        parts = [self._level(level + 1)]
        while self._takes(JOINTS[level]):
            parts.append(self._level(level + 1))
        return parts[0] if len(parts) == 1 else Joined(JOINTS[level], tuple(parts))

    def _operand(self) -> Node:
        word = self._word
        if self._takes("("):
            inside = self._deeper(0)
            self._expect(")")
            return inside
        if self._takes("-"):
            return Unary("-", self._deeper(len(LEVELS)))
        if word.token in LITERALS:
            self._at += 1
            return Literal(word.token, word.text.replace("''", "'"))
        if word.token is Token.NAME:
            return self._named()
        raise self._lost()

    def _named(self) -> Node:
        name = self._name()
        if self._takes("("):
            return Call(name, self._arguments())
        names = [name]
        while self._takes("/"):
            name = self._name()
            if name in ("any", "all") and self._takes("("):
                return self._quantified(Path(tuple(names)), name)
            names.append(name)
        return Path(tuple(names))

    def _arguments(self) -> tuple[Node, ...]:
        if self._takes(")"):
            return ()
        arguments = [self._deeper(0)]
        while self._takes(","):
            arguments.append(self._deeper(0))
        self._expect(")")
        return tuple(arguments)

    def _quantified(self, path: Path, quantifier: str) -> Node:
        if self._takes(")"):
            return Quantified(path, quantifier, "", None)
        variable = self._name()
        self._expect(":")
        condition = self._deeper(0)
        self._expect(")")
        return Quantified(path, quantifier, variable, condition)

    def _deeper(self, level: int) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_complex()
        node = self._level(level)
        self._depth -= 1
        return node

    @property
    def _word(self) -> Word:
        return self._words[self._at]

    def _takes(self, text: str) -> bool:
        taken = self._word.text == text and self._word.token in (Token.SIGN, Token.NAME)
        self._at += taken
        return taken

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise self._lost()

    def _name(self) -> str:
        word = self._word
        if word.token is not Token.NAME:
            raise self._lost()
        self._at += 1
        return word.text

    def _lost(self) -> BadRequest:
        return unreadable(self._text, self._word.place)
