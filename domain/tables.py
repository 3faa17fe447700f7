"""Every table of the business, imported for its declaration: migrations and tests start here."""

from sqlmodel import SQLModel

from domain.access import models as access
from domain.activities import models as activities
from domain.deals import models as deals
from domain.estate import models as estate
from domain.events import models as events
from domain.exchange import models as exchange
from domain.files import models as files
from domain.leads import models as leads
from domain.notices import models as notices
from domain.parties import models as parties
from domain.publishing import models as publishing
from domain.quotes import models as quotes

metadata = SQLModel.metadata

__all__ = [
    "access",
    "activities",
    "deals",
    "estate",
    "events",
    "exchange",
    "files",
    "leads",
    "metadata",
    "notices",
    "parties",
    "publishing",
    "quotes",
]
