"""Where a data set's files are: in a folder, in a zip, or still at their home."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import urlopen

from simenv.errors import UsageError

Read = Callable[[str], bytes | None]
"""From a file's name to its bytes, None where there is no such file."""

_CHUNK = 1 << 20
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Archive:
    """A published zip: its name, its home, and what its bytes must hash to."""

    name: str
    url: str
    md5: str

    def open(self) -> Read:
        """Find the files (``SIMENV_DATA``, then the cache), or fetch them into the cache.

        Raises:
            UsageError: they are nowhere and cannot be fetched, or the zip is broken.
        """
        return given(self.name) or zipped(self.fetch())

    def fetch(self) -> Path:
        """Download the zip into the cache; it appears whole and checked, or not at all."""
        target = cache() / f"{self.name}.zip"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._replace(target)
        except (OSError, HTTPException) as problem:
            raise UsageError(
                f"The data set {self.name!r} is not on this machine and cannot be fetched from {self.url} "
                f"({problem}): put {self.name}.zip into {cache()}, or into the folder that SIMENV_DATA names."
            ) from problem
        return target

    def _replace(self, target: Path) -> None:
        """Fill a temporary file beside the target, and give it the target's name when it is right."""
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{self.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                self._download(file)
            os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def _download(self, file: BinaryIO) -> None:
        """Stream the zip to a file and check its md5 on the way."""
        digest = md5(usedforsecurity=False)
        with urlopen(self.url, timeout=_PATIENCE) as answer:  # noqa: S310 (the home is a constant)
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        if digest.hexdigest() != self.md5:
            raise UsageError(
                f"Expected {self.url} to have the md5 {self.md5}, but what arrived has {digest.hexdigest()}; "
                f"nothing was kept: try again, or put {self.name}.zip into {cache()} yourself."
            )


def given(name: str) -> Read | None:
    """The files of a data set that are on this machine (``SIMENV_DATA``, then the cache), or None.

    They are in a folder of its name, or in a zip of its name, in that folder or beside it.
    """
    place = os.environ.get("SIMENV_DATA")
    for home in ([Path(place)] if place else []) + [cache()]:
        folder = home / name
        for zip_path in (folder / f"{name}.zip", home / f"{name}.zip"):
            if zip_path.is_file():
                return zipped(zip_path)
        if folder.is_dir():
            return unpacked(folder)
    return None


def cache() -> Path:
    """The folder in which downloaded data sets are kept."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "simenv" / "data"


def unpacked(folder: Path) -> Read:
    """Read from a folder."""

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return read


def zipped(path: Path) -> Read:
    """Read from a zip, in whichever folder inside it the files are."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {Path(entry).name: entry for entry in archive.namelist() if not entry.endswith("/")}
    except zipfile.BadZipFile as problem:
        raise _broken(path, problem) from problem

    def read(name: str) -> bytes | None:
        if name not in inside:
            return None
        try:
            with zipfile.ZipFile(path) as archive:
                return archive.read(inside[name])
        except (zipfile.BadZipFile, zlib.error) as problem:
            raise _broken(path, problem) from problem

    return read


def _broken(path: Path, problem: Exception) -> UsageError:
    return UsageError(f"{path} is not a whole zip file ({problem}): delete it, and it is fetched again.")
