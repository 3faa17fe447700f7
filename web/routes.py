"""Every address of the site: this list is its map."""

from litestar.types import ControllerRouterHandler

from web import health
from web.deals import Boards, Cards, Comments, Files, Moves, NewDeals, Steps
from web.estate import Baskets, Bookings, Chessboard, Projects, UnitBooking, Units
from web.exchange import Exchange, ExchangeMessages
from web.leads import Leads
from web.live import live
from web.metrics import metrics
from web.my import MyDay
from web.notices import Notices
from web.onec import SiteExchange
from web.parties import Companies, People
from web.publishing import Outside, Publications, PublicRequests, PublicStock, feed_screens, public_feeds
from web.search import Search
from web.sign_in import MySessions, SignIn, SignOut, choose_language, choose_theme

ROUTES: list[ControllerRouterHandler] = [
    health.live,
    health.ready,
    metrics,
    live,
    Projects,
    Chessboard,
    Units,
    UnitBooking,
    Baskets,
    Bookings,
    Boards,
    Cards,
    Comments,
    Files,
    Moves,
    NewDeals,
    Steps,
    MyDay,
    MySessions,
    SignIn,
    SignOut,
    choose_language,
    choose_theme,
    People,
    Companies,
    Notices,
    Search,
    Exchange,
    ExchangeMessages,
    SiteExchange,
    Leads,
    Publications,
    Outside,
    *feed_screens,
    PublicStock,
    PublicRequests,
    *public_feeds,
]
