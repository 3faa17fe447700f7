"""A promotion as tests of what is shown want it: five per cent off everything, for a day."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.estate.pricing import Criteria
from domain.estate.pricing.models import Effect
from domain.estate.pricing.promotions import Wanted


def five_off(now: datetime, **more: Any) -> Wanted:
    said = {
        "name": "Чёрная пятница", "badge": "−5 %", "criteria": Criteria(), "effect": Effect.PERCENT,
        "value": Decimal(5), "starts_at": now, "ends_at": now + timedelta(days=1), **more,
    }  # fmt: skip
    return Wanted(**said)
