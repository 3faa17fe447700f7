"""1C calls us: the site exchange of CommerceML."""

from web.onec.exchange import SiteExchange

__all__ = ["SiteExchange"]
