"""The program: ``optimiser`` in a shell, and ``python -m optimiser.cli``."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from typing import NoReturn

__all__ = ["run"]


def run() -> NoReturn:
    """Run one command and leave at once.

    A command lives for a second, most of it spent on imports. Collecting garbage among what is being imported, and taking
    the interpreter down piece by piece at the end, cost a fifth of that and give nothing back.
    """
    gc.set_threshold(200_000, 50, 1_000)
    from optimiser.cli import main

    code = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone; main has said so in its code
            stream.flush()
    if threading.active_count() > 1:
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    run()
