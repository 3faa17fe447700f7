"""Give back what one large page needed: a process weighs as its work, not as its largest page."""

import ctypes
import sys

M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
LARGE_BYTES = 256 * 1024
ARENAS = 2


def keep_lean() -> None:
    """Blocks of a large page are mapped and unmapped one by one, and threads share two heaps.

    glibc alone: other allocators do so by themselves, or can't be asked.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
