"""What has been exported from a run: folders below the run's own, and what is in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from dashboard.data.asking import Columns
from dashboard.data.files import entries
from dashboard.data.opened import Opened
from simenv.errors import UsageError
from simenv.records.export import FORMATS

MOST = 200 * 2**20
"""Bytes that are packed for a download, at most."""


def folder(run: Opened, form: str) -> Path:
    """Where a format's folders lie.

    Raises:
        UsageError: a link lies in the way.
    """
    place = run.folder / "exports" / form
    for path in (place.parent, place):
        if path.is_symlink():
            raise UsageError(f"{path} is a link, and links are not followed; put a folder in its place.")
    return place


def written(run: Opened, form: str) -> list[Path]:
    """The folders of a format that are whole; none of them a link."""
    place = folder(run, form)
    if form not in FORMATS or not place.is_dir():
        return []
    found = entries(place)
    whole = [e.name for e in found if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]
    return [place / name for name in sorted(whole)]


def files(portion: Path) -> Columns:
    """The plain files of one exported folder, and their bytes."""
    found = _plain(portion)
    return {"file": [path.name for path in found], "bytes": [path.stat().st_size for path in found]}


def size(portion: Path) -> int:
    """Bytes of one exported folder."""
    return sum(files(portion)["bytes"])


def statement(portion: Path) -> str:
    """What the folder says about where its content comes from."""
    notes = [path for path in _plain(portion) if path.name == "SYNTHETIC.md"]
    return notes[0].read_text(encoding="utf-8", errors="replace")[:5000] if notes else ""


def packed(portion: Path) -> bytes:
    """One exported folder as a zip file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _plain(portion):
            archive.write(path, f"{portion.name}/{path.name}")
    return held.getvalue()


def _plain(portion: Path) -> list[Path]:
    return sorted(portion / e.name for e in entries(portion) if e.is_file(follow_symlinks=False))
