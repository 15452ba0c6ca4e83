"""Surrogates on disk: what they were distilled from in JSON, what they have learned as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.surrogate.policy import Distilled
from simenv.errors import UsageError
from simenv.records.columns import read_columns, write_columns
from simenv.records.manifest import as_json
from simenv.records.whole import whole_file
from simenv.types import Dataset

FORMAT = 1
ABOUT, WEIGHTS = "surrogate.json", "surrogate.safetensors"
_WAY_OUT = "distill again into the same folder"


@dataclass(frozen=True)
class Saved:
    """A surrogate and where it comes from.

    Args:
        about: ``dataset`` (name and sha256), ``model`` of the language users, ``run``, and the ``gap``.
        distilled: what it has learned.
    """

    about: Mapping[str, Any]
    distilled: Distilled

    def write(self, folder: Path) -> None:
        """Put it into a folder, in the place of another one that was there."""
        folder.mkdir(parents=True, exist_ok=True)
        write_columns(folder / WEIGHTS, self.distilled.columns(), {"format": str(FORMAT)}, _WAY_OUT)
        with whole_file(folder / ABOUT, _WAY_OUT) as file:
            file.write(as_json({"format": FORMAT, **self.about}))

    @classmethod
    def read(cls, folder: Path, dataset: Dataset) -> Saved:
        """The surrogate in a folder.

        Raises:
            UsageError: there is none, or it was distilled from people of other data.
        """
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            known, version = about["dataset"], int(about["format"])
            columns, _ = read_columns(folder / WEIGHTS)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise UsageError(
                f"Expected the folder of a surrogate with {ABOUT} and {WEIGHTS} in it, found {str(folder)!r} "
                f"({problem}); make one with `simenv distill RUN` and name it as `model:`."
            ) from None
        if version != FORMAT:
            raise UsageError(f"Expected format {FORMAT} in {folder / ABOUT}, found {version}; distill again.")
        if known["sha256"] != dataset.sha256:
            raise UsageError(
                f"Expected the data set {known['name']!r} that the surrogate in {folder} was distilled from, "
                f"found {dataset.name!r} with other content; distill a run on it."
            )
        return cls(about, Distilled.of(columns))
