"""What a page is like, whatever people make of it: how varied, and how far from the well known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.metrics.ratio import count, total
from simenv.metrics.reading import Column
from simenv.types import Catalog, FloatArray, IntArray, Step

WORD = 64
"""Bits of one word of a theme set."""


class Diversity:
    """Intra-list diversity: the mean Jaccard distance between the theme sets of a page's items.

    ILD (Ziegler et al. 2005) with 1 - |A and B| / |A or B| as the distance. Items without themes share
    nothing with anything: their distance is 1. Pages with fewer than two items have no diversity and do not
    count.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._words = theme_words(catalog.themes)
        self._sizes = np.append(catalog.themes.sum(axis=1), 0).astype(np.float32)

    def of(self, step: Step) -> Column:
        """Mean distance over the pairs of each page: float64 (batch,), 0 where there is no pair."""
        several = count(step.slate.items >= 0)
        pairs = several * (several - 1) / 2
        return np.where(pairs > 0, 1 - self._alike(step.slate.items) / np.maximum(pairs, 1), 0)

    def pages(self, step: Step) -> Column:
        """1 for each page with two items or more: float64 (batch,)."""
        return (count(step.slate.items >= 0) >= 2).astype(np.float64)

    def _alike(self, items: IntArray) -> FloatArray:
        """Similarity summed over all pairs; an empty slot is the last entry, a set of nothing."""
        slots = np.ascontiguousarray(items.T)
        words, sizes = self._words[:, slots], self._sizes[slots]
        alike = np.zeros(len(items), dtype=np.float32)
        for apart in range(1, len(slots)):
            both = _common(words[:, apart:], words[:, :-apart])
            either = sizes[apart:] + sizes[:-apart] - both
            for similarity in both / np.maximum(either, 1, out=either):
                alike += similarity
        return alike


class Novelty:
    """How unexpected the shown items are: -log2 of the share of the train users who rated them.

    Self-information (Zhou et al. 2010, "Solving the apparent diversity-accuracy dilemma"), in bits. An item
    that nobody rated counts as rated by half as many people as the least popular item that somebody rated.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._bits = np.append(surprise(catalog.popularity), 0.0)

    def of(self, step: Step) -> Column:
        """Bits of a page's items, added up: float64 (batch,); an empty slot has none."""
        return total(self._bits[step.slate.items])


def surprise(popularity: FloatArray) -> Column:
    """Bits of each item: float64 (items,); 0 for all where nobody rated anything."""
    known = popularity[popularity > 0]
    floor = float(known.min()) / 2 if len(known) else 1.0
    return -np.log2(np.maximum(popularity.astype(np.float64), floor))


def theme_words(themes: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """Theme sets as bits: uint64 (words, items + 1); the last entry is the empty set."""
    items, width = themes.shape
    words = max(-(-width // WORD), 1)
    bits = np.zeros((items + 1, words * WORD), dtype=np.bool_)
    bits[:items, :width] = themes
    packed = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    return np.ascontiguousarray(packed.T)


def _common(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64]) -> FloatArray:
    """How many themes two sets share, over all their words: float32 (slots, batch)."""
    shared = np.bitwise_count(first[0] & second[0]).astype(np.float32)
    for mine, yours in zip(first[1:], second[1:], strict=True):
        shared += np.bitwise_count(mine & yours)
    return shared
