"""What a model says of its own training, in the JSON beside its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.behaviour.plan import Lesson, Plan, kept_apart
from agents.models import EMBEDDED
from simenv.data import load
from simenv.errors import UsageError
from simenv.types import BoolArray, Dataset


@dataclass(frozen=True)
class Record:
    """What a model learned from, as far as it is written down.

    Args:
        data: name and sha256 of each data set.
        seed, apart: who was kept apart: by which luck, and how many (``kept_apart``).
        teachers: families of recommenders that taught the model.
        calibrated: whether there is a calibration of its P(yes).
    """

    data: Sequence[tuple[str, str]] = ()
    seed: int = 0
    apart: int = Plan().validation_people
    teachers: Sequence[str] = ()
    calibrated: bool = False

    @classmethod
    def of(cls, model: str) -> Record:
        """What the card beside a model's file says; nothing where there is none.

        Raises:
            UsageError: there is a card that cannot be read.
        """
        file = EMBEDDED if model == "embedded" else Path(model)
        card = file.with_suffix(".json")
        if not file.is_file() or not card.is_file():
            return cls()
        try:
            return cls._read(json.loads(card.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise UsageError(
                f"Expected a model card in {card}, found one that cannot be read ({problem}); mend it or "
                "move it away."
            ) from None

    @classmethod
    def _read(cls, card: Mapping[str, Any]) -> Record:
        plan = card.get("plan", {})
        return cls(
            data=[(str(d["name"]), str(d["sha256"])) for d in card.get("data", ())],
            seed=int(plan.get("seed", 0)),
            apart=int(plan.get("validation_people", cls.apart)),
            teachers=[str(teacher) for teacher in card.get("teachers", ())],
            calibrated="calibration" in card,
        )

    def met(self, dataset: Dataset) -> BoolArray:
        """Whom of a data set's people the model has learned from: bool (users,)."""
        met = np.zeros(len(dataset.users), dtype=bool)
        for place, (name, sha256) in enumerate(self.data):
            if name == dataset.name:
                met |= self._learners(dataset, sha256, place)
        return met

    def _learners(self, dataset: Dataset, sha256: str, place: int) -> BoolArray:
        """The learners of one training; everybody where the data of that name are not those it used."""
        used = dataset if dataset.sha256 == sha256 else load(dataset.name)
        if used.catalog.titles != dataset.catalog.titles:
            return np.zeros(len(dataset.users), dtype=bool)
        if used.sha256 != sha256:
            return np.ones(len(dataset.users), dtype=bool)
        learners = Lesson.of(used, self.seed, kept_apart(used, self.apart, place)).learners
        ids = {used.users.ids[user] for user in learners}
        return np.array([name in ids for name in dataset.users.ids], dtype=bool)
