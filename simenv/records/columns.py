"""Columns and notes as one safetensors file that appears whole; nothing is pickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simenv.protocols import State
from simenv.records.whole import whole_file


def write_columns(path: Path, columns: State, notes: Mapping[str, str], way_out: str) -> None:
    """Write columns and notes.

    Args:
        way_out: what to do after making room, for the error when the disk is full.
    """
    from safetensors.numpy import save

    whole = {name: np.ascontiguousarray(column) for name, column in columns.items()}
    with whole_file(path, way_out) as file:
        file.write(save(whole, dict(notes)))


def read_columns(path: Path) -> tuple[dict[str, npt.NDArray[np.generic]], dict[str, str]]:
    """Columns and notes of such a file.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            names = list(file.keys())
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except SafetensorError as damaged:
        raise ValueError(f"{path.name} is damaged") from damaged
