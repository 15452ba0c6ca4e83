"""Runs as processes of their own, for whoever starts, stops and continues them without waiting.

A run started here writes what it says into ``<folder>.log`` beside its folder. It outlives its starter.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from simenv.errors import SimenvError, UsageError
from simenv.records.folder import STOP
from simenv.records.manifest import read_manifest

_SIMENV = (sys.executable, "-P", "-m", "simenv")
_TAIL = 4000
"""Bytes of a log that are shown."""
_started: dict[Path, subprocess.Popen[bytes]] = {}
"""What this process has started, so that its end is noticed."""


def words(scenario: str, changes: Mapping[str, Any], seeds: int, folder: Path) -> list[str]:
    """What stands behind ``simenv`` on a command line that runs a scenario into a folder.

    Args:
        scenario: one that ships.
        changes: values by key; a dotted key reaches inside.
    """
    sets = [f"--set={key}={json.dumps(value, ensure_ascii=False)}" for key, value in changes.items()]
    return ["run", scenario, *sets, f"--seeds={seeds}", f"--out={folder}"]


def start(scenario: str, changes: Mapping[str, Any], seeds: int, folder: Path) -> None:
    """Run a scenario into a folder that does not exist yet.

    Raises:
        UsageError: the folder's name cannot be, or is taken.
    """
    if not re.fullmatch(r"\w[\w.-]{0,99}", folder.name):
        raise UsageError(
            f"Expected letters, digits, points and dashes as the name of a run, found {folder.name!r}."
        )
    if os.path.lexists(folder):
        raise UsageError(f"There is already something called {folder.name!r}; choose another name.")
    _begin(words(scenario, changes, seeds, folder), folder)


def resume(folder: Path) -> None:
    """Continue a run that was stopped, failed or died.

    A run that names code or files of somebody's own is left to the command line: its folder may come from a
    stranger, and to continue it would run what it names.

    Raises:
        UsageError: there is no run in the folder, or it names what does not come with simenv.
    """
    _need_known(folder, read_manifest(folder)["scenario"])
    _begin(["run", f"--resume={folder}"], folder)


def stop(folder: Path) -> None:
    """Ask a run to end at its next page, where it can be continued.

    Raises:
        UsageError: there is no run in the folder.
    """
    read_manifest(folder)
    os.close(os.open(folder / STOP, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o666))


def export(run: Path, form: str, arms: Sequence[str], out: Path) -> None:
    """Write a run's interactions into a folder, in a process of its own: that of a long run takes minutes."""
    out.parent.mkdir(exist_ok=True)
    words = ["export", str(run), f"--format={form}", *(f"--arm={arm}" for arm in arms), f"--out={out}"]
    _begin(words, out)


def under_way(folder: Path) -> bool:
    """Whether what was started here for a folder goes on."""
    return folder in _started and _started[folder].poll() is None


def ended(folder: Path) -> int | None:
    """The exit code of what was started for a folder, told once; None while it goes on, or nothing did."""
    code = _started[folder].poll() if folder in _started else None
    if code is not None:
        del _started[folder]
    return code


def said(folder: Path) -> str:
    """The last words of the run in a folder; "" where there are none."""
    try:
        with open(os.open(_log(folder), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - _TAIL, 0))
            return file.read(_TAIL).decode(errors="replace")
    except OSError:
        return ""


@cache
def known_names() -> Mapping[str, Sequence[str]]:
    """What a scenario can name, by kind, as ``simenv list`` says: asked in a process of its own.

    Raises:
        SimenvError: the list could not be had.
    """
    asked = subprocess.run([*_SIMENV, "list"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    if asked.returncode:
        raise SimenvError(f"`simenv list` failed: {asked.stderr.strip()}")
    kinds = (line.partition(": ") for line in asked.stdout.splitlines() if ": " in line)
    return {kind: names.split(", ") for kind, _, names in kinds}


def _need_known(folder: Path, scenario: Any) -> None:
    """Refuse a scenario that names anything beside what ``simenv list`` does."""
    kinds = {"dataset": "datasets", "users": "policies", "model": "models"}
    known = known_names()
    try:
        named = [(known[kind], scenario[key]) for key, kind in kinds.items()]
        named += [(known["recommenders"], arm["use"]) for arm in scenario["recommenders"]]
    except (TypeError, KeyError):
        named = [([], "something else")]
    for names, name in named:
        if name not in names:
            raise UsageError(
                f"{folder.name} names {str(name)[:100]!r}, which does not come with simenv; if you trust it, "
                f"continue it with: simenv run --resume {folder.name}"
            )


def _log(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.log")


def _begin(arguments: Sequence[str], folder: Path) -> None:
    """Start ``simenv`` detached: no shell, no terminal, and no end when its starter ends."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        log = os.open(_log(folder), flags, 0o666)
    except OSError as problem:
        raise UsageError(
            f"{_log(folder).name} cannot be written ({problem.strerror}); the run needs it for what it says."
        ) from problem
    try:
        _started[folder] = subprocess.Popen(  # noqa: S603 - a list of words, each of them checked or our own
            [*_SIMENV, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(log)
