"""A web process without what guards it from a database that is away: for controls only."""

from sqlalchemy.exc import DBAPIError

from web import errors
from web.pulse import Pulse
from web.run import site

if __name__ == "__main__":
    del errors.HANDLERS[DBAPIError]
    Pulse.start = lambda self: None  # type: ignore[method-assign]
    site.main()
