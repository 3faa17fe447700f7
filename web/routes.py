"""Every address of the site: this list is its map."""

from litestar.types import ControllerRouterHandler

from web import health
from web.agencies import Agencies, AgencyRequests, AgentClients, AgentRequests, AgentStock
from web.approvals import Approvals
from web.deals import Boards, Cards, Comments, Files, Moves, NewDeals, Steps
from web.estate import (
    Arrangements,
    Baskets,
    BookingRules,
    Bookings,
    Characteristics,
    Chessboard,
    Contracts,
    Drawings,
    Exports,
    FloorPlans,
    Imports,
    Layouts,
    Offered,
    Places,
    Plans,
    Projects,
    Register,
    StockChanges,
    StockExports,
    Swaps,
    UnitBooking,
    UnitHistory,
    UnitLine,
    Units,
)
from web.exchange import Exchange, ExchangeMessages
from web.live import live
from web.metrics import metrics
from web.my import MyDay
from web.notices import Notices
from web.onec import SiteExchange
from web.parties import Companies, People
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
    Plans,
    Drawings,
    Layouts,
    FloorPlans,
    Arrangements,
    Characteristics,
    UnitLine,
    Places,
    Offered,
    Swaps,
    Contracts,
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
    AgencyRequests,
    Agencies,
    AgentStock,
    AgentClients,
    AgentRequests,
    Exchange,
    ExchangeMessages,
    SiteExchange,
    UnitHistory,
    StockChanges,
    StockExports,
    Exports,
    Imports,
    Register,
    BookingRules,
    Approvals,
]
