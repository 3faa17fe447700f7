"""Reading what people type into the forms of deals: as everywhere."""

from web.fields import LARGEST_AMOUNT, LARGEST_ID, amount, moment, number, optional_number, words

__all__ = ["LARGEST_AMOUNT", "LARGEST_ID", "amount", "moment", "number", "optional_number", "words"]
