"""What an environment pays for: one named part of what happened, or a weighted sum of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simenv.errors import unknown_name
from simenv.gym.errors import UnknownSettingError, is_number
from simenv.gym.stage import Outcome, Stage
from simenv.types import FloatArray


@dataclass(frozen=True)
class Reward:
    """A weighted sum of named parts.

    Args:
        weights: how much each part counts, in the part's own units.
    """

    weights: Mapping[str, float]

    @classmethod
    def named(cls, reward: str | Mapping[str, float] | None, stage: Stage) -> Reward:
        """From a part's name, from weights by name, or (None) the stage's first part.

        Raises:
            UnknownSettingError: the stage has no such part, or a weight is no number.
        """
        chosen = stage.rewards[0] if reward is None else reward
        weights = {chosen: 1.0} if isinstance(chosen, str) else chosen
        if not isinstance(weights, Mapping) or not weights:
            raise UnknownSettingError(
                f"Expected a reward's name, or weights by name, found {reward!r}; name at least one part."
            )
        for name, weight in weights.items():
            if name not in stage.rewards:
                raise UnknownSettingError(str(unknown_name("reward", str(name), stage.rewards)))
            if not is_number(weight):
                raise UnknownSettingError(
                    f"Expected the weight of reward {name!r} as a number, found {weight!r}; name another."
                )
        return cls(weights)

    def of(self, outcome: Outcome) -> FloatArray:
        """The reward of each row: float32 (rows,), parts added in the order of the weights."""
        parts = [outcome.rewards[name] * np.float32(weight) for name, weight in self.weights.items()]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total
