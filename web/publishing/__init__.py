"""Publication: what sites and portals get, and the screens where people decide what that is."""

from web.publishing.feeds import public_feeds
from web.publishing.requests import PublicRequests
from web.publishing.screens import Publications
from web.publishing.showing import PublicStock
from web.publishing.switches import Outside, feed_screens

__all__ = ["Outside", "PublicRequests", "PublicStock", "Publications", "feed_screens", "public_feeds"]
