"""A head start: before anything is learned, the network already is a small factor model.

A network with random weights first has to find out that films of a profile say something about the film asked
about, which costs most of a short training. Here one attention head begins by averaging the factors of the
profile's titles, and part of the first feed-forward layer by multiplying this average with the factors of the
title asked about, which is how PureSVD (Cremonesi et al., 2010) scores. Learning starts from there and may
change all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.behaviour.network import Layer, Network
from simenv.factors import leading_vectors
from simenv.types import FloatArray, Interactions

FACTORS = 64
OWN = slice(0, FACTORS)
"""Dimensions in which a title has its factors."""
PROFILE = slice(FACTORS, 2 * FACTORS)
"""Dimensions into which the average of the profile's factors is written."""
MARK = 2 * FACTORS
"""The dimension that says "this is a title"."""
EVIDENCE = MARK + 1
"""The dimension into which the product is written; "yes" reads it, "no" reads its opposite."""

_FACTOR_SIZE, _MARK_SIZE, _ANSWER_SIZE = 0.04, 0.2, 0.15
_LOOK, _WRITE, _MULTIPLY = 0.95, 0.1, 0.004


def item_factors(ratings: Interactions, factors: int) -> FloatArray:
    """Directions of items in the factors of the row-normalised binary matrix (PureSVD).

    Returns:
        float32 (items, factors), centred, each row with a mean square of 1 (0 for items nobody rated).
    """
    from scipy.sparse import csr_array

    size = np.sqrt(np.maximum(np.bincount(ratings.user, minlength=ratings.users), 1))
    seen: Any = csr_array(
        (1 / size[ratings.user], (ratings.user, ratings.item)), (ratings.users, ratings.items)
    )
    vectors = leading_vectors(seen, factors).astype(np.float64)
    strength = np.sqrt(((seen @ vectors) ** 2).sum(axis=0))
    rated = np.bincount(ratings.item, minlength=ratings.items) > 0
    scaled = vectors * np.sqrt(strength)
    scaled -= scaled[rated].mean(axis=0)
    scale = np.sqrt((scaled**2).mean(axis=1, keepdims=True))
    return np.where(rated[:, None], scaled / np.maximum(scale, 1e-12), 0).astype(np.float32)


@torch.no_grad()
def place_titles(network: Network, ids: Sequence[int], factors: Tensor) -> None:
    """Give title tokens their factors (float32 (titles, FACTORS), mean square 1) and the mark of a title."""
    embed = network.embed.weight
    rows = torch.tensor(ids)
    embed[rows, OWN] = factors * _FACTOR_SIZE
    embed[rows, PROFILE] = 0
    embed[rows, MARK] = _MARK_SIZE
    embed[rows, EVIDENCE] = 0


@torch.no_grad()
def wire(network: Network, no: int, yes: int) -> None:
    """Let the first layer score titles, and the answers (token numbers) read the score."""
    layer: Layer = network.layers[0]
    _average_titles(layer, network.shape.width // network.shape.heads)
    _multiply(layer)
    network.embed.weight[yes, EVIDENCE] = _ANSWER_SIZE
    network.embed.weight[no, EVIDENCE] = -_ANSWER_SIZE


def _average_titles(layer: Layer, head: int) -> None:
    """The first head: titles look at titles, alike at all, and take the average of their factors."""
    slowest = head // 2 - 1  # the pair of dimensions that rotary positions turn least
    for part in (layer.query, layer.key):
        part.weight[:head] = 0
        part.weight[slowest, MARK] = _LOOK
    layer.value.weight[:head] = 0
    layer.out.weight[:, :head] = 0
    for factor in range(FACTORS):
        layer.value.weight[factor, factor] = 1
        layer.out.weight[PROFILE.start + factor, factor] = _WRITE


def _multiply(layer: Layer) -> None:
    """Two hidden units a factor: silu(x) y - silu(-x) y is exactly x times y."""
    for factor in range(FACTORS):
        for unit, sign in ((2 * factor, 1.0), (2 * factor + 1, -1.0)):
            for part, dimension, weight in (
                (layer.gate, OWN.start + factor, sign),
                (layer.up, PROFILE.start + factor, 1.0),
            ):
                part.weight[unit] = 0
                part.weight[unit, dimension] = weight
            layer.down.weight[:, unit] = 0
            layer.down.weight[EVIDENCE, unit] = sign * _MULTIPLY
