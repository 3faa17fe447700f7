"""Atom, which is what 1C answers unless asked for JSON."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml.builder import ElementMaker

from jobs.onec_demo.bodies import DATA_NS
from jobs.onec_demo.entries import Entry
from jobs.onec_demo.errors import METADATA_NS, BadRequest, Code
from jobs.onec_demo.schema import NAMESPACE, Edm, Property
from jobs.onec_demo.values import as_text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ATOM_NS = "http://www.w3.org/2005/Atom"
APP_NS = "http://www.w3.org/2007/app"
RELATED = "http://schemas.microsoft.com/ado/2007/08/dataservices/related/"
SCHEME = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme"
ENTRY_TYPE = "application/atom+xml;type=entry;charset=utf-8"
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"

ATOM = ElementMaker(namespace=ATOM_NS, nsmap={None: ATOM_NS, "d": DATA_NS, "m": METADATA_NS})
APP = ElementMaker(namespace=APP_NS, nsmap={None: APP_NS, "atom": ATOM_NS})


@dataclass(frozen=True)
class Atom:
    root: str
    now: datetime
    uppercase_guids: bool = False
    content_type: str = "application/atom+xml;charset=utf-8"

    def many(self, set_name: str, entries: list[Entry], total: int | None) -> bytes:
        feed = ATOM.feed(
            ATOM.id(f"{self.root}{set_name}"), ATOM.title(set_name, type="text"), ATOM.updated(self._updated),
            ATOM.link(rel="self", title=set_name, href=set_name), {XML_BASE: self.root},
        )  # fmt: skip
        if total is not None:
            etree.SubElement(feed, f"{{{METADATA_NS}}}count").text = str(total)
        feed.extend(self.entry(each) for each in entries)
        return _bytes(feed)

    def one(self, entry: Entry) -> bytes:
        element = self.entry(entry)
        element.set(XML_BASE, self.root)
        return _bytes(element)

    def listing(self, names: list[str]) -> bytes:
        title = f"{{{ATOM_NS}}}title"
        workspace = APP.workspace(etree.Element(title))
        workspace[0].text = "Default"
        for name in names:
            collection = APP.collection(href=name)
            etree.SubElement(collection, title).text = name
            workspace.append(collection)
        return _bytes(APP.service(workspace, {XML_BASE: self.root}))

    def entry(self, entry: Entry) -> "Element":
        links = [self._related(entry, name) for name in dict.fromkeys([*entry.links(), *entry.expanded])]
        return ATOM.entry(
            ATOM.id(f"{self.root}{entry.address}"),
            ATOM.category(term=f"{NAMESPACE}.{entry.shape.name}", scheme=SCHEME),
            ATOM.title(type="text"), ATOM.updated(self._updated), ATOM.author(), ATOM.summary(), *links,
            ATOM.link(rel="edit", href=entry.address, title="edit-link"),
            ATOM.content(self._properties(entry), type="application/xml"),
        )  # fmt: skip

    def _related(self, entry: Entry, name: str) -> "Element":
        link = ATOM.link(rel=f"{RELATED}{name}", href=f"{entry.address}/{name}", type=ENTRY_TYPE, title=name)
        if name in entry.expanded:
            inline = etree.SubElement(link, f"{{{METADATA_NS}}}inline")
            opened = entry.expanded[name]
            inline.extend([self.entry(opened)] if opened else [])
        return link

    def _properties(self, entry: Entry) -> "Element":
        properties = etree.Element(f"{{{METADATA_NS}}}properties")
        for of, value in entry.properties():
            self._add(properties, of, value)
        for name, text in entry.presentations.items():
            etree.SubElement(properties, f"{{{DATA_NS}}}{name}").text = _clean(text)
        for table, lines in entry.tables():
            row_type = f"{NAMESPACE}.{table.name}_RowType"
            collection = etree.SubElement(properties, f"{{{DATA_NS}}}{table.section}")
            collection.set(f"{{{METADATA_NS}}}type", f"Collection({row_type})")
            for line in lines:
                element = etree.SubElement(collection, f"{{{DATA_NS}}}element")
                element.set(f"{{{METADATA_NS}}}type", row_type)
                for of, value in line:
                    self._add(element, of, value)
        return properties

    def _add(self, to: "Element", of: Property, value: Any) -> None:
        text = as_text(value)
        upper = of.type is Edm.GUID and self.uppercase_guids
        etree.SubElement(to, f"{{{DATA_NS}}}{of.name}").text = _clean(text.upper() if upper else text) or None

    @property
    def _updated(self) -> str:
        return self.now.isoformat(timespec="seconds")


def _clean(text: str) -> str:
    """One control character in any text spoils the whole packet (FACTS 1.8)."""
    if UNPRINTABLE.search(text):
        raise BadRequest(Code.REPRESENTATION, "Текст содержит недопустимый символ XML.", 400)
    return text


def _bytes(element: "Element") -> bytes:
    return bytes(etree.tostring(element, encoding="utf-8", xml_declaration=True))
