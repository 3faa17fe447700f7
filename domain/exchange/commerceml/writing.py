"""What we tell 1C in CommerceML: our orders and statuses, in windows-1251 as its site exchange expects."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

ENCODING = "windows-1251"
VERSION = "2.09"


def orders(*, at: datetime) -> bytes:
    """A valid root without «Документ»: nothing to export. `at` is in the zone of 1C's server."""
    from lxml import etree

    root = etree.Element(
        "КоммерческаяИнформация", ВерсияСхемы=VERSION, ДатаФормирования=f"{at:%Y-%m-%dT%H:%M:%S}"
    )
    return _written(root)


def reference(statuses: Iterable[tuple[int, str]]) -> bytes:
    """Statuses, ways of payment and delivery. The first letter of «Cтатусы» is Latin: 1C looks for it so."""
    from lxml import etree

    root = etree.Element("Справочник")
    listed = etree.SubElement(root, "Cтатусы")
    for ref, name in statuses:
        status = etree.SubElement(listed, "Элемент")
        etree.SubElement(status, "Ид").text = str(ref)
        etree.SubElement(status, "Название").text = name
    etree.SubElement(root, "ПлатежныеСистемы")
    etree.SubElement(root, "СлужбыДоставки")
    return _written(root)


def _written(root: "etree._Element") -> bytes:
    from lxml import etree

    return etree.tostring(root, encoding=ENCODING, xml_declaration=True)
