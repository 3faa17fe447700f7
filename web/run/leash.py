"""Run a module as a program that does not outlive its starter, even one killed by kill -9.

python -m web.run.leash PARENT MODULE ARGUMENT...
"""

import os
import runpy
import signal
import sys
import threading
import time

LOOK_EVERY_SECONDS = 1


def main() -> None:
    parent, module, *words = sys.argv[1:]
    threading.Thread(target=_leave_with, args=(int(parent),), name="leash", daemon=True).start()
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
