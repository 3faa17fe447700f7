"""Pages packed around what was packed before."""

import gzip
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from web import compression

LONG = st.builds(lambda part, times: part * times, st.binary(), st.integers(0, 500))


@given(pieces=st.lists(st.tuples(LONG, LONG)), last=LONG)
def test_a_page_around_packed_parts_is_read_as_one(pieces, last):
    around = [*(piece for piece, _body in pieces), last]
    packed = [compression.pack(body) for _piece, body in pieces]

    assert gzip.decompress(compression.gzip_of(around, packed)) == b"".join([*chain(*pieces), last])


def test_a_packed_part_adds_little_to_what_surrounds_it():
    body = "Квартира 12, 54,3 м², свободна".encode() * 2_000

    page = compression.gzip_of([b"<html>", b"</html>"], [compression.pack(body)])

    assert len(page) < len(gzip.compress(body, compresslevel=compression.LEVEL)) + 100


@given(body=LONG)
def test_a_packed_part_is_itself_again(body):
    assert compression.pack(body).body == body
