"""Offers on the screen: ways to pay, mortgages, putting an offer together, its page and the client's."""

from web.offers.client import ClientOffers
from web.offers.links import OfferLinks
from web.offers.offers import Offers
from web.offers.programmes import MortgageProgrammes
from web.offers.templates import PaymentTemplates

__all__ = ["ClientOffers", "MortgageProgrammes", "OfferLinks", "Offers", "PaymentTemplates"]
