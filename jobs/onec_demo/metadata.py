"""$metadata: the EDMX of what is published, and of nothing else."""

from typing import TYPE_CHECKING

from lxml import etree
from lxml.builder import ElementMaker

from jobs.onec_demo.errors import METADATA_NS
from jobs.onec_demo.schema import NAMESPACE, Property, Schema, Shape

EDMX_NS = "http://schemas.microsoft.com/ado/2007/06/edmx"
EDM_NS = "http://schemas.microsoft.com/ado/2009/11/edm"
CONTENT_TYPE = "application/xml;charset=utf-8"

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

EDMX = ElementMaker(namespace=EDMX_NS, nsmap={"edmx": EDMX_NS, "m": METADATA_NS})
EDM = ElementMaker(namespace=EDM_NS, nsmap={None: EDM_NS, "m": METADATA_NS})


def edmx(schema: Schema) -> bytes:
    tables = [table for each in schema.sets for table in each.tables]
    kinds = [*schema.sets, *tables]
    described = EDM.Schema(
        *(_entity_type(schema, each) for each in kinds),
        *(_row_type(each) for each in tables),
        *(_association(each, step) for each in kinds for step in _steps(schema, each)),
        _container(schema, kinds),
        Namespace=NAMESPACE,
    )
    services = EDMX.DataServices(
        described,
        {f"{{{METADATA_NS}}}DataServiceVersion": "3.0", f"{{{METADATA_NS}}}MaxDataServiceVersion": "3.0"},
    )
    return bytes(etree.tostring(EDMX.Edmx(services, Version="1.0"), encoding="utf-8", xml_declaration=True))


def _entity_type(schema: Schema, shape: Shape) -> "Element":
    return EDM.EntityType(
        EDM.Key(*(EDM.PropertyRef(Name=each) for each in shape.key)),
        *(_property(shape, each) for each in shape.properties),
        *(
            EDM.Property(
                Name=each.section, Type=f"Collection({NAMESPACE}.{each.name}_RowType)", Nullable="false"
            )
            for each in shape.tables
        ),
        *(
            EDM.NavigationProperty(
                Name=each.navigation,
                Relationship=f"{NAMESPACE}.{shape.name}_{each.navigation}",
                FromRole="Begin",
                ToRole="End",
            )
            for each in _steps(schema, shape)
        ),
        Name=shape.name,
    )


def _row_type(table: Shape) -> "Element":
    return EDM.ComplexType(
        *(_property(table, each) for each in table.properties), Name=f"{table.name}_RowType"
    )


def _property(shape: Shape, of: Property) -> "Element":
    return EDM.Property(Name=of.name, Type=str(of.type), Nullable="false" if of.name in shape.key else "true")


def _steps(schema: Schema, shape: Shape) -> list[Property]:
    """References to sets that are published too; the rest stay bare guids."""
    return [each for each in shape.properties if each.refers_to in schema]


def _association(shape: Shape, step: Property) -> "Element":
    return EDM.Association(
        EDM.End(Role="Begin", Type=f"{NAMESPACE}.{shape.name}", Multiplicity="*"),
        EDM.End(Role="End", Type=f"{NAMESPACE}.{step.refers_to}", Multiplicity="0..1"),
        Name=f"{shape.name}_{step.navigation}",
    )


def _container(schema: Schema, kinds: list[Shape]) -> "Element":
    container = EDM.EntityContainer(
        *(EDM.EntitySet(Name=each.name, EntityType=f"{NAMESPACE}.{each.name}") for each in kinds),
        *(_posting(each, verb) for each in schema.sets if each.is_document for verb in ("Post", "Unpost")),
        Name="EnterpriseV8",
    )
    container.set(f"{{{METADATA_NS}}}IsDefaultEntityContainer", "true")
    return container


def _posting(shape: Shape, verb: str) -> "Element":
    return EDM.FunctionImport(
        EDM.Parameter(Name="bindingParameter", Type=f"{NAMESPACE}.{shape.name}"),
        EDM.Parameter(Name="PostingModeOperational", Type="Edm.Boolean"),
        Name=verb, IsBindable="true", IsSideEffecting="true",
    )  # fmt: skip
