"""What a client is offered: payment plans, mortgages and the offer itself, in versions."""

from domain.offers import wording as _wording  # noqa: F401  words are registered with the capability
from domain.offers.composing import Composed, Wanted, Written, compose
from domain.offers.content import Content
from domain.offers.making import make, revise
from domain.offers.models import MortgageProgramme, Offer, OfferLink, OfferVersion, PaymentTemplate
from domain.offers.reading import Line, get_offer, of_deal, of_unit

__all__ = [
    "Composed",
    "Content",
    "Line",
    "MortgageProgramme",
    "Offer",
    "OfferLink",
    "OfferVersion",
    "PaymentTemplate",
    "Wanted",
    "Written",
    "compose",
    "get_offer",
    "make",
    "of_deal",
    "of_unit",
    "revise",
]
