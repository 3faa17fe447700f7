"""For how long somebody may book, by kind: what the forms that book offer."""

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from domain.access import User
from domain.estate import BookingKind
from domain.estate.terms import kinds
from domain.kernel import formats
from domain.kernel.errors import Invalid
from domain.kernel.text import _


@dataclass(frozen=True)
class Kind:
    value: str
    price: Decimal
    days: tuple[int, ...]
    default: int

    @property
    def title(self) -> str:
        word = kinds.word(BookingKind(self.value))
        return f"{word}, {formats.money(self.price)}" if self.price else word


@dataclass(frozen=True)
class Choice:
    kinds: tuple[Kind, ...]

    @property
    def days(self) -> list[tuple[int, str]]:
        """Every term that any of the kinds offers, shortest first, with the kinds that do."""
        every = sorted({days for kind in self.kinds for days in kind.days})
        return [(days, " ".join(kind.value for kind in self.kinds if days in kind.days)) for days in every]

    def default(self, value: str) -> int:
        return next((kind.default for kind in self.kinds if kind.value == value), self.kinds[0].default)


def choice(session: Session, user: User) -> Choice:
    return Choice(
        tuple(
            Kind(terms.kind.value, terms.price, tuple(terms.days), terms.default_days)
            for terms in kinds.choosable(session, user)
        )
    )


def kind_of(text: str) -> BookingKind:
    """The kind somebody chose; an offer is not for people to make."""
    chosen = {kind.value: kind for kind in kinds.BY_PEOPLE}
    if text not in chosen:
        raise Invalid({"kind": _("There is no such kind of booking")})
    return chosen[text]
