"""A bad file is refused whole, with the line and one sentence."""

import random
import tracemalloc
from io import BytesIO

import pytest

from domain.exchange.commerceml.checking import distinct
from domain.exchange.commerceml.reading import read
from domain.exchange.commerceml.unreadable import Unreadable
from tests.world import commerceml as xml

WHOLE = xml.document(
    xml.classifier(), xml.catalogue(xml.flat(7), xml.flat(8)), xml.offers(xml.offer("flat-7", 7))
)


def refusal(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        list(distinct(read(BytesIO(content))))
    return refused.value


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_file_cut_anywhere_is_called_cut_off(percent: int) -> None:
    content = WHOLE.encode()
    no = refusal(content[: len(content) * percent // 100])
    assert no.line and no.line <= WHOLE.count("\n") + 1
    assert no.reason == "файл обрывается: его конца нет"


def test_a_file_cut_inside_a_letter_is_refused() -> None:
    content = WHOLE.encode()
    refusal(content[: content.index("Речной".encode()) + 1])


def with_doctype(inside: str = "") -> bytes:
    return WHOLE.replace("\n", f"\n<!DOCTYPE КоммерческаяИнформация {inside}>\n", 1).encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BAD = {
    "empty": (b"", "Файл пуст"),
    "zip": (b"PK\x03\x04 and more", "это не XML"),
    "text": ("Привет".encode(), "это не XML"),
    "other root": (b"<html><body/></html>", "это XML, но не CommerceML"),
    "doctype": (with_doctype(), "DOCTYPE"),
    "outer entity": (
        with_doctype('[<!ENTITY e SYSTEM "file:///etc/passwd">]').replace("Квартиры".encode(), b"&e;"),
        "DOCTYPE",
    ),
    "laughs": (
        with_doctype(f'[<!ENTITY l0 "ha">{LAUGHS}]').replace("Квартиры".encode(), b"&l11;"),
        "DOCTYPE",
    ),
    "entity": (WHOLE.replace("Квартиры", "&own;").encode(), "сущности"),
    "koi8": (WHOLE.replace("UTF-8", "koi8-r").encode("koi8-r", "replace"), "koi8-r"),
    "utf-16": (WHOLE.encode("utf-16"), "UTF-16"),
    "cp1251 called utf-8": (WHOLE.encode("cp1251"), "кодировк"),
    "nul": (WHOLE.encode().replace(b"flat-7", b"fl\x00at-7", 1), "кодировк"),
    "deep": (WHOLE.replace("</Каталог>", "<a>" * 300 + "</a>" * 300 + "</Каталог>").encode(), "вложен"),
    "crossed": (WHOLE.replace("</Товары>", "</Тонары>").encode(), "закрыт"),
    "two roots": (WHOLE.encode() + b"<a/>", "после конца"),
    "no ref": (WHOLE.replace("<Ид>flat-8</Ид>", "<Ид> </Ид>").encode(), "«Товар» — без «Ид»"),
    "long ref": (WHOLE.replace("flat-8", "x" * 151).encode(), "длиннее 150"),
    "long name": (WHOLE.replace("Квартира № 8", "я" * 1001).encode(), "длиннее 1000"),
    "same ref": (WHOLE.replace("flat-8", "FLAT-7").encode(), "уже есть в строке"),
    "price in words": (
        WHOLE.replace("<ЦенаЗаЕдиницу>7<", "<ЦенаЗаЕдиницу>семь<").encode(),
        "«семь» — не число",
    ),
    "price 1e9": (WHOLE.replace("<ЦенаЗаЕдиницу>7<", "<ЦенаЗаЕдиницу>1e9<").encode(), "«1e9» — не число"),
    "huge price": (WHOLE.replace("<ЦенаЗаЕдиницу>7<", f"<ЦенаЗаЕдиницу>{'9' * 40}<").encode(), "не число"),
    "negative price": (WHOLE.replace("<ЦенаЗаЕдиницу>7<", "<ЦенаЗаЕдиницу>-7<").encode(), "отрицательн"),
    "no price": (WHOLE.replace("ЦенаЗаЕдиницу", "Цена1").encode(), "без «ЦенаЗаЕдиницу»"),
    "group in itself": (
        xml.document(
            "<Классификатор><Группы><Группа><Ид>1</Ид><Группы><Группа><Ид>1</Ид></Группа></Группы></Группа></Группы></Классификатор>"
        ).encode(),
        "внутри самой себя",
    ),
}


@pytest.mark.parametrize("content, reason", BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert reason in refusal(content).reason


def test_the_line_is_where_the_trouble_is() -> None:
    text = WHOLE.replace("<ЦенаЗаЕдиницу>7<", "<ЦенаЗаЕдиницу>семь<")
    no = refusal(text.encode())
    assert no.line == text[: text.index("семь")].count("\n") + 1
    assert no.sentence.startswith(f"Строка {no.line}: ")


def test_everything_before_the_trouble_is_known_to_be_thrown_away() -> None:
    """The stream yields as it reads: whoever applies records must be able to go back."""
    records = read(BytesIO(WHOLE.encode()[:-30]))
    assert next(records)
    with pytest.raises(Unreadable):
        list(records)


class Endless:
    """A file that is made up while it is read."""

    def __init__(self, head: str, repeated: str, megabytes: int) -> None:
        self.head, self.repeated = head.encode(), repeated.encode() * 2_000
        self.left = megabytes * 1024**2

    def read(self, size: int = -1) -> bytes:
        self.left -= len(self.repeated)
        chunk, self.head = self.head or (self.repeated if self.left > 0 else b""), b""
        return chunk


def test_one_endless_part_does_not_eat_the_memory() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            list(read(Endless("<КоммерческаяИнформация><Мусор>", "<x a='1'/>", 10**6)))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "8 МБ" in refused.value.reason
    assert peak < 50 * 1024**2


def test_no_damage_ends_in_anything_but_a_refusal_or_a_file_that_can_be_read() -> None:
    """Bytes struck, dropped and doubled at random: two hundred files, no other exception."""
    chance = random.Random(20261121)
    refused = 0
    for _turn in range(200):
        content = bytearray(WHOLE.encode())
        for _blow in range(chance.randint(1, 6)):
            at = chance.randrange(len(content))
            damage = chance.choice(
                [b"", bytes([chance.randrange(256)]), b"<", b"&", b'"', b"\x00", content[at : at + 40]]
            )
            content[at : at + chance.randint(0, 3)] = damage
        try:
            list(distinct(read(BytesIO(bytes(content)))))
        except Unreadable as no:
            refused += 1
            assert no.sentence
    assert refused > 100
