"""Every screen of the site: where it is in a peopled base and who looks at it.

Pictures, accessibility and the hunt for scripts all walk this list. A route that is neither here nor
among the `PIECES` turns `test_every_page_is_known` red.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from playwright.sync_api import Page
from sqlmodel import Session, col, select

from domain.kernel.settings import settings
from domain.offers import OfferLink, links
from domain.publishing.models import FeedFormat
from e2e.conftest import OpenAs
from tests.fixtures import Database


@dataclass(frozen=True)
class Screen:
    name: str
    route: str
    """The template of its address in the route table."""
    row: str = ""
    """SELECT of one row: what stands in the place of the parameters, by name."""
    query: str = ""
    login: str | None = "boris"
    filled: Callable[[Session], Mapping[str, object]] | None = None
    """What stands in the place of the parameters when no SELECT can tell."""

    def address(self, session: Session) -> str:
        found = dict(session.execute(sa.text(self.row)).mappings().one()) if self.row else {}
        found |= self.filled(session) if self.filled else {}
        address = self.route
        for name, value in found.items():
            address = re.sub(rf"\{{{name}:\w+\}}", str(value), address)
        return f"{address}{self.query.format(**found)}"


BOARD = """select project_id, building.id as building from building
    join section on building_id = building.id join floor on section_id = section.id
    join unit on floor_id = floor.id group by building.id order by count(*) desc, building.id limit 1"""
FREE = """select unit.id as unit_id, building.id as building, project_id from unit
    join floor on floor.id = floor_id join section on section.id = section_id
    join building on building.id = building_id
    where availability = 'on_sale' and price is not null
    and not exists (select from booking where unit_id = unit.id and closed_at is null)
    order by unit.id limit 1"""
BOOKED = """select unit_id from booking where state = 'active' order by id limit 1"""
DEAL = """select deal_id, count(*) from event join deal on deal.id = deal_id join stage on stage.id = stage_id
    where stage.kind = 'open' and exists (select from task where task.deal_id = deal.id and done_at is null)
    group by deal_id order by count(*) desc, deal_id limit 1"""
AWAITED = """select unit_id, id as waiting_id from waiting where state = 'waiting'
    order by unit_id, id desc limit 1"""
OFFERED = """select unit_id from booking where kind = 'offer' and closed_at is null order by id limit 1"""
CONTRACTED = """select unit_id, id as booking_id, deal_id from booking where state = 'contract'
    order by id limit 1"""
HELD = (
    """select id as booking_id from booking where state = 'active' and kind <> 'offer' order by id limit 1"""
)
TASK = """select task.id as task_id, deal_id from task where done_at is null order by task.id limit 1"""
PLANNED = """select plan.floor_id, floor.number, section.building_id as building, project_id from plan
    join floor on floor.id = plan.floor_id join section on section.id = section_id
    join building on building.id = building_id order by plan.id limit 1"""
UNPLANNED = """select floor.id as floor_id, floor.number, section.building_id as building, project_id
    from floor join section on section.id = section_id join building on building.id = building_id
    where floor.number > 1 and not exists (select from plan where plan.floor_id = floor.id)
    order by floor.id limit 1"""
PAST_DAY = "select of_it.*, current_date - 5 as day from ({}) as of_it"
REPRICED = """select unit_id from unit_period group by unit_id
    order by count(distinct price) desc, unit_id limit 1"""
IMPORT = "select id as import_id from stock_import order by id limit 1"
FOUR = """select string_agg(id::text, ',') as units from (
    select id from unit where kind = 'flat' and price is not null order by rooms desc, id limit 4) as four"""
OF_ANNA = "select selection.id as selection_id from selection join app_user on app_user.id = owner_id"
SELECTION = f"{OF_ANNA} where login = 'anna' and building_id is null order by selection.id limit 1"
KEPT_FILTER = f"{OF_ANNA} where login = 'anna' and building_id is not null order by selection.id limit 1"
OURS = "select project_id from project_pricing order by id limit 1"
PROMOTED = "select min(project_id) as project_id from promotion"
OFFER = """select offer_id from offer_version group by offer_id order by count(*) desc, offer_id limit 1"""


def token(session: Session) -> Mapping[str, object]:
    """In the address of the first offer its client opened."""
    link = session.exec(select(OfferLink).order_by(col(OfferLink.id))).first()
    assert link, "the demo has one"
    return {"token": links.token(link, secret=settings().secret)}


MESSAGE = "select id as message_id from message order by id limit 1"
AGENCY = "select min(id) as agency_id from agency"

REQUEST = "select id as approval_id from approval where state = 'waiting' order by id limit 1"
PUBLISHED = "select id as project_id from publication where published order by id limit 1"
LISTED = "select min(id) as building_id from listing"

SCREENS = (
    Screen("sign-in", "/sign-in", login=None),
    Screen("my day", "/"),
    Screen("sessions", "/my/sessions"),
    Screen("notices", "/notices", login="anna"),
    Screen("search", "/search", query="?q=лазар"),
    Screen("nothing found", "/search", query="?q=ъъъъ"),
    Screen("kanban", "/deals"),
    Screen("deals as a list", "/deals", query="?view=list"),
    Screen("nothing matches", "/deals", query="?q=ъъъъ"),
    Screen("new deal", "/deals/new", login="anna"),
    Screen("deal", "/deals/{deal_id:int}", row=DEAL),
    Screen("all that happened to a deal", "/deals/{deal_id:int}/history", row=DEAL),
    Screen("deal being edited", "/deals/{deal_id:int}/edit", row=DEAL),
    Screen("moving a deal", "/deals/{deal_id:int}/moves", row=DEAL),
    Screen("planning a step", "/deals/{deal_id:int}/tasks/new", row=DEAL),
    Screen("moving a step", "/deals/{deal_id:int}/tasks/{task_id:int}/moment", row=TASK),
    Screen("projects", "/estate", login="anna"),
    Screen("chessboard", "/estate/{project_id:int}/chessboard", row=BOARD, query="?building={building}"),
    Screen(
        "chessboard filtered",
        "/estate/{project_id:int}/chessboard",
        row=BOARD,
        query="?building={building}&rooms=2&status=free",
    ),
    Screen(
        "units as a list",
        "/estate/{project_id:int}/chessboard",
        row=BOARD,
        query="?building={building}&view=list",
    ),
    Screen(
        "chessboard with a unit",
        "/estate/{project_id:int}/chessboard",
        row=FREE,
        query="?building={building}&unit={unit_id}",
        login="anna",
    ),
    Screen("a free unit", "/units/{unit_id:int}", row=FREE, login="anna"),
    Screen("a booked unit", "/units/{unit_id:int}", row=BOOKED),
    Screen("bookings", "/bookings"),
    Screen(
        "chessboard on a past day",
        "/estate/{project_id:int}/chessboard",
        row=PAST_DAY.format(BOARD),
        query="?building={building}&as_of={day}",
    ),
    Screen(
        "a unit on a past day",
        "/estate/{project_id:int}/chessboard",
        row=PAST_DAY.format(FREE),
        query="?building={building}&unit={unit_id}&as_of={day}",
    ),
    Screen(
        "chessboard on no day", "/estate/{project_id:int}/chessboard", row=BOARD,
        query="?building={building}&as_of=2999-01-01",
    ),
    Screen("history of a unit", "/units/{unit_id:int}/history", row=REPRICED),
    Screen(
        "what has changed",
        "/estate/{project_id:int}/changes",
        row=PAST_DAY.format(BOARD), query="?from={day}",
    ),
    Screen("imports", "/estate/imports", login="admin"),
    Screen("an import", "/estate/imports/{import_id:int}", row=IMPORT, login="admin"),
    Screen("bookings that are over", "/bookings", query="?state=over"),
    Screen("a unit with a waiting list", "/units/{unit_id:int}", row=AWAITED),
    Screen("a unit offered to the first in its line", "/units/{unit_id:int}", row=OFFERED),
    Screen("a unit under contract", "/units/{unit_id:int}", row=CONTRACTED, login="olga"),
    Screen("a deal with a contract", "/deals/{deal_id:int}", row=CONTRACTED),
    Screen("waiting lists", "/waiting"),
    Screen("another place in a line", "/waiting/{waiting_id:int}/place", row=AWAITED),
    Screen("exchange of a unit", "/bookings/{booking_id:int}/swap", row=HELD),
    Screen("a booking to another deal", "/bookings/{booking_id:int}/transfer", row=HELD),
    Screen("confirming a contract", "/bookings/{booking_id:int}/contract", row=HELD),
    Screen("terminating a contract", "/bookings/{booking_id:int}/termination", row=CONTRACTED),
    Screen("price lists", "/prices", query="?project={project_id}", row=OURS),
    Screen("new price list", "/prices/lists/new", query="?project={project_id}", row=OURS),
    Screen("a price list before it is applied", "/prices/lists/{list_id:int}",
           row="select id as list_id from price_list where state = 'draft' order by id limit 1"),
    Screen("a price list that is applied", "/prices/lists/{list_id:int}",
           row="select id as list_id from price_list where state = 'applied' order by id limit 1"),
    Screen("a price list being edited", "/prices/lists/{list_id:int}/edit",
           row="select id as list_id from price_list where state = 'draft' order by id limit 1"),
    Screen("coefficients", "/prices/coefficients", query="?project={project_id}", row=OURS),
    Screen("settings of prices", "/prices/settings", query="?project={project_id}", row=OURS),
    Screen("promotions", "/promotions", query="?project={project_id}", row=PROMOTED),
    Screen("new promotion", "/promotions/new", query="?project={project_id}", row=PROMOTED),
    Screen("promotion being edited", "/promotions/{promotion_id:int}/edit",
           row="select min(id) as promotion_id from promotion"),
    Screen("discounts", "/discounts"),
    Screen("discounts decided", "/discounts", query="?state=decided"),
    Screen("people", "/people"),
    Screen("person", "/people/{person_id:int}", row="select min(person_id) as person_id from deal"),
    Screen("companies", "/companies"),
    Screen("company", "/companies/{company_id:int}", row="select min(company_id) as company_id from deal"),
    Screen("company being edited", "/companies/{company_id:int}/edit",
           row="select min(company_id) as company_id from deal"),
    Screen("new company", "/companies/new"),
    Screen("exchange", "/exchange", login="olga"),
    Screen("message", "/exchange/messages/{message_id:int}", row=MESSAGE, login="olga"),
    Screen("plan of a floor", "/estate/{project_id:int}/chessboard", row=PLANNED,
           query="?building={building}&view=floor&floor={number}", login="anna"),
    Screen("plan of a floor on a past day", "/estate/{project_id:int}/chessboard",
           row=PAST_DAY.format(PLANNED),
           query="?building={building}&view=floor&floor={number}&as_of={day}", login="anna"),
    Screen("floor without a plan", "/estate/{project_id:int}/chessboard", row=UNPLANNED,
           query="?building={building}&view=floor&floor={number}", login="anna"),
    Screen("layouts to choose from", "/estate/{project_id:int}/chessboard", row=PLANNED,
           query="?building={building}&view=layouts", login="anna"),
    Screen("parking", "/estate/{project_id:int}/chessboard", row=PLANNED,
           query="?building={building}&kind=parking", login="anna"),
    Screen("shops", "/estate/{project_id:int}/chessboard", row=PLANNED,
           query="?building={building}&kind=commercial", login="anna"),
    Screen("plans of a project", "/drawings", login="admin"),
    Screen("layout", "/layouts/{layout_id:int}", login="admin",
           row="select max(layout_id) as layout_id from plan"),
    Screen("new layout", "/layouts/new", row=PLANNED, query="?project={project_id}", login="admin"),
    Screen("outlines of a floor", "/floors/{floor_id:int}/plan", row=PLANNED, login="admin"),
    Screen("floor to be planned", "/floors/{floor_id:int}/plan", row=UNPLANNED, login="admin"),
    Screen("arranging a unit", "/units/{unit_id:int}/arrangement", row=FREE, login="admin"),
    Screen("characteristics", "/characteristics", login="admin"),
    Screen("characteristic", "/characteristics/{characteristic_id:int}",
           row="select min(id) as characteristic_id from characteristic", login="admin"),
    Screen("new characteristic", "/characteristics/new", login="admin"),
    Screen("comparison", "/units/comparison", row=FOUR, query="?units={units}", login="anna"),
    Screen("nothing to compare", "/units/comparison", login="anna"),
    Screen("favourites", "/favourites", login="anna"),
    Screen("selections", "/selections", login="anna"),
    Screen("new selection", "/selections/new", row=FOUR, query="?units={units}", login="anna"),
    Screen("selection", "/selections/{selection_id:int}", row=SELECTION, login="anna"),
    Screen("kept filter", "/selections/{selection_id:int}", row=KEPT_FILTER, login="anna"),
    Screen("selection being edited", "/selections/{selection_id:int}/edit", row=SELECTION, login="anna"),
    Screen("why not free", "/units/{unit_id:int}/why", row=BOOKED, login="anna"),
    Screen("check of the base", "/estate/invariants"),
    Screen("idle reserve", "/reports/idle-reserve"),
    Screen("idle reserve by bookings", "/reports/idle-reserve", query="?by=booking"),
    Screen("offers", "/offers", login="anna"),
    Screen("no offer found", "/offers", query="?q=ъъъъ"),
    Screen("new offer", "/offers/new", row=FREE, query="?units={unit_id}", login="anna"),
    Screen("offer", "/offers/{offer_id:int}", row=OFFER),
    Screen("next version", "/offers/{offer_id:int}/versions/new", row=OFFER),
    Screen("offer for its client", "/o/{token:str}", login=None, filled=token),
    Screen("link that is over", "/o/{token:str}", login=None, filled=lambda _session: {"token": "gone"}),
    Screen("ways to pay", "/payment-templates"),
    Screen("new template", "/payment-templates/new"),
    Screen("template", "/payment-templates/{template_id:int}/edit",
           row="select max(id) as template_id from payment_template"),
    Screen("mortgages", "/mortgage-programmes"),
    Screen("mortgages counted", "/mortgage-programmes", query="?price=9000000&down=30%25&years=20"),
    Screen("new programme", "/mortgage-programmes/new"),
    Screen("programme", "/mortgage-programmes/{programme_id:int}/edit",
           row="select max(id) as programme_id from mortgage_programme"),
    Screen("requests", "/leads"),
    Screen("requests put aside", "/leads", query="?state=junk"),
    Screen("publication", "/publication"),
    Screen("publication of a project", "/publication/{project_id:int}", row=PUBLISHED),
    Screen("publication of a building", "/publication/buildings/{building_id:int}", row=LISTED),
    Screen("widget", "/publication/{project_id:int}/widget", row=PUBLISHED),
    Screen("site and widget", "/publication/sites"),
    Screen("feeds", "/publication/feeds"),
    Screen("feed with the ill", "/publication/feeds/yandex"),
    Screen("feed of Avito", "/publication/feeds/avito"),
    Screen("feed of CIAN", "/publication/feeds/cian"),
    Screen("feed of DomClick", "/publication/feeds/domclick"),
    Screen("no such page", "/no-such-page"),
    Screen("agencies", "/agencies"),
    Screen("new agency", "/agencies/new"),
    Screen("agency", "/agencies/{agency_id:int}", row=AGENCY),
    Screen("agency being edited", "/agencies/{agency_id:int}/edit", row=AGENCY),
    Screen("requests of agents", "/agencies/requests"),
    Screen("agent's stock", "/agent/stock", login="agata"),
    Screen("agent's unit", "/agent/stock/{unit_id:int}", row=FREE, login="agata"),
    Screen("agent's clients", "/agent/clients", login="agata"),
    Screen("agent's requests", "/agent/requests", login="agata"),
    Screen("overdue bookings", "/bookings", query="?state=overdue"),
    Screen("bookings that wait", "/bookings", query="?state=waiting", login="anna"),
    Screen("terms and limits", "/estate/terms"),
    Screen("funnels", "/funnels"),
    Screen("approvals", "/approvals"),
    Screen("a request", "/approvals/{approval_id:int}", row=REQUEST),
    Screen("decided requests", "/approvals", query="?state=decided"),
)  # fmt: skip

PIECES = {
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/metrics": "for machines",
    "/onec/exchange": "for 1C",
    "/live": "a stream",
    "/deals/stages/{stage_id:int}": "a column of the kanban",
    "/deals/figures": "the head of the kanban",
    "/deals/options": "answers of a picker",
    "/deals/similar": "a warning inside «new deal»",
    "/deals/{deal_id:int}/files/{file_id:int}": "a file",
    "/baskets": "what is chosen on the board",
    "/units/{unit_id:int}/line": "a part of a unit's panel",
    "/public/projects": "data for pages of other sites",
    "/public/projects/{project_id:int}": "data for pages of other sites",
    "/public/projects/{project_id:int}/units": "data for pages of other sites",
    "/public/widget.js": "a script for pages of other sites",
    **{f"/public/feeds/{format_}.xml": "a file for a portal" for format_ in FeedFormat},
    "/notices/bell": "the bell of every page",
    "/exchange/messages/{message_id:int}/file": "a file",
    "/plans/{plan_id:int}": "a picture",
    "/plans/{plan_id:int}/thumbnail": "a picture",
    "/exports/{export_id:int}": "waits for a file of more than two thousand units",
    "/exports/{export_id:int}/file": "a file",
    "/estate/imports/{import_id:int}/file": "a file",
    "/bookings/excel": "a file",
    "/units/{unit_id:int}/presence": "a line of a unit's panel",
    "/buildings/{building_id:int}/presence": "what the board marks",
    "/reports/idle-reserve/file": "a file",
    "/offers/{offer_id:int}/pdf": "a file",
    "/offers/{offer_id:int}/plans/{sha256:str}": "a picture",
    "/o/{token:str}/pdf": "a file",
    "/o/{token:str}/plans/{sha256:str}": "a picture",
}
"""What answers a GET and is no screen, with the reason."""


class Eyes:
    """A window for every person the screens are looked at by."""

    def __init__(self, open_as: OpenAs, database: Database, **options: object) -> None:
        self.open_as, self.options = open_as, options
        self.pages: dict[str | None, Page] = {}
        with Session(database.engine) as session:
            self.addresses = {screen: screen.address(session) for screen in SCREENS}

    def look(self, screen: Screen) -> Page:
        if screen.login not in self.pages:
            self.pages[screen.login] = self.open_as(screen.login, **self.options)
        page = self.pages[screen.login]
        page.goto(self.addresses[screen])
        return page
