"""Own characteristics: typed by type, told in words, kept in the unit; floors inside and layout with them."""

import pytest
from sqlmodel import select

from domain.estate import UnitKind, drawings
from domain.estate.drawings import CharacteristicType, arranging, characteristics
from domain.events import Event
from domain.kernel.errors import Invalid, Stale

T = CharacteristicType


@pytest.fixture
def known(session, admin):
    def add(code, of, title, **more):
        return characteristics.add(
            session, kind=UnitKind.FLAT, code=code, type=of, title=title, by=admin, **more
        )

    return [
        add("view", T.CHOICE, "Вид", options="во двор\nна реку\n\nво двор"),
        add("ceiling", T.NUMBER, "Потолки", measure="м"),
        add("balcony", T.FLAG, "Балкон"),
        add("note", T.TEXT, "Заметка"),
    ]


def arrange(session, unit, admin, **given):
    wanted = {"storeys": 1, "layout_id": None, "seen": arranging.shown(unit)}
    fields = {name: value for name, value in given.items() if name.startswith("characteristic_")}
    others = {name: value for name, value in given.items() if name not in fields}
    drawings.arrange(session, unit, **wanted | others, given=fields, by=admin)


def test_values_are_kept_by_type_and_told_in_words(session, known, flat_1, admin):
    arrange(
        session, flat_1, admin, characteristic_view="на реку", characteristic_ceiling="2,75",
        characteristic_balcony="1", characteristic_note="  ",
    )  # fmt: skip

    assert flat_1.characteristics == {"view": "на реку", "ceiling": 2.75, "balcony": True}
    assert characteristics.described(session, flat_1) == [
        ("Вид", "на реку"), ("Потолки", "2,75 м"), ("Балкон", "да"),
    ]  # fmt: skip
    event = session.exec(select(Event).order_by(Event.id.desc())).first()
    assert event.name == "unit.edited"
    assert event.payload["changes"]["characteristic_ceiling"] == [None, 2.75]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("view", "на море"),
        ("ceiling", "высокие"),
        ("ceiling", "1e999"),
        ("ceiling", "nan"),
        ("note", "х" * 201),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_nothing_is_kept(session, known, flat_1, admin, field, value):
    with pytest.raises(Invalid) as no:
        arrange(session, flat_1, admin, **{f"characteristic_{field}": value, "characteristic_balcony": "1"})

    assert set(no.value.fields) == {f"characteristic_{field}"}
    assert flat_1.characteristics == {}


def test_what_is_hidden_is_not_shown_and_its_value_stays(session, known, flat_1, admin):
    arrange(session, flat_1, admin, characteristic_note="окна на юг")
    note = known[-1]
    characteristics.edit(
        session, note, version=1, title="Заметка", measure="", options="", retired=True, by=admin
    )

    arrange(session, flat_1, admin, characteristic_balcony="1")

    assert flat_1.characteristics == {"note": "окна на юг", "balcony": True}
    assert characteristics.described(session, flat_1) == [("Балкон", "да")]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("code", {"code": "Потолки"}), ("code", {"code": "1a"}), ("code", {"code": "view"}),
        ("title", {"title": " "}),
        ("options", {"type": T.CHOICE, "options": "один"}), ("measure", {"measure": "х" * 21}),
    ],
)  # fmt: skip
def test_a_wrong_characteristic_is_told_at_the_field(session, known, admin, field, more):
    told = {"code": "other", "type": T.NUMBER, "title": "Иное"} | more

    with pytest.raises(Invalid) as no:
        characteristics.add(session, kind=UnitKind.FLAT, **told, by=admin)

    assert set(no.value.fields) == {field}


@pytest.mark.parametrize("more", [{"storeys": 0}, {"storeys": 5}, {"layout_id": 10**9}])
def test_floors_and_layouts_that_cannot_be_are_refused(session, flat_1, admin, more):
    with pytest.raises(Invalid) as no:
        arrange(session, flat_1, admin, **more)

    assert set(no.value.fields) == set(more)


def test_a_late_save_is_told_what_stands_there(session, known, flat_1, admin):
    seen = arranging.shown(flat_1)
    arrange(session, flat_1, admin, characteristic_note="окна на юг", storeys=2)

    with pytest.raises(Stale) as no:
        arrange(session, flat_1, admin, characteristic_note="окна на север", seen=seen)

    assert no.value.theirs == {"storeys": "2", "characteristic_note": "окна на юг"}
    assert flat_1.characteristics == {"note": "окна на юг"}
