"""R4: people save the same record at once by its real form; nobody's save disappears unseen."""

import asyncio
import dataclasses
from dataclasses import dataclass, field

import httpx
import pytest
from sqlmodel import Session, SQLModel

from domain import tables  # noqa: F401  every table is known
from tests.faults.crowds import Browser, crowd
from tests.faults.editors import DEEDS, EDITORS, Editor, records
from tests.gates import Gate
from tests.sites import Site
from tests.web.walls import routes

EVERY = pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.table)


@dataclass
class Saves:
    """What the editors were told, and what they had seen when they typed."""

    editor: Editor
    seen: dict[str, str] = field(default_factory=dict)
    """By what was acknowledged: the value in the form it was typed into."""
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    numbers: int = 0

    async def work(self, browser: Browser, ids: dict[str, int], times: int) -> None:
        """Open the form, type, save; after a refusal look at both values and start again."""
        form, save = self.editor.form.format(**ids), self.editor.save.format(**ids)
        for _ in range(times):
            given = self.editor.fields((await browser.get(form)).text)
            self.numbers += 1
            mine = self.editor.value(self.numbers)
            answer = await browser.post(save, given | {self.editor.field: mine})
            if answer.status in {200, 303}:
                self.seen[mine] = given[self.editor.field]
            elif answer.status == 409:
                self.refused += 1
                self._look(answer.text, mine)
            else:
                self.wrong.append(f"{answer.status}")

    def _look(self, text: str, mine: str) -> None:
        kept = self.editor.fields(text)[self.editor.field]
        note = text.partition(f'name="{self.editor.field}"')[2].partition("</div>")[0]
        if kept != mine:
            self.wrong.append(f"the form forgot {mine}")
        if "Сейчас: «" not in note:
            self.wrong.append("theirs is not told at the field")

    def lost(self, session: Session, ids: dict[str, int]) -> int:
        """Saves that somebody overwrote without having seen them."""
        history = self.editor.history(session, ids[self.editor.table])
        return sum(self.seen[after] != before for before, after in history)


async def edit(saves: Saves, url: str, ids: dict[str, int], editors: int, times: int) -> None:
    async with crowd(url, [saves.editor.login] * editors) as browsers:
        await asyncio.gather(*(saves.work(browser, ids, times) for browser in browsers))


@pytest.mark.gate("R4")
def test_of_saves_over_each_other_none_is_lost(site: Site, session: Session, gate: Gate):
    editors, times = gate.size(5, 20), gate.size(5, 25)
    ids = records(session)
    for editor in EDITORS:
        before = editor.version(session, ids[editor.table])
        saves = Saves(editor)
        asyncio.run(edit(saves, site.url, ids, editors, times))

        kept = len(editor.history(session, ids[editor.table]))
        grown = kept if before is None else editor.version(session, ids[editor.table]) - before
        lost = saves.lost(session, ids)
        gate.report(
            f"{editor.table}: {editors} editors x {times} saves, {len(saves.seen)} acknowledged, "
            f"{grown} kept, {lost} lost, {saves.refused} told both values"
            + (f", wrong: {sorted(set(saves.wrong))}" if saves.wrong else ""),
            ok=len(saves.seen) == grown == kept and not lost and not saves.wrong and saves.refused > 0,
        )


@pytest.mark.control("R4")
@EVERY
def test_control_with_the_comparison_blinded_saves_are_lost(
    editor: Editor, client: httpx.Client, session: Session, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(*editor.verb, editor.blinded)
    ids = records(session)
    saves = Saves(editor)
    asyncio.run(edit(saves, str(client.base_url), ids, editors=5, times=gate.size(4, 25)))

    lost = saves.lost(session, ids)
    gate.report(f"{editor.table}: {lost} of {len(saves.seen)} acknowledged saves lost without the comparison")
    assert lost > 0


@pytest.mark.gate("R4")
def test_every_form_of_a_record_is_tried_or_said_to_overwrite_nothing(gate: Gate):
    forms = {
        route.path: route
        for route in routes.table()
        if route.method == "POST" and any(name.endswith("_id") for name in route.parameters)
    }
    tried = {editor.route for editor in EDITORS}
    versioned = {table.name for table in SQLModel.metadata.sorted_tables if "version" in table.columns}
    unguarded = [
        editor.route
        for editor in EDITORS
        if editor.guard not in {field.name for field in dataclasses.fields(forms[editor.route].body)}
    ]
    unknown = sorted(set(forms) ^ (tried | set(DEEDS))) + sorted(versioned - {each.table for each in EDITORS})
    gate.report(
        f"{len(tried)} editing forms, {len(DEEDS)} deeds, {len(versioned)} tables with a version; "
        f"not accounted for: {', '.join(unknown + unguarded) or 'none'}",
        ok=not (unknown or unguarded),
    )
