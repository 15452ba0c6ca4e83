"""Where a training stands, on disk: what it is in JSON, how far it is as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simenv.errors import UsageError
from simenv.records.whole import whole_file
from simenv.types import FloatArray

ABOUT, STATE = "training.json", "checkpoint.safetensors"
_WAY_OUT = "train again into the same folder"


@dataclass(frozen=True)
class Checkpoint:
    """Everything that changes from step to step.

    Args:
        tensors: float32, ``weight.NAME``, and its moments as ``exp_avg.NAME`` and ``exp_avg_sq.NAME``.
        step: how many batches were learned from.
        epoch, epoch_start: which pass over the people it is, and at which step it began.
    """

    tensors: Mapping[str, FloatArray]
    step: int
    epoch: int
    epoch_start: int

    def save(self, folder: Path) -> None:
        """Put it in the place of the last one; it appears whole."""
        from safetensors.numpy import save

        counters = {"step": self.step, "epoch": self.epoch, "epoch_start": self.epoch_start}
        with whole_file(folder / STATE, _WAY_OUT) as file:
            file.write(save(dict(self.tensors), {"counters": json.dumps(counters)}))

    @classmethod
    def load(cls, folder: Path) -> Checkpoint | None:
        """The last one, None where there is none yet."""
        from safetensors import safe_open

        if not (folder / STATE).exists():
            return None
        with safe_open(folder / STATE, framework="np") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return cls(tensors, **json.loads(file.metadata()["counters"]))

    def weights(self) -> dict[str, FloatArray]:
        """The network's weights under their own names."""
        prefix = "weight."
        return {n.removeprefix(prefix): w for n, w in self.tensors.items() if n.startswith(prefix)}


def claim(folder: Path, about: Mapping[str, Any]) -> None:
    """Make a folder the one of this training: a new one, or one in which it was begun.

    Args:
        about: what the training is, for JSON: plan, shape, data.

    Raises:
        UsageError: another training was begun there.
    """
    if not (folder / ABOUT).exists():
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / ABOUT, _WAY_OUT) as file:
            file.write(json.dumps(about, indent=1).encode())
        return
    begun = read_about(folder)
    for part, wanted in about.items():
        if begun.get(part) != wanted:
            raise UsageError(
                f"Expected the {part} that the training in {folder} began with ({begun.get(part)}), found "
                f"{wanted}; go on with the first, or train into another folder."
            )


def read_about(folder: Path) -> dict[str, Any]:
    """What the training in a folder is.

    Raises:
        UsageError: nobody trains there.
    """
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(
            f"Expected the folder of a training with a {ABOUT} in it, found {folder} ({problem}); "
            f"name a folder of `simenv train behaviour`."
        ) from None
    return about
