"""Publication: what sites and portals get, and the screens where people decide what that is."""

from web.publishing.feeds import PublicFeeds
from web.publishing.requests import PublicRequests
from web.publishing.screens import Publications
from web.publishing.showing import PublicStock
from web.publishing.switches import FeedScreens, Outside

__all__ = ["FeedScreens", "Outside", "PublicFeeds", "PublicRequests", "PublicStock", "Publications"]
