"""D3: a copy is the base it was made of, or it is refused; what was restored starts and is silent."""

import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
from sqlmodel import Session

from domain import events, files
from domain.deals.models import Deal
from domain.events import sealing
from domain.kernel import clock
from domain.kernel.settings import settings
from jobs.work import unit_of_work
from tests.fixtures import Database, in_use
from tests.gates import Gate
from tests.servers import Databases
from tests.world.people import PASSWORD
from web.run import backup as copies
from web.run import contents, locking
from web.run.trouble import Trouble

PHRASE = "семь раз отмерь"
SILENT = {"connection", "event_seal"}
"""Tables a restore writes to: 1C is switched off, and the chain of history says that it has moved."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own: files are part of what is copied."""
    monkeypatch.setenv("KARKAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDIS_URL", os.environ["REDIS_URL"])
    monkeypatch.setattr(locking, "HARDNESS", 2**10)
    settings.cache_clear()
    return tmp_path / "home"


@pytest.fixture
def peopled(database: Database, session: Session, home: Path, ivanov_deal: Deal) -> Database:
    """With history, two files, and a base of 1C that is switched on."""
    session.commit()  # or its transaction would stay open all the while
    with unit_of_work() as own:
        for number in range(5):
            events.record(own, "deal.edited", ivanov_deal, by=None, deal=ivanov_deal.id, number=number)
        for text in (b"a contract", b"a plan" * 100_000):
            files.keep(own, [text], media_type="text/plain", now=clock.now())
    with unit_of_work() as own:
        sealing.seal(own)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            """insert into connection (name, kind, base_url, login, secret_name, timezone)
               values ('1С', 'odata', 'http://127.0.0.1:1/', 'x', 'X', 'Europe/Moscow')"""
        )
    return database


@pytest.fixture
def copy(peopled: Database, tmp_path: Path) -> Path:
    copies.backup(tmp_path / "copy.tar")
    return tmp_path / "copy.tar"


@pytest.fixture
def new_home(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty installation beside the first one."""
    monkeypatch.setenv("KARKAS_HOME", str(tmp_path / "new"))
    with databases.new() as url, in_use(url) as empty:
        yield empty


def rows(url: str) -> dict[str, list[str]]:
    """Everything, table by table: compared here without the figures that are on trial."""
    with psycopg.connect(url) as connection:
        connection.execute("set timezone to 'UTC'")
        names = [name for (name,) in connection.execute(contents.TABLES)]
        return {
            name: sorted(row for (row,) in connection.execute(f'select t::text from "{name}" t'.encode()))
            for name in names
        }


def is_untouched(database: Database) -> bool:
    files_there = [path for path in settings().home.rglob("files/*/*") if path.is_file()]
    with psycopg.connect(database.url) as connection:
        tables = connection.execute("select from pg_tables where schemaname = 'public'").rowcount
    return not files_there and not tables


@pytest.mark.gate("D3")
@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_a_copy_becomes_the_same_base_and_works(
    peopled: Database,
    databases: Databases,
    tmp_path: Path,
    _address: str,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
):
    before, kept = rows(peopled.url), files_of(settings().home)
    monkeypatch.setenv(copies.VARIABLE, PHRASE)
    copies.backup(tmp_path / "copy", encrypt=locked)
    monkeypatch.setenv("KARKAS_HOME", str(tmp_path / "new"))
    with databases.new() as url, in_use(url):
        told = copies.restore(tmp_path / "copy")
        after = rows(url)
        different = {name for name in before if before[name] != after[name]}
        with unit_of_work(read_only=True) as session:
            chain = sealing.verify(session)
        silent = all(",f," in row for row in after["connection"])
        assert files_of(settings().home) == kept
        done = smoke(_address)
    assert "switched off: 1" in told
    gate.report(
        f"{sum(map(len, before.values()))} rows of {len(before)} tables, {len(kept)} files, "
        f"{'locked' if locked else 'open'}: the same but for {sorted(different)}; history "
        f"{'whole' if not chain.wrong else 'broken'}; 1C {'off' if silent else 'ON'}; {done}",
        ok=different <= SILENT and not chain.wrong and silent,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("files/*/*")}


def smoke(address: str) -> str:
    """Four things a person does first."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30, follow_redirects=True) as anna:
        entered = anna.post(
            "/sign-in", data={"login": "anna", "password": PASSWORD, "_csrf_token": token(anna)}
        )
        assert entered.status_code == 200 and "/sign-in" not in entered.url.path, entered.text[:300]
        assert 'id="unit-2"' in anna.get("/estate/1/chessboard").raise_for_status().text
        csrf = {"X-CSRFToken": token(anna, "/deals")}
        deal = anna.post(
            "/deals",
            data={"client": "Новый", "phone": "+79210000001", "title": "Квартира"},
            headers=csrf,
        )
        number = deal.raise_for_status().url.path.rpartition("/")[2]
        booked = anna.post("/units/2/booking", data={"deal_id": number, "days": 1}, headers=csrf)
        assert booked.status_code == 200, booked.text[:300]
    return "sign-in, chessboard, deal and booking work"


def token(browser: httpx.Client, path: str = "/sign-in") -> str:
    page = browser.get(path).text
    return page.partition('name="_csrf_token" value="')[2].partition('"')[0]


Breaking = Callable[[Path, Gate], None]


def emptied(file: Path, gate: Gate) -> None:
    file.write_bytes(b"")


def cut_short(file: Path, gate: Gate) -> None:
    os.truncate(file, gate.random.randrange(1, file.stat().st_size))


def a_byte_flipped(file: Path, gate: Gate) -> None:
    whole = bytearray(file.read_bytes())
    whole[gate.random.randrange(len(whole))] ^= 1 << gate.random.randrange(8)
    file.write_bytes(whole)


def made_by_a_newer_version(file: Path, gate: Gate) -> None:
    remade(file, change=lambda manifest: manifest.update(revision="from_the_future", version="9.0"))


def a_file_missing(file: Path, gate: Gate) -> None:
    remade(file, leave_out=gate.random.choice(members(file, "files/")))


def without_the_database(file: Path, gate: Gate) -> None:
    remade(file, leave_out="database.dump")


def with_an_older_manifest(file: Path, gate: Gate) -> None:
    """Of a moment when one table was different."""

    def change(manifest: dict[str, Any]) -> None:
        tables = manifest["figures"]["tables"]
        name = gate.random.choice([name for name, figure in tables.items() if not figure.startswith("0:")])
        count, _, checksum = tables[name].partition(":")
        tables[name] = f"{count}:{int(checksum) + gate.random.choice([1, -1])}"

    remade(file, change=change)


def no_copy_at_all(file: Path, gate: Gate) -> None:
    file.write_bytes(gate.random.randbytes(20_000))


def with_a_way_out(file: Path, gate: Gate) -> None:
    """A file beside the workspace, or a link out of it."""
    stray = tarfile.TarInfo(gate.random.choice(["../stray", "/tmp/karkas-stray", "files/../../stray"]))
    link = tarfile.TarInfo("files/way-out")
    link.type, link.linkname = gate.random.choice([tarfile.SYMTYPE, tarfile.LNKTYPE]), "/etc/passwd"
    remade(file, added=gate.random.choice([stray, link]))


BREAKINGS: list[Breaking] = [
    emptied, cut_short, a_byte_flipped, made_by_a_newer_version, a_file_missing, without_the_database,
    with_an_older_manifest, with_a_way_out, no_copy_at_all,
]  # fmt: skip


def members(file: Path, prefix: str) -> list[str]:
    with tarfile.open(file) as tar:
        return [name for name in tar.getnames() if name.startswith(prefix)]


def remade(
    file: Path,
    *,
    leave_out: str = "",
    change: Callable[[Any], object] = lambda _: None,
    added: tarfile.TarInfo | None = None,
) -> None:
    """By somebody who seals it as we do."""
    draft = file.with_suffix(".remade")
    with tarfile.open(file) as old, tarfile.open(draft, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content
            whole = content.read()
            if member.name == copies.MANIFEST:
                manifest = json.loads(whole)
                change(manifest)
                whole = json.dumps(manifest).encode()
            if member.name != leave_out:
                member.size = len(whole)
                new.addfile(member, io.BytesIO(whole))
        if added is not None:
            new.addfile(added)
    digest = copies._digest(draft)
    with draft.open("ab") as end:
        end.write(copies.SEAL % digest.encode())
    draft.replace(file)


def broken(copy: Path, breaking: Breaking, gate: Gate) -> Path:
    file = copy.with_name(f"{breaking.__name__}.tar")
    file.write_bytes(copy.read_bytes())
    breaking(file, gate)
    return file


@pytest.mark.gate("D3")
def test_a_broken_copy_is_refused_in_a_sentence_and_touches_nothing(
    copy: Path, new_home: Database, gate: Gate
):
    told: dict[str, str] = {}
    tries = 0
    for breaking in BREAKINGS:
        for _time in range(gate.size(2, 20)):
            tries += 1
            with pytest.raises(Trouble) as no:
                copies.restore(broken(copy, breaking, gate))
            assert is_untouched(new_home), breaking.__name__
            told[breaking.__name__] = str(no.value)
    assert all("\n" not in sentence and sentence.endswith(".") for sentence in told.values()), told
    assert "another version" in told["made_by_a_newer_version"]
    assert "missing" in told["a_file_missing"]
    assert "not as it was copied" in told["with_an_older_manifest"]
    gate.report(f"{tries} of {tries} broken copies of {len(BREAKINGS)} kinds refused, nothing touched")


@pytest.mark.gate("D3")
def test_a_locked_copy_opens_by_its_passphrase_alone(
    copy: Path, new_home: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    locking.lock(copy, locked := tmp_path / "locked", PHRASE)
    monkeypatch.setenv(copies.VARIABLE, "a guess")
    with pytest.raises(Trouble, match="passphrase does not fit"):
        copies.restore(locked)
    monkeypatch.setenv(copies.VARIABLE, PHRASE)
    tries = gate.size(6, 60)
    for _time in range(tries):
        with pytest.raises(Trouble):
            copies.restore(broken(locked, gate.random.choice([a_byte_flipped, cut_short]), gate))
        assert is_untouched(new_home)
    monkeypatch.delenv(copies.VARIABLE)
    with pytest.raises(Trouble, match="needs a passphrase"):
        copies.restore(locked)
    gate.report(f"a locked copy: a wrong passphrase and {tries} damages refused")


@pytest.mark.gate("D3")
def test_a_copy_is_verified_without_touching_anything(copy: Path, peopled: Database, gate: Gate):
    before = rows(peopled.url)

    told = copies.backup(copy, verify=True)

    assert rows(peopled.url) == before
    with pytest.raises(Trouble, match="not as it was copied"):
        copies.backup(broken(copy, with_an_older_manifest, gate), verify=True)
    assert "is whole" in told
    gate.report(told.partition(" is whole: ")[2])


@pytest.mark.gate("D3", long=True)
def test_a_million_rows_go_there_and_back_in_five_minutes(
    peopled: Database, databases: Databases, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    with psycopg.connect(peopled.url) as connection:
        connection.execute(
            """insert into event (name, subject_kind, subject_id, deal_id, payload)
               select 'deal.edited', 'deal', n, n, jsonb_build_object('amount', n::text)
                 from generate_series(1, 250000) n"""
        )
        connection.execute("delete from event_unrelayed")
        connection.execute(
            """insert into person (name, phone, responsible_id)
               select 'Клиент ' || n, '+7999' || lpad(n::text, 7, '0'), (select min(id) from app_user)
                 from generate_series(1, 500000) n"""
        )
    began = time.monotonic()
    with unit_of_work() as session:
        while sealing.seal(session):
            pass
    sealed = time.monotonic() - began
    with psycopg.connect(peopled.url) as connection:
        wanted = contents.figures(connection)
    began = time.monotonic()
    copies.backup(tmp_path / "copy")
    copied = time.monotonic() - began
    monkeypatch.setenv("KARKAS_HOME", str(tmp_path / "new"))
    with databases.new() as url, in_use(url) as new:
        copies.restore(tmp_path / "copy")
        restored = time.monotonic() - began - copied
        with psycopg.connect(url) as connection:
            found = contents.differences(wanted, contents.figures(connection))
        with Session(new.engine) as session:
            chain = sealing.verify(session)
    count = sum(int(figure.partition(":")[0]) for figure in wanted["tables"].values())
    gate.report(
        f"{count:,} rows: copied in {copied:.0f} s, restored in {restored:.0f} s, the same; "
        f"{chain.events:,} events sealed in {sealed:.0f} s",
        ok=copied + restored <= 300
        and count >= 1_000_000
        and not chain.wrong
        and all(said.startswith(tuple(SILENT)) for said in found),
        copied_seconds=copied,
        restored_seconds=restored,
    )


@pytest.mark.control("D3")
def test_control_a_restore_that_compares_nothing_believes_broken_copies(
    copy: Path, databases: Databases, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(copies, "_demand_seal", lambda *_: None)
    monkeypatch.setattr(copies, "_demand_members", lambda *_: None)
    monkeypatch.setattr(contents, "as_demands", lambda _: "")
    monkeypatch.setattr(copies, "_migrate", lambda: None)
    monkeypatch.setenv("KARKAS_HOME", str(tmp_path / "new"))
    believed = set()
    for breaking in (a_file_missing, with_an_older_manifest, a_byte_flipped, a_byte_flipped, a_byte_flipped):
        with databases.new() as url, in_use(url), suppress(Trouble):
            copies.restore(broken(copy, breaking, gate))
            believed.add(breaking.__name__)
    assert {"a_file_missing", "with_an_older_manifest"} <= believed
    gate.report(f"without checksums restored as if whole: {', '.join(sorted(believed))}")
