"""Removing runs that nobody will finish."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from simenv.errors import UsageError
from simenv.records.folder import RunFolder
from simenv.records.run import Run

_UNFINISHED = ("failed", "stopped", "dead")


def unfinished(runs: Path) -> list[Run]:
    """The runs in a folder that failed, were stopped or died; links are not followed.

    Raises:
        UsageError: there is no such folder.
    """
    if not runs.is_dir():
        raise UsageError(f"Expected a folder of runs at {runs}, found none; name another one.")
    found = []
    for path in sorted(runs.iterdir()):
        if path.is_symlink() or not (path / "manifest.json").is_file():
            continue
        try:
            run = Run(path)
        except UsageError:
            continue
        if run.state in _UNFINISHED and not _under_way(path):
            found.append(run)
    return found


def _under_way(path: Path) -> bool:
    """Whether a process holds the run, even one that was suspended and shows no sign of life."""
    try:
        RunFolder.open(path).close()
    except UsageError:
        return True
    return False


def remove(runs: Sequence[Run]) -> None:
    """Remove run folders for good."""
    for run in runs:
        shutil.rmtree(run.path)
