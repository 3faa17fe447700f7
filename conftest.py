"""Fixtures that `tests/` and `e2e/` share."""

pytest_plugins = [
    "tests.gates",
    "tests.world.people",
    "tests.world.places",
    "tests.world.trade",
    "tests.world.onec",
    "tests.fixtures",
    "tests.sites",
    "e2e.crowded",
]
