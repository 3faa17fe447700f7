"""What a web process carries: libraries that few requests need are loaded by the first of them."""

import subprocess
import sys

SELDOM = ("PIL", "lxml", "xlsxwriter", "python_calamine")
LOADED = """
import sys
from web.app import create_app

create_app()
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_a_fresh_process_carries_nothing_that_pictures_and_sheets_alone_need():
    told = subprocess.run(
        [sys.executable, "-c", LOADED, *SELDOM], capture_output=True, text=True, check=True, timeout=60
    )

    assert told.stdout.split() == []
