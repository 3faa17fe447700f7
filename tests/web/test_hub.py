"""The hub of live streams: nothing falls between asking what was missed and listening."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from web.live import EVERYTHING, Hub

BOARD = "building-1"


def first_of(hub: Hub, *, meanwhile: set[str], missed: set[str]) -> set[str]:
    """What a new stream of the board is told first, if something is announced while it still asks."""

    async def ask() -> set[str]:
        hub.announce(meanwhile)
        return missed

    async def follow() -> set[str]:
        stream = hub.follow(frozenset({BOARD}), ask)
        told = await asyncio.wait_for(anext(stream), 5)
        await stream.aclose()
        return told

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, follow()).result()


def test_a_change_while_a_stream_opens_is_told():
    assert first_of(Hub(), meanwhile={BOARD}, missed=set()) == {BOARD}


def test_what_was_missed_is_told_at_once():
    assert first_of(Hub(), meanwhile=set(), missed={BOARD}) == {BOARD}


def test_topics_of_others_are_not_told():
    assert first_of(Hub(), meanwhile={"deal-7"}, missed={BOARD}) == {BOARD}


def test_after_a_deaf_moment_everyone_looks_again():
    assert EVERYTHING in first_of(Hub(), meanwhile={EVERYTHING}, missed=set())


def test_a_stream_that_ended_is_forgotten():
    hub = Hub()
    first_of(hub, meanwhile={BOARD}, missed=set())

    assert hub.streams == {}
