"""Scores made into log-probabilities, question by question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simenv.types import FloatArray

Scores = npt.NDArray[np.float64]


def log_softmax(values: Scores, lengths: Sequence[int]) -> list[FloatArray]:
    """Log-probabilities normalised within each run of so many values: one float32 array per run."""
    counts = np.array(lengths)
    ends = np.cumsum(counts)
    starts = ends - counts
    shifted = values - np.repeat(np.maximum.reduceat(values, starts), counts)
    totals = np.log(np.add.reduceat(np.exp(shifted), starts))
    found = (shifted - np.repeat(totals, counts)).astype(np.float32)
    return [found[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
