"""Which files a run consists of, so that nothing outside its folder is ever opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from simenv.errors import UsageError
from simenv.records import checkpoint, manifest
from simenv.records.schema import PARTS

WHOLE = ("agents", "catalog", "metrics", "graph")
"""Tables that are one file each."""
_MOST_WORDS = 4 * 2**20
"""Bytes of a manifest or a progress file above which it is none."""

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of the last change in ns and bytes of each file: equal as long as nothing has changed."""


def stamp(folder: Path) -> Stamp:
    """The files of a run, and when each was last changed.

    Raises:
        UsageError: a link, or something that is neither file nor folder, is among them.
    """
    try:
        return tuple(sorted(_files(folder)))
    except OSError as problem:
        raise UsageError(
            f"The run {folder.name} cannot be read ({problem.strerror}); mind its access rights."
        ) from problem


def table_files(folder: Path, files: Stamp, table: str) -> list[str]:
    """The whole files of a table, in order, as paths."""
    if table in WHOLE:
        return [str(folder / name) for name, *_ in files if name == f"{table}.parquet"]
    return [
        str(folder / name)
        for name, *_ in files
        if name.startswith(f"{table}/part-") and name.endswith(".parquet")
    ]


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, links unfollowed."""
    with os.scandir(folder) as found:
        return list(found)


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for entry in entries(folder):
        if _is_folder(entry):
            if entry.name in (*PARTS, checkpoint.FOLDER):
                yield from (
                    _checked(below, f"{entry.name}/{below.name}") for below in entries(Path(entry.path))
                )
        elif not entry.name.startswith("."):
            yield _checked(entry, entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        raise UsageError(f"{entry.name} is a link, and links are not followed; put a file in its place.")
    return entry.is_dir(follow_symlinks=False)


def _checked(entry: os.DirEntry[str], name: str) -> tuple[str, int, int]:
    now = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(now.st_mode):
        raise UsageError(f"{name} is no plain file, and only those are opened; put a file in its place.")
    if name in (manifest.FILE, "progress.json") and now.st_size > _MOST_WORDS:
        raise UsageError(f"{name} has {now.st_size:,} bytes, more than any that a run writes; remove it.")
    return name, now.st_mtime_ns, now.st_size
