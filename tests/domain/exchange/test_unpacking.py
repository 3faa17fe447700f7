"""An archive is opened only when it is what 1C would send."""

import io
import stat
import zipfile

import pytest

from domain.exchange.unpacking import Archive
from domain.kernel.errors import Refused


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members:
            written.writestr(name, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    opened = Archive(io.BytesIO(content))
    return {name: b"".join(opened.read(name)) for name in opened.names}


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def twice(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written, pytest.warns(UserWarning, match="Duplicate name"):
        written.writestr(name, b"1")
        written.writestr(name, b"2")
    return packed.getvalue()


def locked(content: bytes) -> bytes:
    """The same archive, its members said to be encrypted."""
    raw = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    return bytes(raw)


def overlapping() -> bytes:
    """Two names for the same bytes: the second entry of the directory points at the first file."""
    raw = bytearray(archive(("import.xml", b"a" * 5000), ("offers.xml", b"b" * 5000)))
    first = raw.index(b"PK\x01\x02")
    second = raw.index(b"PK\x01\x02", first + 4)
    raw[second + 42 : second + 46] = raw[first + 42 : first + 46]
    return bytes(raw)


GOOD = archive(("import0_1.xml", b"<a/>"), ("import_files/ab/x.jpg", b"\xff\xd8"))


def test_names_and_contents_come_out_whole() -> None:
    assert unpack(GOOD) == {"import0_1.xml": b"<a/>", "import_files/ab/x.jpg": b"\xff\xd8"}


def test_folders_inside_are_no_files() -> None:
    assert list(unpack(archive(("goods/", b""), ("goods/import.xml", b"x")))) == ["goods/import.xml"]


BAD = {
    "not an archive": b"PK\x03\x04 and nothing more",
    "cut off": GOOD[:-30],
    "climbs": archive(("../import.xml", b"x")),
    "climbs the Windows way": archive(("..\\import.xml", b"x")),
    "climbs inside": archive(("a/../../import.xml", b"x")),
    "link": archive((link("import.xml"), b"/etc/passwd")),
    "bomb": archive(("import.xml", b" " * 300 * 1024**2)),
    "two of one name": None,
    "locked": locked(GOOD),
    "overlap": overlapping(),
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        unpack(BAD[name] or twice("import.xml"))


def test_a_member_larger_than_it_says_is_refused() -> None:
    raw = bytearray(archive(("import.xml", b"a" * 5000)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(mark) + place
        raw[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Refused):
        unpack(bytes(raw))


def test_a_damaged_member_is_refused() -> None:
    raw = bytearray(archive(("import.xml", bytes(range(256)) * 50)))
    raw[60] ^= 0xFF
    with pytest.raises(Refused):
        unpack(bytes(raw))
