"""From logits to the log-probability of each option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from agents.models.batch import Plot
from agents.models.layouts import Page
from agents.models.native import Native
from agents.models.softmax import Scores
from simenv.types import FloatArray

Rows = npt.NDArray[np.intp]


@dataclass(slots=True)
class _Read:
    """What is read of some trees, option after option.

    Args:
        places: of the options among those of all pages.
        lengths: tokens of each option.
        exact: whether its logits are normalised over the vocabulary.
        nodes, tokens: of each token of each option, where it follows in the trees, and which it is.
    """

    places: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)


def score(native: Native, plots: Sequence[Plot], pages: Sequence[Page], found: Scores) -> None:
    """Compute some trees and score the options whose twigs they hold.

    Args:
        native: the context.
        plots: the trees.
        pages: whose questions are on each tree.
        found: float64 (options of all pages,), where the log-probability of each option's tokens one after
            another is written; without the normaliser over the vocabulary where all options of the question
            have it in common.
    """
    read = _read(plots, pages)
    wanted = np.zeros(sum(len(plot.tree) for plot in plots), dtype=np.int8)
    wanted[read.nodes] = 1
    rows = np.cumsum(wanted, dtype=np.intp)[read.nodes] - 1
    logits = native.evaluate(plots, wanted)
    values = logits[rows, read.tokens].astype(np.float64)
    if any(read.exact):
        values = _summed(values, logits, rows, read)
    found[read.places] = values


def _read(plots: Sequence[Plot], pages: Sequence[Page]) -> _Read:
    read = _Read()
    below = before = 0
    for plot, page in zip(plots, pages, strict=True):
        paths = plot.tree.paths
        for asked in page.questions:
            allowed = asked.allowed
            for stem in allowed.stems:
                path = paths.get(asked.branch + stem.tail)
                if path is None:
                    continue  # it is on another tree
                length, count = len(stem.tail) + 1, len(stem.places)
                read.places += [before + place for place in stem.places]
                read.lengths += [length] * count
                read.exact += [allowed.exact] * count
                read.nodes += [below + node for node in path[-length:]] * count
                read.tokens += stem.tokens
            before += allowed.count
        below += len(plot.tree)
    return read


def _summed(values: Scores, logits: FloatArray, rows: Rows, read: _Read) -> Scores:
    """The options' own values from those of their tokens."""
    lengths = np.array(read.lengths)
    exact = np.repeat(read.exact, lengths)
    normalised, places = np.unique(rows[exact], return_inverse=True)
    values[exact] -= _normalisers(logits[normalised])[places]
    return np.asarray(np.add.reduceat(values, np.cumsum(lengths) - lengths))


def _normalisers(logits: FloatArray) -> Scores:
    """The logarithm of each row's sum of exponentials: float64 (rows,)."""
    wide = logits.astype(np.float64)
    top = wide.max(axis=1)
    return np.asarray(top + np.log(np.exp(wide - top[:, None]).sum(axis=1)))
