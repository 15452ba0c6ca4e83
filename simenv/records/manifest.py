"""What a run is, in one small file: read by everything that opens a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simenv.errors import UsageError
from simenv.records.schema import FORMAT

FILE = "manifest.json"
STATES = ("running", "done", "failed", "stopped")

Manifest = dict[str, Any]
"""``format``, ``state``, ``seeds`` and ``arms`` always; beside them whatever the scenario says about itself.

Exports look for ``scenario`` (its name, or the scenario as run), ``model`` and ``dataset`` with ``name``,
``sha256`` and, for a data set, ``terms``.
"""


def new_manifest(about: Mapping[str, Any]) -> Manifest:
    """The manifest of a run that begins."""
    return {"format": FORMAT, "state": "running", **about}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run folder.

    Raises:
        UsageError: when the folder holds no run, or one that this version cannot read.
    """
    path = folder / FILE
    if not path.is_file():
        raise UsageError(f"No run in {folder}: expected a folder with a {FILE}, as `simenv run` writes it.")
    try:
        manifest = json.loads(path.read_bytes())
        version = int(manifest["format"])
        named = manifest["state"], [int(s) for s in manifest["seeds"]], [str(a) for a in manifest["arms"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is not a run's manifest: expected JSON with format, state, seeds and arms."
        ) from error
    if version > FORMAT:
        raise UsageError(
            f"{folder} is from a newer simenv: expected format {FORMAT}, found {version}. Update simenv."
        )
    return {**manifest, "state": named[0], "seeds": named[1], "arms": named[2]}


def as_json(content: Mapping[str, Any]) -> bytes:
    """JSON for people: one key a line, words as they are."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
