"""What every screen of prices shows around itself: the project, its other screens, the words."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from domain.access import Permission, User, may
from domain.estate import Project
from domain.kernel.text import _
from web.estate import cells
from web.estate.prices import words
from web.estate.prices.asked import buildings_of, every_project
from web.estate.tabs import tabs

SCREENS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("lists", "/prices", lambda: _("Price lists")),
    ("coefficients", "/prices/coefficients", lambda: _("Coefficients")),
    ("promotions", "/promotions", lambda: _("Promotions")),
    ("discounts", "/discounts", lambda: _("Discounts")),
    ("settings", "/prices/settings", lambda: _("Settings")),
)


def around(session: Session, user: User, project: Project, screen: str) -> dict[str, Any]:
    buildings = buildings_of(session, project)
    return {
        "project": project,
        "projects": every_project(session),
        "buildings": buildings,
        "building_names": {building.id: building.name for building in buildings},
        "screen": screen,
        "screens": [(name, f"{href}?project={project.id}", title()) for name, href, title in SCREENS],
        "tabs": tabs(user, "/prices"),
        "words": words,
        "cells": cells,
        "may_set": may(user, Permission.PRICES_SET),
    }
