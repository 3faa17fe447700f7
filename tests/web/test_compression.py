"""Pages packed around what was packed before."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from web import compression

LONG = st.builds(lambda part, times: part * times, st.binary(), st.integers(0, 500))


@given(before=LONG, body=LONG, after=LONG)
def test_a_page_around_a_packed_part_is_read_as_one(before, body, after):
    packed = compression.blocks(body)

    assert (
        gzip.decompress(compression.gzip_around(before, body, after, packed=packed)) == before + body + after
    )


def test_a_packed_part_adds_little_to_what_surrounds_it():
    body = "Квартира 12, 54,3 м², свободна".encode() * 2_000

    page = compression.gzip_around(b"<html>", body, b"</html>", packed=compression.blocks(body))

    assert len(page) < len(gzip.compress(body, compresslevel=compression.LEVEL)) + 100
