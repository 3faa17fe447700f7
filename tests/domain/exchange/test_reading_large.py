"""A file of any length is read in the memory of one record."""

import subprocess
import sys

PROGRAM = """
import itertools, resource
from domain.exchange.commerceml.reading import read
from tests.world import commerceml as xml

head, tail = xml.document(xml.catalogue("@")).encode().split(b"@")
good = xml.flat(1).encode()

class Long:
    def __init__(self, goods):
        between = (good.replace(b"flat-1", b"flat-%d" % n) for n in range(goods))
        self.parts = itertools.chain([head], between, [tail])

    def read(self, size):
        return next(self.parts, b"")

def peak(goods):
    counted = sum(1 for _record in read(Long(goods)))
    assert counted == goods + 2, counted
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

small = peak(500)
print(peak(10_000) - small)
"""


def test_twenty_times_as_many_goods_take_no_more_memory() -> None:
    """Kept in the tree, even emptied, they would take 36 MB."""
    asked = [sys.executable, "-c", PROGRAM]
    more = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout
    assert int(more) < 8 * 1024
