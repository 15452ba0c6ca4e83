"""Files that appear whole: a reader, or a crash, never meets half a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from simenv.errors import SimenvError

ENDING = ".tmp"
"""How the names of unfinished files end; they begin with a dot."""


@contextmanager
def whole_file(path: Path, way_out: str) -> Iterator[BinaryIO]:
    """A file to write to that takes its name only when everything is on the disk.

    Args:
        way_out: what to do after making room, for the error when the disk is full.

    Raises:
        SimenvError: when the disk is full; the file that was there before stays as it was.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{ENDING}")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SimenvError(
                f"The disk is full: {path} could not be written. Make room, then {way_out}."
            ) from error
        raise
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what a killed process left unfinished in a folder and below it."""
    for unfinished in folder.rglob(f".*{ENDING}"):
        unfinished.unlink()
