"""Guessing at sign-in: few guesses are looked at, whoever shares them; the owner still gets in."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from statistics import median

import httpx
import pytest
import sqlalchemy as sa

from domain.access import passwords, throttling
from domain.access.models import LoginThrottle
from domain.kernel.errors import Invalid
from jobs.work import unit_of_work
from tests.web.walls.test_sessions import NO_TLS
from tests.web.walls.writes import watched
from tests.world.people import PASSWORD
from web.sign_in import sign_in

VERIFIED, REFUSED, LET_IN = 422, 429, 303
"""A wrong password that was looked at, one that was not, and a right one."""
MOST_VERIFIED, MOST_FROM_ADDRESS = 10, 20
CLOSEST_SECONDS = 0.005
ADDRESSES = 50
KNOWN = ("anna", "maria", "timur", "boris", "vera", "gleb", "olga", "stas")


def guess(address: str, login: str, password: str, *, source: str, device: str = "") -> httpx.Response:
    """As it comes through a proxy beside the site, from that address, by a new connection."""
    cookies = {"karkas-device": device} if device else {}
    with httpx.Client(
        base_url=address, trust_env=False, timeout=30, cookies=cookies, verify=NO_TLS
    ) as browser:
        form = {"login": login, "password": password}
        return browser.post("/sign-in", data=form, headers={"X-Forwarded-For": source})


def statuses(address: str, guesses: Sequence[tuple[str, str, str]]) -> Counter[int]:
    """Of many guesses (login, password, source) at once."""
    with ThreadPoolExecutor(16) as guessers:
        answers = guessers.map(lambda one: guess(address, one[0], one[1], source=one[2]).status_code, guesses)
        return Counter(answers)


def of_one_account(amount: int) -> list[tuple[str, str, str]]:
    return [("anna", f"guess {number}", f"198.51.100.{number % ADDRESSES + 1}") for number in range(amount)]


def wait_out() -> None:
    """A quarter of an hour passes."""
    with unit_of_work() as session:
        earlier = LoginThrottle.since - throttling.WINDOW - timedelta(seconds=1)
        session.execute(sa.update(LoginThrottle).values(since=earlier))


@pytest.mark.gate("S6")
def test_a_crowd_guesses_one_password_and_the_owner_gets_in(gate, site):
    device = guess(site.url, "anna", PASSWORD, source="203.0.113.7").cookies["karkas-device"]
    seen = statuses(site.url, of_one_account(gate.size(150, 1_000)))
    known = guess(site.url, "anna", PASSWORD, source="203.0.113.7", device=device).status_code
    stranger = guess(site.url, "anna", PASSWORD, source="203.0.113.8").status_code
    wait_out()
    later = guess(site.url, "anna", PASSWORD, source="203.0.113.8").status_code

    gate.report(
        f"{seen.total()} guesses from {ADDRESSES} addresses at two processes: {seen[VERIFIED]} looked at; "
        f"the owner got in at once from her browser ({known}), after the wait from a new one "
        f"({stranger}, {later})",
        ok=seen[VERIFIED] <= MOST_VERIFIED
        and set(seen) <= {VERIFIED, REFUSED}
        and (known, later) == (LET_IN, LET_IN),
        verified=seen[VERIFIED],
    )


@pytest.mark.gate("S6")
def test_one_password_against_many_accounts(gate, site):
    guesses = [(f"user{number}", "karkas2026", "198.51.100.77") for number in range(gate.size(40, 200))]
    seen = statuses(site.url, guesses)

    gate.report(
        f"one password against {seen.total()} accounts from one address: {seen[VERIFIED]} looked at",
        ok=seen[VERIFIED] <= MOST_FROM_ADDRESS and set(seen) <= {VERIFIED, REFUSED},
        sprayed=seen[VERIFIED],
    )


def told(answer: httpx.Response, login: str) -> tuple[int, str, list[str]]:
    """What can be seen of an answer, without what was typed."""
    return answer.status_code, re.sub(rf"\b{login}\b", "", answer.text), sorted(answer.headers)


def seconds_of(login: str, number: int) -> tuple[float, int]:
    """Of the CPU of one wrong sign-in, and its statements: what a guesser could measure on a quiet day."""
    with watched() as seen:
        began = time.thread_time()
        with suppress(Invalid):
            sign_in.sign_in(login, "wrong", address=f"192.0.2.{number}", known="", agent="")
        return time.thread_time() - began, seen.statements


def difference(rounds: int) -> tuple[float, set[int]]:
    """Between the medians of people there are and people there are not; and the numbers of statements."""
    times: dict[bool, list[float]] = {True: [], False: []}
    statements = set()
    for number in range(rounds):
        for exists in (True, False):
            login = KNOWN[number % len(KNOWN)] if exists else f"nobody{number}"
            seconds, sent = seconds_of(login, number)
            times[exists].append(seconds)
            statements.add(sent)
    return abs(median(times[True]) - median(times[False])), statements


@pytest.mark.gate("S6")
def test_nobody_learns_who_works_here(gate, _address, database):
    there = told(guess(_address, "anna", "wrong", source="192.0.2.201"), "anna")
    not_there = told(guess(_address, "nobody", "wrong", source="192.0.2.202"), "nobody")
    apart, statements = difference(gate.size(16, 56))

    gate.report(
        f"known and unknown logins: the same answer, medians {apart * 1000:.1f} ms of CPU apart",
        ok=there == not_there and apart < CLOSEST_SECONDS and len(statements) == 1,
        apart_ms=apart * 1000,
    )


@pytest.mark.gate("S6")
def test_what_is_refused_was_not_looked_at(gate, _address, database, monkeypatch):
    """By the number of checks of the hash itself, at one process."""
    checked, fits = [], passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda *given: checked.append(1) or fits(*given))
    seen = statuses(_address, of_one_account(60))

    gate.report(
        f"{seen.total()} guesses at once: {len(checked)} checks of the hash, {seen[VERIFIED]} told as wrong",
        ok=len(checked) == seen[VERIFIED] <= MOST_VERIFIED,
    )


@pytest.mark.control("S6")
def test_without_the_count_every_guess_is_looked_at(gate, _address, database, monkeypatch):
    monkeypatch.setattr(throttling, "count_guess", lambda *_, **__: None)
    seen = statuses(_address, of_one_account(20))
    assert seen[VERIFIED] == 20
    gate.report(f"without the count {seen[VERIFIED]} of 20 guesses were looked at")


@pytest.mark.control("S6")
def test_a_quick_no_to_unknown_people_is_measured(gate, database, monkeypatch):
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda given, stored: stored is not None and fits(given, stored))
    apart, _statements = difference(8)
    assert apart > CLOSEST_SECONDS
    gate.report(f"with a quick no to unknown people the medians are {apart * 1000:.0f} ms apart")
