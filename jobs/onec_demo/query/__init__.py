"""The query options of a request: what they say, and the rows they leave."""

from jobs.onec_demo.query.options import Options
from jobs.onec_demo.query.rows import count, pick

__all__ = ["Options", "count", "pick"]
