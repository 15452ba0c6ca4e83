"""A run in a process of its own, which is killed at a chosen moment amid the writing of its files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def live(folder: Path, dies_at: int, begin: Mapping[str, Any] | None = None) -> int:
    """Begin a run, or resume it, and let it die at its so many-th opening or renaming of a file.

    Args:
        begin: ``name``, ``values`` and ``seeds`` of a run that begins.

    Returns:
        The process's exit code: ``-SIGKILL`` where it died.
    """
    asked = json.dumps({"folder": str(folder), "dies_at": dies_at, "begin": begin})
    command = [sys.executable, "-m", "tests.scenarios.mortal", asked]
    return subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode


def _die_in_time(folder: str, moment: int) -> None:
    """Count what is done to files of the run, the heartbeat left out, and kill this process at a moment."""
    passed = 0

    def count(event: str, args: tuple[Any, ...]) -> None:
        nonlocal passed
        if (
            event in ("open", "os.rename")
            and str(args[0]).startswith(folder)
            and "progress" not in str(args[0])
        ):
            passed += 1
            if passed == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _main(asked: Mapping[str, Any]) -> None:
    from scenarios.running import resume, run

    _die_in_time(asked["folder"], asked["dies_at"])
    if asked["begin"]:
        begin = asked["begin"]
        run(begin["name"], begin["values"], seeds=begin["seeds"], out=asked["folder"])
    else:
        resume(asked["folder"])


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
