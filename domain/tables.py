"""Every table of the business, imported for its declaration: migrations and tests start here."""

from sqlmodel import SQLModel

from domain.access import models as access
from domain.activities import models as activities
from domain.agencies import models as agencies
from domain.approvals import models as approvals
from domain.deals import models as deals
from domain.estate import models as estate
from domain.estate.contracts import models as contracts
from domain.estate.discounts import models as discounts
from domain.estate.drawings import models as drawings
from domain.estate.past import models as estate_past
from domain.estate.pricing import models as pricing
from domain.estate.selecting import models as selecting
from domain.estate.sheets import models as estate_sheets
from domain.estate.showing import models as showing
from domain.estate.terms import models as terms
from domain.estate.waiting import models as waiting
from domain.events import models as events
from domain.exchange import models as exchange
from domain.files import models as files
from domain.leads import models as leads
from domain.notices import models as notices
from domain.offers import models as offers
from domain.parties import models as parties
from domain.publishing import models as publishing
from domain.quotes import models as quotes

metadata = SQLModel.metadata

__all__ = [
    "access",
    "activities",
    "agencies",
    "approvals",
    "contracts",
    "deals",
    "discounts",
    "drawings",
    "estate",
    "estate_past",
    "estate_sheets",
    "events",
    "exchange",
    "files",
    "leads",
    "metadata",
    "notices",
    "offers",
    "parties",
    "pricing",
    "publishing",
    "quotes",
    "selecting",
    "showing",
    "terms",
    "waiting",
]
