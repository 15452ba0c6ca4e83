"""The last whole round of a run, in one file, so that a killed run goes on with the same bytes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from simenv.errors import SimenvError
from simenv.protocols import State

FOLDER = "checkpoint"
FILE = Path(FOLDER) / "checkpoint.npz"
_NOTE = "note"
_STATE = "state."


@dataclass(frozen=True)
class Checkpoint:
    """Where a run was when a round had ended.

    Args:
        state: the columns of everything that changes, by name.
        counters: whatever else the run needs to know: plain values, as JSON.
        parts: the part files that are valid, relative to the run folder; later ones are to be dropped.
    """

    state: State
    counters: Mapping[str, Any]
    parts: tuple[str, ...]


def write_checkpoint(file: BinaryIO, checkpoint: Checkpoint) -> None:
    """Write a checkpoint as a zip of plain arrays (.npz), never as Python objects."""
    objects = [name for name, column in checkpoint.state.items() if np.asarray(column).dtype.hasobject]
    if objects:
        raise TypeError(f"Expected columns of numbers or text in a checkpoint, found objects in {objects}.")
    note = json.dumps({"counters": checkpoint.counters, "parts": checkpoint.parts})
    columns = {_STATE + name: column for name, column in checkpoint.state.items()}
    np.savez(file, allow_pickle=False, **{_NOTE: np.array(note)}, **columns)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint back.

    Raises:
        SimenvError: when there is none, or it is damaged.
    """
    way_out = "The run cannot be continued; start it again with a new --out."
    if not path.is_file():
        raise SimenvError(f"No checkpoint in {path.parent}: the first round had not ended. {way_out}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            note = json.loads(str(stored[_NOTE]))
            state = {name[len(_STATE) :]: stored[name] for name in stored.files if name.startswith(_STATE)}
            return Checkpoint(state, note["counters"], tuple(note["parts"]))
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise SimenvError(f"{path} is damaged. {way_out}") from error
