"""Reading a CommerceML file as a stream of records; memory does not grow with the file."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from domain.exchange.commerceml import classifier, goods, offers, unreadable
from domain.exchange.commerceml.elements import Element, flag, local, parts, ref, text
from domain.exchange.commerceml.records import Header, Order, Record, Section
from domain.exchange.commerceml.source import ROOT, Source
from domain.exchange.commerceml.unreadable import Unreadable
from domain.kernel.text import _

SECTIONS = {
    "Классификатор": "classifier",
    "Каталог": "catalogue",
    "ПакетПредложений": "offers",
    "ИзмененияПакетаПредложений": "offers",
}
WATCHED = (
    ROOT,
    *SECTIONS,
    "Группа",
    "Свойство",
    "СвойствоНоменклатуры",
    "ТипЦены",
    "Товар",
    "Предложение",
    "Документ",
)


def read(stream: BinaryIO) -> Iterator[Record]:
    """Every record in the order of the file. Raises Unreadable; what came before it is to be thrown away."""
    source = Source(stream)
    events = etree.iterparse(
        source,
        events=("start", "end"),
        tag=tuple(f"{{*}}{name}" for name in WATCHED),
        encoding=source.encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        yield from _records(events, source)
    except etree.XMLSyntaxError as error:
        raise unreadable.of_syntax(
            error, begun=source.begun, cut_off=source.is_cut_off(), after=source.line
        ) from None
    _demand_root(events.root)


def _demand_root(root: Element | None) -> None:
    if root is None or local(root) != ROOT:
        raise Unreadable(1, _("this is XML, but not CommerceML: the root must be «%(root)s»", root=ROOT))


def _records(events: Iterable[tuple[str, Element]], source: Source) -> Iterator[Record]:
    for event, element in events:
        if not source.begun:
            _demand_root(element.getroottree().getroot())
        name, place = local(element), _place(element)
        taken = _opened(element, name, place) if event == "start" else _closed(element, name, place)
        yield from taken
        if taken:
            source.settle(element.sourceline or 0)
        if event == "end" and (taken or place == ROOT):
            _forget(element)


def _place(element: Element) -> str:
    """The names of the two elements above: they tell a good of a catalogue from a good of an order."""
    parent = element.getparent()
    if parent is None:
        return ""
    above = parent.getparent()
    return f"{local(above)}/{local(parent)}" if above is not None else local(parent)


def _opened(element: Element, name: str, place: str) -> list[Record]:
    if place == "" and name == ROOT:
        if element.getroottree().docinfo.internalDTD is not None:
            raise Unreadable(element.sourceline, _("a DOCTYPE is not accepted"))
        return [Header(element.sourceline or 0, element.get("ВерсияСхемы", "").strip())]
    if place == ROOT and name in SECTIONS:
        return [
            Section(element.sourceline or 0, SECTIONS[name], flag(element.get("СодержитТолькоИзменения")))
        ]
    return []


def _closed(element: Element, name: str, place: str) -> list[Record]:
    taken: list[Record] = []
    match place.split("/"), name:
        case ["Классификатор", "Группы"], "Группа":
            taken = list(classifier.groups(element))
        case ["Классификатор", "Свойства"], "Свойство" | "СвойствоНоменклатуры":
            taken = [classifier.property_(element)]
        case ["Классификатор" | "ПакетПредложений" | "ИзмененияПакетаПредложений", "ТипыЦен"], "ТипЦены":
            taken = [classifier.price_type(element)]
        case ["Каталог", "Товары"], "Товар":
            taken = [goods.good(element)]
        case ["ПакетПредложений" | "ИзмененияПакетаПредложений", "Предложения"], "Предложение":
            taken = [offers.offer(element)]
        case ["КоммерческаяИнформация"] | ["КоммерческаяИнформация", "Контейнер"], "Документ":
            taken = [_order(element)]
    return taken


def _order(element: Element) -> Order:
    fields = parts(element)
    return Order(
        line=element.sourceline or 0,
        ref=ref(element, fields.get("Ид")),
        number=text(fields.get("Номер")),
        operation=text(fields.get("ХозОперация")),
    )


def _forget(element: Element) -> None:
    """Drop the element and its siblings already read; those the parser has read ahead stay."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
