"""From logits to the log-probability of each option."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.models.layouts import Plot
from agents.models.native import Native
from agents.models.segments import Answer
from agents.models.softmax import Scores
from simenv.types import FloatArray


def scores(native: Native, plot: Plot, answers: Sequence[Answer]) -> Scores:
    """Compute a tree and score the answers on it.

    Returns:
        float64 (answers,), the log-probability of the option's tokens one after another; without the
        normaliser over the vocabulary where all options of the question have it in common.
    """
    tree = plot.tree
    nodes = [node for answer in answers for node in tree.paths[answer.twig][-len(answer.option) :]]
    tokens = [token for answer in answers for token in answer.option]
    wanted = np.zeros(len(tree), dtype=np.int8)
    wanted[nodes] = 1
    rows = np.cumsum(wanted, dtype=np.intp)[nodes] - 1
    logits = native.evaluate(tree, plot.start, wanted)
    values = logits[rows, tokens].astype(np.float64)
    if not any(answer.exact for answer in answers):
        return values  # one token each
    lengths = np.array([len(answer.option) for answer in answers])
    exact = np.repeat([answer.exact for answer in answers], lengths)
    if exact.any():
        read, places = np.unique(rows[exact], return_inverse=True)
        values[exact] -= _normalisers(logits[read])[places]
    return np.asarray(np.add.reduceat(values, np.cumsum(lengths) - lengths))


def _normalisers(logits: FloatArray) -> Scores:
    """The logarithm of each row's sum of exponentials: float64 (rows,)."""
    wide = logits.astype(np.float64)
    top = wide.max(axis=1)
    return np.asarray(top + np.log(np.exp(wide - top[:, None]).sum(axis=1)))
