"""How the domain says no: always in a sentence a person can act on."""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal with words for the person; the edge turns its kind into a status."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(DomainError):
    """The rules do not allow it now; `reasons` name each unmet condition."""

    def __init__(self, sentence: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.reasons = reasons


class Stale(Refused):
    """Somebody changed the record since it was shown; `theirs` is what now stands in each differing field."""

    def __init__(
        self, sentence: str, reasons: tuple[str, ...] = (), *, theirs: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence, reasons)
        self.theirs = dict(theirs or {})


class Invalid(DomainError):
    """A form with wrong fields; `fields` maps the field's name to its sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class Missing(DomainError):
    """There is no such record for this person."""


class Forbidden(DomainError):
    """The person may see it but may not do it."""
