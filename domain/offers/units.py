"""An offered unit in words."""

from domain.kernel import formats
from domain.kernel.text import _
from domain.offers.content import Offered


def title(unit: Offered) -> str:
    kinds = {
        "flat": _("Flat"),
        "parking": _("Parking place"),
        "storage": _("Storage room"),
        "commercial": _("Commercial room"),
    }
    return f"{kinds.get(unit.kind, unit.kind)} №{formats.NBSP}{unit.number}"


def place(unit: Offered) -> str:
    entrance = _("entrance %(number)s", number=unit.section)
    return f"{unit.building}, {entrance}, {_('floor %(floor)s', floor=unit.floor)}"


def facts(unit: Offered) -> list[tuple[str, str]]:
    """What is worth telling of the unit, as label and value."""
    finishes = {"none": _("No finish"), "rough": _("Rough"), "pre_fine": _("Pre-fine"), "fine": _("Fine")}
    told = [(_("Area"), formats.area(unit.area))]
    if unit.kind == "flat":
        rooms = _("studio") if unit.rooms == 0 else str(unit.rooms)
        told.insert(0, (_("Rooms"), rooms))
        told += [
            (label, formats.area(metres))
            for label, metres in ((_("Living area"), unit.living), (_("Kitchen"), unit.kitchen))
            if metres is not None
        ]
        told.append((_("Finish"), finishes.get(unit.finish, unit.finish)))
    return told
