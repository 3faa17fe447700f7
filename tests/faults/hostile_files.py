"""Files 1C would not send, and odd ones that it does: built here, byte by byte.

`HOSTILE` are to be refused whole, each with a sentence that says `says`; those read as XML name a line.
`ODD` are legitimate by the ways of 1C and are to be taken with the meaning that is written beside.
"""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.world import commerceml as xml

NAME = "import0_1.xml"
MEGABYTE = 1024**2
BLANK = str.maketrans("0123456789", " \n" * 5)
GOOD = xml.document(
    xml.classifier(price_types=xml.price_types()),
    xml.catalogue(*(xml.flat(number, floor=7) for number in range(501, 511))),
    xml.offers(*(xml.offer(f"flat-{number}", 7_000_000) for number in range(501, 511))),
)
"""Ten new flats with prices: what a hostile file begins as, so that a half import would be seen."""


@dataclass(frozen=True)
class File:
    name: str
    build: Callable[[], bytes]
    says: str
    """A part of the answer."""
    asked: str = NAME
    sent_as: str = NAME
    large: bool = False
    """Exempt from the two seconds."""

    @property
    def is_archive(self) -> bool:
        return self.sent_as.endswith(".zip")


HOSTILE: list[File] = []
ODD: list[File] = []


def hostile(name: str, build: Callable[[], str | bytes], says: str, **more: str | bool) -> None:
    HOSTILE.append(File(name, _bytes(build), says, **more))  # type: ignore[arg-type]


def odd(name: str, build: Callable[[], str | bytes], says: str, **more: str | bool) -> None:
    ODD.append(File(name, _bytes(build), says, **more))  # type: ignore[arg-type]


def _bytes(build: Callable[[], str | bytes]) -> Callable[[], bytes]:
    def built() -> bytes:
        content = build()
        return content.encode() if isinstance(content, str) else content

    return built


def put(old: str, new: str) -> Callable[[], str]:
    """A good file with one thing changed, the last of its kind: what stands before it could be taken."""
    head, found, tail = GOOD.rpartition(old)
    assert found, old
    return lambda: head + new + tail


def after_root(words: str) -> Callable[[], str]:
    end = "</КоммерческаяИнформация>"
    return put(end, words + end)


def prolog(words: str, use: str = "") -> Callable[[], str]:
    """Something between the declaration and the root, and a use of it in the last good."""
    first, rest = GOOD.split("\n", 1)
    head, _dot, tail = rest.rpartition("Квартира № 510")
    return lambda: f"{first}\n{words}\n{head}{use or 'Квартира № 510'}{tail}"


def flats(**values: object) -> Callable[[], str]:
    """Good flats and at the end one with such values."""
    last = xml.flat(599, **{"floor": 7} | values)
    goods = (xml.flat(501, floor=7), xml.flat(502, floor=7), last)
    return lambda: xml.document(xml.classifier(), xml.catalogue(*goods))


def priced(price: object, *, extra: str = "") -> Callable[[], str]:
    goods = xml.catalogue(xml.flat(501, floor=7))
    offers = xml.offers(xml.offer("flat-501", 1_000_000), xml.offer("flat-502", price, extra=extra))
    return lambda: xml.document(xml.classifier(), goods, offers)


for tenth in range(1, 10):
    hostile(
        f"cut off at {tenth}0 %",
        lambda tenth=tenth: GOOD.encode()[: len(GOOD.encode()) * tenth // 10],  # type: ignore[misc]
        "обрывается",
    )
hostile("cut off inside the last tag", lambda: GOOD.rstrip()[:-3], "обрывается")

hostile("another root", lambda: GOOD.replace("КоммерческаяИнформация", "Information"), "не CommerceML")
hostile("a page of HTML", lambda: "<!doctype html><html><body>Вход</body></html>", "")
hostile("an answer in JSON", lambda: '{"error": "not authorised"}', "это не XML")
hostile("a picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "это не XML")
hostile("blanks alone", lambda: b" " * 5_000, "")
hostile("a BOM alone", lambda: b"\xef\xbb\xbf", "")
hostile("a declaration alone", lambda: '<?xml version="1.0" encoding="UTF-8"?>', "")
hostile("one zero byte", lambda: b"\x00", "")

DTD = "DOCTYPE"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
hostile("a DTD", prolog("<!DOCTYPE КоммерческаяИнформация []>"), DTD)
hostile("a DTD elsewhere", prolog('<!DOCTYPE КоммерческаяИнформация SYSTEM "http://127.0.0.1:1/a.dtd">'), DTD)
hostile("a billion laughs", prolog(f'<!DOCTYPE a [<!ENTITY l0 "ха">{LAUGHS}]>', "&l9;"), DTD)
hostile("a quadratic bomb", prolog(f'<!DOCTYPE a [<!ENTITY b "{"ы" * 50_000}">]>', "&b;" * 5_000), "")
hostile("an entity of a file", prolog('<!DOCTYPE a [<!ENTITY p SYSTEM "file:///etc/passwd">]>', "&p;"), DTD)
hostile(
    "an entity of parameters",
    prolog('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p.dtd"> %p;]>'),
    DTD,
)
hostile("an entity nobody declared", put("Квартира № 510", "Квартира &copy; 510"), "сущности")
hostile(
    "entities that eat each other", prolog('<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"), ""
)

for encoding in ("koi8-r", "utf-7", "windows-1252", "EBCDIC-CP-BE", "utf-32", ""):
    hostile(f"encoding «{encoding}»", put('encoding="UTF-8"', f'encoding="{encoding}"'), "кодировка")
hostile("UTF-16", lambda: GOOD.replace("UTF-8", "UTF-16").encode("utf-16"), "кодировка")
hostile("windows-1251 called UTF-8", lambda: GOOD.encode("windows-1251", "replace"), "символ")
hostile("UTF-8 called windows-1251", put("UTF-8", "windows-1251"), "")
hostile("half a letter", lambda: GOOD.encode().replace("510</Н".encode(), b"\xd0</\xd0\x9d", 1), "символ")
hostile("an overlong letter", lambda: GOOD.encode().replace(b"flat-510", b"flat-\xc0\xaf", 1), "символ")
hostile("a zero inside", lambda: GOOD.encode().replace(b"flat-510", b"flat\x00510", 1), "")
hostile("a control character", lambda: GOOD.encode().replace(b"flat-510", b"flat\x02510", 1), "")
hostile("a number of a control character", put("Квартира № 510", "&#2;"), "")

hostile(
    "«full» said of a part",
    put('<Каталог СодержитТолькоИзменения="true">', '<Каталог СодержитТолькоИзменения="false">'),
    "с продажи ничего не снято",
)
hostile("an «Ид» twice among goods", put("<Ид>flat-510</Ид>\n<А", "<Ид>flat-501</Ид>\n<А"), "уже")
hostile("an «Ид» twice in another case", put("<Ид>flat-510</Ид>\n<А", "<Ид>FLAT-501</Ид>\n<А"), "уже")
hostile("an «Ид» twice among offers", put("<Ид>flat-510</Ид>\n<Ц", "<Ид>flat-501</Ид>\n<Ц"), "уже")
hostile("a property twice", put("<Ид>p-status</Ид><Н", "<Ид>p-area</Ид><Н"), "уже")
hostile("an empty «Ид»", put("<Ид>flat-510</Ид>\n<А", "<Ид> </Ид>\n<А"), "без «Ид»")
hostile("no «Ид»", put("<Ид>flat-510</Ид>\n<А", "<А"), "без «Ид»")
hostile("no «Ид» in an offer", put("<Ид>flat-510</Ид>\n<Ц", "<Ц"), "без «Ид»")
hostile("an «Ид» of a page", put("<Ид>flat-510</Ид>\n<А", f"<Ид>{'0' * 5_000}</Ид>\n<А"), "длиннее")
hostile("a name of a book", put("Квартира № 510", "кв" * 20_000), "длиннее")
INSIDE = "<Группы><Группа><Ид>{}</Ид>{}</Группа></Группы>"
hostile(
    "a group inside itself",
    put(
        "</Наименование></Группа>", f"</Наименование>{INSIDE.format('g2', INSIDE.format('g1', ''))}</Группа>"
    ),
    "самой себя",
)

hostile("a price below zero", priced(-1), "отрицат")
hostile("a price in words", priced("договорная"), "не число")
hostile("a price as a power", priced("1e9"), "не число")
hostile("a price without end", priced("Infinity"), "не число")
hostile("a price that is no number", priced("NaN"), "не число")
hostile("a price of a planet", priced(10**14), "велика")
hostile("a price of twenty digits", priced("9" * 20), "не число")
hostile("an empty price", priced(""), "не число")
hostile("a price in two numbers", priced("1.000.000"), "не число")
hostile("a price without its amount", put("<ЦенаЗаЕдиницу>7000000</ЦенаЗаЕдиницу>", ""), "ЦенаЗаЕдиницу")
hostile("a stock in words", priced(1, extra="<Количество>много</Количество>"), "не число")
hostile("a store in words", priced(1, extra='<Склад ИдСклада="s" КоличествоНаСкладе="ab"/>'), "не число")

hostile("no area at all", flats(area="0"), "Общая площадь")
hostile("an area below zero", flats(area="-54"), "Общая площадь")
hostile("an area of a county", flats(area="9999999"), "Общая площадь")
hostile("a floor in words", flats(floor="пятый"), "Этаж")
hostile("a floor in the clouds", flats(floor=9_999), "Этаж")
hostile("a hundred rooms", flats(rooms=100), "Комнат")
hostile("two flats in one place", put("<Значение>510</Значение>", "<Значение>501</Значение>"), "занято")
hostile("a house with a name of a book", flats(building="Дом " * 100), "Дом")

hostile("a tag closed by another", put("</Товары>", "</Товар>"), "")
hostile("an attribute twice", put("<Каталог ", '<Каталог СодержитТолькоИзменения="true" '), "")
hostile("a second root", lambda: GOOD + "<КоммерческаяИнформация/>", "")
hostile("words after the end", lambda: GOOD + "спасибо", "")
hostile("deep nesting", after_root("<а>" * 50_000 + "</а>" * 50_000), "глубоко")
hostile(
    "groups in groups",
    put(
        "</Наименование></Группа>", "</Наименование>" + "<Группы><Группа>" * 400 + "</Группа></Группы>" * 400
    ),
    "",
)
LONG = "".join(f"{number:08d}" for number in range(12 * MEGABYTE // 8))
"""Twelve megabytes, no two chunks of them equal."""
hostile("an attribute of twelve megabytes", after_root(f'<а б="{LONG}"/>'), "", large=True)
hostile("a text of twelve megabytes", put("Квартира № 510", LONG), "", large=True)
hostile("a comment of twelve megabytes", after_root(f"<!--{LONG}-->"), "", large=True)
hostile("blanks of twelve megabytes", after_root(LONG.translate(BLANK)), "8 МБ", large=True)
hostile(
    "thirty thousand parts of a good", put("</Артикул>\n", "</Артикул>" + "<а/>" * 30_000), "слишком много"
)
hostile("a million elements of nothing", after_root("<элемент/>" * 10**6), "8 МБ", large=True)


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in members:
            whole.writestr(name, content)
    return packed.getvalue()


def altered(find: bytes, replace: bytes, whole: bytes, *, count: int = -1) -> bytes:
    assert find in whole
    assert len(find) == len(replace)
    return whole.replace(find, replace, count)


def zipped(name: str, build: Callable[[], bytes], says: str, *, large: bool = False) -> None:
    hostile(name, build, says, sent_as="v8_3B8F_3e.zip", large=large)


def linked() -> bytes:
    link = zipfile.ZipInfo(NAME)
    link.external_attr = 0o120777 << 16
    return archive((link, b"/etc/passwd"))


def locked() -> bytes:
    whole = bytearray(archive((NAME, GOOD.encode())))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(signature) + at] |= 1
    return bytes(whole)


def directory(whole: bytes, offset: int, format_: str, value: int) -> bytes:
    """The archive with another number in the first record of its directory."""
    changed = bytearray(whole)
    struct.pack_into(format_, changed, whole.index(b"PK\x01\x02") + offset, value)
    return bytes(changed)


def overlapping() -> bytes:
    """Two names for the same bytes."""
    whole = archive((NAME, GOOD.encode()), ("offers0_1.xml", b"<a/>"))
    second = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4)
    changed = bytearray(whole)
    struct.pack_into("<I", changed, second + 42, 0)
    return bytes(changed)


def many() -> bytes:
    return archive((NAME, GOOD.encode()), *((f"a{n}.xml", b"") for n in range(21_000)))


def bomb() -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as whole,
        whole.open(NAME, "w") as member,
    ):
        for _part in range(250):
            member.write(b" " * MEGABYTE)
    return packed.getvalue()


zipped("a bomb", bomb, "слишком большой", large=True)
zipped(
    "a bomb that says it is small",
    lambda: directory(archive((NAME, b" " * 9 * MEGABYTE)), 24, "<I", 1_000),
    "",
    large=True,
)
zipped("an archive in an archive", lambda: archive((NAME, archive((NAME, GOOD.encode())))), "это не XML")
zipped("a name that climbs", lambda: archive(("../import0_1.xml", GOOD.encode())), "Имя файла")
zipped("a name that climbs by backslashes", lambda: archive(("a\\..\\..\\x.xml", GOOD.encode())), "Имя файла")
zipped(
    "a name with a zero inside",
    lambda: altered(b"import0_1.xmlXaaa", b"import0_1.xml\x00aaa", archive((f"{NAME}Xaaa", GOOD.encode()))),
    "Имя файла",
)
zipped("a name twice", lambda: archive((NAME, GOOD.encode()), (f"/tmp/{NAME}", b"<a/>")), "друг на друга")
zipped("two names for the same bytes", overlapping, "друг на друга")
zipped("a password", locked, "пароле")
zipped("a link", linked, "ссылк")
zipped("cut off", lambda: archive((NAME, GOOD.encode()))[:-400], "поврежд")
zipped("bytes changed", lambda: directory(archive((NAME, GOOD.encode())), 16, "<I", 7), "поврежд")
zipped("an unknown packing", lambda: directory(archive((NAME, GOOD.encode())), 10, "<H", 99), "поврежд")
zipped("a place outside of it", lambda: directory(archive((NAME, GOOD.encode())), 42, "<I", 10**8), "поврежд")
zipped("a beginning alone", lambda: b"PK\x03\x04" + b"\x00" * 400, "поврежд")
zipped("empty", archive, "не приш")
zipped("another file in it", lambda: archive(("readme.txt", b"hello")), "не приш")
zipped("a folder of that name", lambda: archive((f"{NAME}/", b"")), "не приш")
zipped("twenty thousand files", many, "слишком большой", large=True)
zipped("a broken file in it", lambda: archive((NAME, GOOD.encode()[:3_000])), "обрывается")


ATTRIBUTES = " ".join(f'б{n}="1"' for n in range(100_000))
NBSP = "\u00a0"
odd("a price with a comma", priced("7000000,50"), "success")
odd("a price with blanks", priced(f"7{NBSP}000 000.50"), "success")
odd("a price of a milliard", priced(10**9), "success")
odd("a unit of measure nobody knows", put(">шт</БазоваяЕдиница>", ">хрень</БазоваяЕдиница>"), "success")
odd("an offer without its good", lambda: xml.document(xml.offers(xml.offer("nobody", 5))), "success")
odd("a good marked as deleted", put("<Товар>", '<Товар Статус="Удален">'), "success")
odd(
    "windows-1251", lambda: GOOD.replace("UTF-8", "windows-1251").encode("windows-1251", "replace"), "success"
)
odd("a BOM", lambda: b"\xef\xbb\xbf" + GOOD.encode(), "success")
odd("no declaration", lambda: GOOD.split("\n", 1)[1], "success")
odd("another namespace", put("urn:1C.ru:commerceml_2", "urn:1C.ru:commerceml_210"), "success")
odd("no namespace", put(' xmlns="urn:1C.ru:commerceml_2"', ""), "success")
odd("a version nobody has heard of", put('ВерсияСхемы="2.07"', 'ВерсияСхемы="9.99"'), "success")
odd("elements of others", put("</Товар>", "<БитриксТеги><Тег>а</Тег></БитриксТеги></Товар>"), "success")
odd("comments and instructions", prolog('<?xml-stylesheet href="a.xsl"?><!-- от 1С -->'), "success")
odd("a root and nothing in it", xml.document, "success")
odd("a zip", lambda: archive((NAME, GOOD.encode())), "success", sent_as="v8_3B8F_3e.zip")
odd("a zip with folders", lambda: archive(("webdata/", b""), (f"webdata/{NAME}", GOOD.encode())), "success",
    sent_as="v8.zip")  # fmt: skip
odd("an element with a hundred thousand attributes", after_root(f"<а {ATTRIBUTES}/>"), "success", large=True)
