"""Whatever is sent, the site lets in only what it says it takes, and nothing of the rest stays behind."""

import time
from pathlib import Path

import httpx
import psutil
import pytest
from sqlmodel import select

from domain.activities import Attachment
from domain.files import StoredFile, examining
from domain.kernel.settings import settings
from tests.gates import Gate
from tests.sites import Site, passport
from tests.web.walls import uploads

SLOWEST_SECONDS = 2.0
MOST_GROWN = 100 * 1024**2
PATIENCE = 30


@pytest.fixture
def address(ivanov_deal) -> str:
    return f"/deals/{ivanov_deal.id}/files"


def left_behind() -> list[Path]:
    return [path for path in settings().files_root.rglob("*") if path.is_file()]


def memory(site: Site) -> int:
    return max(psutil.Process(running.pid).memory_info().rss for running in site.running.values())


@pytest.mark.gate("S11")
def test_every_hostile_file_is_refused_whole_with_one_sentence(site: Site, session, address: str, gate: Gate):
    before, files_before = memory(site), left_behind()
    faults: list[str] = []
    slowest = 0.0
    corpus = list(uploads.hostile())
    with httpx.Client(base_url=site.url, trust_env=False, timeout=PATIENCE, **passport("anna")) as anna:
        for name, content in corpus:
            began = time.monotonic()
            answer = anna.post(
                address, files=[("files", ("хороший.pdf", uploads.PDF)), ("files", (name, content))]
            )
            slowest = max(slowest, time.monotonic() - began)
            sentences = answer.text.count('class="note bad"')
            if answer.status_code != 422 or sentences != 1 or f"«{name}»" not in answer.text:
                faults.append(f"{name}: {answer.status_code}, {sentences} sentences")
    grown = memory(site) - before
    assert session.exec(select(Attachment)).all() == []
    assert left_behind() == files_before
    gate.report(
        f"{len(corpus)} files: {len(corpus) - len(faults)} refused in one sentence {faults or ''}, "
        f"the slowest in {slowest:.1f} s, memory +{grown / 1024**2:.0f} MB, nothing left behind",
        ok=len(corpus) >= 60 and not faults and slowest <= SLOWEST_SECONDS and grown <= MOST_GROWN,
        files=len(corpus),
        slowest=slowest,
        grown_mb=grown / 1024**2,
    )


@pytest.mark.gate("S11")
def test_a_bad_name_of_a_good_file_is_made_plain(open_client, session, address: str, gate: Gate):
    anna = open_client("anna")
    expected = []
    for given, kept in uploads.misnamed():
        answer = anna.post(address, files=[("files", (given, uploads.PDF))])
        assert answer.status_code == 303, (given, answer.text[-500:])
        expected.append(kept)

    names = session.exec(select(Attachment.name).order_by(Attachment.id)).all()
    assert names == expected
    assert len(session.exec(select(StoredFile)).all()) == 1, "the same bytes are one file"
    gate.report(f"{len(expected)} bad names made plain")


@pytest.mark.control("S11")
def test_control_a_site_that_believes_the_name_takes_them(
    open_client, session, address: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    def credulous(content: object, name: str) -> examining.Kind:
        return examining.PDF

    monkeypatch.setattr("domain.activities.attaching.examine", credulous)
    anna = open_client("anna")
    small = [(name, content) for name, content in uploads.hostile() if len(content) < 10_000]
    taken = sum(anna.post(address, files=[("files", file)]).status_code == 303 for file in small)
    assert taken > 40
    gate.report(f"believing names, {taken} of {len(small)} hostile files are let in")
