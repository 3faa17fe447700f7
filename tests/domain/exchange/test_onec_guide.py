"""The guide for administrators of 1C says what the code does."""

import json
import re
from pathlib import Path

from domain.exchange import mapping, reservations


def test_the_mapping_in_the_guide_is_the_default_one(project_root: Path) -> None:
    guide = (project_root / "docs" / "onec-odata.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)

    assert mapping.of(json.loads(example)) == mapping.Mapping()
    assert reservations.MARK in guide
