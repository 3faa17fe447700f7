"""Every screen of the site: where it is in a peopled base and who looks at it.

Pictures, accessibility and the hunt for scripts all walk this list. A route that is neither here nor
among the `PIECES` turns `test_every_page_is_known` red.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session


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
OURS = "select project_id from project_pricing order by id limit 1"
PROMOTED = "select min(project_id) as project_id from promotion"
MESSAGE = "select id as message_id from message order by id limit 1"

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
    "/notices/bell": "the bell of every page",
    "/exchange/messages/{message_id:int}/file": "a file",
}
"""What answers a GET and is no screen, with the reason."""
