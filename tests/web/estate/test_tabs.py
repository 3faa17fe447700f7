"""The screens around the chessboard: the daily ones in a row, the others in menus, each role its own."""

import re

import pytest

from web.estate.tabs import DAILY, GROUPS, tabs

PRICES = ["/prices", "/payment-templates", "/mortgage-programmes"]
AUDIT = ["/reports/idle-reserve", "/estate/invariants"]
MANAGER_S = ["/estate", "/bookings", "/waiting", "/selections", "/offers", "/leads"]


@pytest.mark.parametrize(
    ("login", "daily", "groups"),
    [
        ("anna", [*MANAGER_S, "/agencies"], [PRICES]),
        (
            "boris",
            MANAGER_S,
            [
                PRICES,
                ["/agencies", "/publication", "/funnels", "/estate/terms", *AUDIT],
            ],
        ),
        ("vera", ["/estate", "/selections"], []),
        (
            "olga",
            ["/estate", "/selections", "/offers"],
            [PRICES, AUDIT],
        ),
    ],
)
def test_each_role_has_a_few_tabs_and_its_groups(request, login, daily, groups):
    shown = tabs(request.getfixturevalue(login), "/estate")

    assert [tab.href for tab in shown.daily] == daily
    assert [[tab.href for tab in group.tabs] for group in shown.groups] == groups


def test_whatever_is_shown_opens_and_names_itself(open_client, admin):
    """For an administrator, who has the longest menu."""
    client = open_client("admin")
    for tab in [tab for group in tabs(admin, "").groups for tab in group.tabs]:
        page = client.get(tab.href)
        here = re.search(
            r'<details class="menu desk2".*?<summary[^>]*aria-current="page">([^<]*)', page.text, re.DOTALL
        )
        assert page.status_code == 200, tab.href
        assert here and here[1].endswith(f": {tab.title}"), tab.href


def test_no_screen_stands_in_two_places():
    known = [
        href for places in (DAILY, *(group for _title, group in GROUPS)) for href, _title, _needed in places
    ]

    assert len(known) == len(set(known))
