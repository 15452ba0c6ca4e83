"""A trained recommender on disk: what it is in JSON, what it has learned as safetensors; nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simenv.errors import UsageError
from simenv.protocols import State
from simenv.records.columns import read_columns, write_columns
from simenv.records.whole import whole_file

FORMAT = 1
ABOUT, WEIGHTS = "model.json", "model.safetensors"
CHECKPOINT = "checkpoint.safetensors"
"""Beside them: everything that is needed to go on with the training."""
WAY_OUT = "train again into the same folder"


@dataclass(frozen=True)
class Saved:
    """A trained recommender.

    Args:
        about: ``algorithm``, and whatever else is needed to use it; plain values.
        columns: weights and tables by name.
    """

    about: Mapping[str, Any]
    columns: State

    def write(self, folder: Path) -> None:
        """Put it into a folder, in the place of another one that was there."""
        folder.mkdir(parents=True, exist_ok=True)
        write_columns(folder / WEIGHTS, self.columns, {"about": json.dumps(self.about)}, WAY_OUT)
        with whole_file(folder / ABOUT, WAY_OUT) as file:
            file.write((json.dumps({"format": FORMAT, **self.about}, indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Saved:
        """The trained recommender in a folder.

        Raises:
            UsageError: there is none, or one that this version cannot read.
        """
        try:
            told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            columns, notes = read_columns(folder / WEIGHTS)
            about = json.loads(notes["about"])
        except (OSError, ValueError, KeyError) as problem:
            raise UsageError(
                f"Expected the folder of a trained recommender with {ABOUT} and {WEIGHTS} in it, found "
                f"{str(folder)!r} ({problem}); name a folder that `simenv train` has written."
            ) from None
        if told.get("format") != FORMAT:
            raise UsageError(
                f"Expected format {FORMAT} in {folder / ABOUT}, found {told.get('format')!r}; "
                "use the version of simenv that wrote it, or train again."
            )
        return cls(about, columns)
