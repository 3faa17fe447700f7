"""What verbs over claims in the neighbouring modules are made of; the rules are those of `booking`."""

from domain.estate.booking import _claim as claim_of
from domain.estate.booking import _close as close
from domain.estate.booking import _demand_right as demand_right
from domain.estate.booking import _end as end
from domain.estate.booking import _free_or_refuse as free_or_refuse
from domain.estate.booking import _record as record
from domain.estate.booking import lock_active

__all__ = ["claim_of", "close", "demand_right", "end", "free_or_refuse", "lock_active", "record"]
