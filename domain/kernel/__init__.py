"""What every part of the business speaks in: money, time, phones, requisites, refusals."""
