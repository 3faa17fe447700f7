"""Typst in a process of its own, with little time and memory: `python -m jobs.offers.typesetting` of a sheet.

The sheet comes as JSON on the standard input, the PDF leaves on the standard output. What people wrote is
data of the layout (`sys.inputs`), never its text; it sees no other files than the drawings of the
sheet and asks nobody for fonts.
"""

import json
import resource
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jobs
from domain.files import path_of
from domain.offers.documents import TEMPLATE

FONTS = Path(jobs.__file__).parent.parent / "static" / "dist" / "typeset"
SECONDS = 30
MEMORY = 1024**3
"""Bytes of address space; an offer takes a tenth."""
CPU_SECONDS = 20
PROGRAM = [sys.executable, "-m", "jobs.offers.typesetting"]


class NotTypeset(Exception):
    """The layout and the sheet did not make a document: an error of ours."""


def typeset(sheet: dict[str, Any], *, made_at: datetime) -> bytes:
    """The PDF of a sheet; the same bytes for the same sheet and moment. Raises NotTypeset."""
    pictures = {
        drawing["file"]: str(path_of(drawing["sha256"]))
        for unit in sheet.get("units", ())
        for drawing in unit.get("drawings", ())
    }
    asked = {"sheet": sheet, "made_at": int(made_at.timestamp()), "pictures": pictures}
    told = json.dumps(asked, ensure_ascii=False).encode()
    try:
        done = subprocess.run(
            PROGRAM,
            input=told, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotTypeset(f"longer than {SECONDS} s") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotTypeset(said[-1][:1000] if said else f"ended with {done.returncode}")
    return done.stdout


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import typst  # noqa: PLC0415  under the limits

    asked = json.load(sys.stdin)
    # Another layout may be named: how an endless one is ended is tried so.
    layout = Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE
    with TemporaryDirectory() as folder:
        for name, path in asked["pictures"].items():
            shutil.copyfile(path, Path(folder, name))
        pdf = typst.compile(
            shutil.copyfile(layout, Path(folder, layout.name)),
            root=Path(folder),
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sheet": json.dumps(asked["sheet"], ensure_ascii=False)},
            timestamp=asked["made_at"],
        )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
