"""Every screen of the site: where it is in a peopled base and who looks at it.

Pictures, accessibility and the hunt for scripts all walk this list. A route that is neither here nor
among the `PIECES` turns `test_every_page_is_known` red.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from domain.publishing.models import FeedFormat


@dataclass(frozen=True)
class Screen:
    name: str
    route: str
    """The template of its address in the route table."""
    row: str = ""
    """SELECT of one row: what stands in the place of the parameters, by name."""
    query: str = ""
    login: str | None = "boris"

    def address(self, session: Session) -> str:
        found = session.execute(sa.text(self.row)).mappings().one() if self.row else {}
        address = self.route
        for name, value in found.items():
            address = address.replace(f"{{{name}:int}}", str(value))
        return f"{address}{self.query.format(**found)}"


BOARD = """select project_id, building.id as building from building
    join section on building_id = building.id join floor on section_id = section.id
    join unit on floor_id = floor.id group by building.id order by count(*) desc, building.id limit 1"""
FREE = """select unit.id as unit_id, building.id as building, project_id from unit
    join floor on floor.id = floor_id join section on section.id = section_id
    join building on building.id = building_id
    where availability = 'on_sale' and price is not null
    and not exists (select from booking where unit_id = unit.id and state = 'active')
    order by unit.id limit 1"""
BOOKED = """select unit_id from booking where state = 'active' order by id limit 1"""
DEAL = """select deal_id, count(*) from event join deal on deal.id = deal_id join stage on stage.id = stage_id
    where stage.kind = 'open' and exists (select from task where task.deal_id = deal.id and done_at is null)
    group by deal_id order by count(*) desc, deal_id limit 1"""
TASK = """select task.id as task_id, deal_id from task where done_at is null order by task.id limit 1"""
MESSAGE = "select id as message_id from message order by id limit 1"
PUBLISHED = "select id as project_id from publication where published order by id limit 1"
LISTED = "select min(id) as building_id from listing"

SCREENS = (
    Screen("sign-in", "/sign-in", login=None),
    Screen("my day", "/"),
    Screen("sessions", "/my/sessions"),
    Screen("notices", "/notices", login="anna"),
    Screen("search", "/search", query="?q=ив"),
    Screen("nothing found", "/search", query="?q=ъъъъ"),
    Screen("kanban", "/deals"),
    Screen("deals as a list", "/deals", query="?view=list"),
    Screen("nothing matches", "/deals", query="?q=ъъъъ"),
    Screen("new deal", "/deals/new", login="anna"),
    Screen("deal", "/deals/{deal_id:int}", row=DEAL),
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
    Screen("bookings that are over", "/bookings", query="?state=over"),
    Screen("people", "/people"),
    Screen("person", "/people/{person_id:int}", row="select min(person_id) as person_id from deal"),
    Screen("companies", "/companies"),
    Screen("company", "/companies/{company_id:int}", row="select min(company_id) as company_id from deal"),
    Screen("company being edited", "/companies/{company_id:int}/edit",
           row="select min(company_id) as company_id from deal"),
    Screen("new company", "/companies/new"),
    Screen("exchange", "/exchange", login="olga"),
    Screen("message", "/exchange/messages/{message_id:int}", row=MESSAGE, login="olga"),
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
    "/public/projects": "data for pages of other sites",
    "/public/projects/{project_id:int}": "data for pages of other sites",
    "/public/projects/{project_id:int}/units": "data for pages of other sites",
    "/public/widget.js": "a script for pages of other sites",
    **{f"/public/feeds/{format_}.xml": "a file for a portal" for format_ in FeedFormat},
    "/notices/bell": "the bell of every page",
    "/exchange/messages/{message_id:int}/file": "a file",
}
"""What answers a GET and is no screen, with the reason."""
