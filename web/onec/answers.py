"""How 1C is answered: a control word on the first line, plain windows-1251, always 200."""

from litestar import Response

CHARSET = "windows-1251"
Answer = Response[bytes]


def lines(*words: str) -> Answer:
    """No BOM, nothing before the first word: 1C compares it letter by letter."""
    return _bytes("\n".join(words).encode(CHARSET, "replace"), "text/plain")


def success(*words: str) -> Answer:
    return lines("success", *words)


def progress(sentence: str) -> Answer:
    """1C repeats the same request."""
    return lines("progress", sentence)


def failure(sentence: str) -> Answer:
    """The sentence is shown to the operator of 1C, so it is one line."""
    return lines("failure", " ".join(sentence.split()))


def xml(content: bytes) -> Answer:
    return _bytes(content, f"application/xml; charset={CHARSET}")


def _bytes(content: bytes, kind: str) -> Answer:
    return Response(content, media_type=kind, encoding=CHARSET, headers={"Cache-Control": "no-store"})
