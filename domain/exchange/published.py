"""What a base publishes, read from its `$metadata`: 16 MB in a full configuration, so as a stream."""

from collections.abc import Mapping
from typing import IO

from lxml import etree

from domain.exchange.failures import Rejected
from domain.kernel.text import _

Published = Mapping[str, frozenset[str]]
"""Entity set → names of its properties."""


def read(stream: IO[bytes]) -> Published:
    """Raises Rejected when it is not the description of a base."""
    properties: dict[str, set[str]] = {}
    sets: dict[str, str] = {}
    try:
        for _event, element in etree.iterparse(
            stream, events=("end",), resolve_entities=False, no_network=True
        ):
            name = etree.QName(element).localname
            if name == "EntityType":
                fields = {
                    each.get("Name", "") for each in element if etree.QName(each).localname == "Property"
                }
                properties[element.get("Name", "")] = fields
                element.clear()
            elif name == "EntitySet":
                sets[element.get("Name", "")] = element.get("EntityType", "").rpartition(".")[2]
    except etree.XMLSyntaxError:
        raise Rejected(_("The description of the base ($metadata) cannot be read")) from None
    return {name: frozenset(properties.get(type_name, ())) for name, type_name in sets.items()}
