"""What templates of offers say with: one bundle, so that every screen writes a unit or a sum alike."""

from typing import Any

from domain.offers import said, sheet, templates, units
from domain.offers.programmes import kind_word

WORDS: dict[str, Any] = {
    "unit_title": units.title,
    "unit_place": units.place,
    "unit_facts": units.facts,
    "day": said.day,
    "day_whole": said.day_whole,
    "percent": said.percent,
    "term": said.term,
    "extra": sheet.extra,
    "kind": kind_word,
    "template": templates.described,
}
