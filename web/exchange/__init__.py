"""The monitor of the exchange with 1C."""

from web.exchange.messages import Exchange, ExchangeMessages

__all__ = ["Exchange", "ExchangeMessages"]
