"""$metadata tells exactly what is published."""

from lxml import etree

from jobs.onec_demo.configuration import SCHEMA
from tests.onec_demo.client import INVOICES, ROOT, OneC

EDM = "{http://schemas.microsoft.com/ado/2009/11/edm}"


def edmx(onec: OneC) -> etree._Element:
    answer = onec.http.get(f"{ROOT}/$metadata", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/xml")
    return etree.fromstring(answer.content)


def test_every_set_and_every_table_has_a_type_and_a_set(onec: OneC) -> None:
    root = edmx(onec)
    types = {each.get("Name") for each in root.iter(f"{EDM}EntityType")}
    sets = {each.get("Name") for each in root.iter(f"{EDM}EntitySet")}
    rows = {each.get("Name") for each in root.iter(f"{EDM}ComplexType")}
    tables = {table.name for each in SCHEMA.sets for table in each.tables}
    assert types == sets == {each.name for each in SCHEMA.sets} | tables
    assert rows == {f"{each}_RowType" for each in tables}


def test_every_property_of_an_answer_is_described_with_its_type(onec: OneC) -> None:
    onec.create(INVOICES, Товары=[{"Цена": 1}])
    [row] = onec.rows(INVOICES)
    described = {
        each.get("Name"): each.get("Type") for each in type_of(edmx(onec), INVOICES).iter(f"{EDM}Property")
    }
    assert {name for name in row if "@" not in name} == set(described)
    assert described["Контрагент_Key"] == "Edm.Guid" and described["СуммаДокумента"] == "Edm.Double"
    assert described["Товары"] == f"Collection(StandardODATA.{INVOICES}_Товары_RowType)"
    assert (described["ДокументОснование"], described["ДокументОснование_Type"]) == (
        "Edm.String",
        "Edm.String",
    )


def test_references_to_what_is_not_published_are_bare(onec: OneC) -> None:
    root = edmx(onec)
    steps = {
        each.get("Name") for each in type_of(root, "Catalog_Контрагенты").iter(f"{EDM}NavigationProperty")
    }
    assert steps == {"Parent", "Партнер", "ГоловнойКонтрагент"}
    associations = {f"StandardODATA.{each.get('Name')}" for each in root.iter(f"{EDM}Association")}
    assert {each.get("Relationship") for each in root.iter(f"{EDM}NavigationProperty")} == associations


def test_documents_declare_posting(onec: OneC) -> None:
    bound = [(each.get("Name"), each[0].get("Type")) for each in edmx(onec).iter(f"{EDM}FunctionImport")]
    documents = [f"StandardODATA.{each.name}" for each in SCHEMA.sets if each.is_document]
    assert sorted(bound) == sorted((verb, name) for name in documents for verb in ("Post", "Unpost"))


def test_a_lost_publication_leaves_valid_metadata_without_sets(onec: OneC) -> None:
    onec.switch(lost_publication=True)
    assert not list(edmx(onec).iter(f"{EDM}EntitySet"))
    assert onec.rows("") == []
    assert onec.get(INVOICES).status_code == 404


def type_of(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter(f"{EDM}EntityType") if each.get("Name") == name)
