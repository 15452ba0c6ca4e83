"""A factor model that is learned before the network: what a profile's titles say about the title asked about.

It has the form of FISM (Kabbur et al., 2013): a person is the mean of their titles' vectors, so that it also
serves people it has never seen, and all items are asked about at once, which no network that reads words
could afford. The network then begins as this model (``agents/behaviour/wiring.py``) and learns the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from agents.profile import ALL_TITLES, SECTIONS
from simenv.factors import leading_vectors
from simenv.types import FloatArray, Interactions

FACTORS, STAR_FACTORS = 64, 16
WEIGHTS = {"loved": 1.0, "liked": 0.3, "so_so": -0.5, "disliked": -1.3}
"""What a title counts by its heading: about how far from the mean its stars are."""
EPOCHS, PEOPLE = 24, 256
RATE, DECAY, WARMUP = 2e-2, 1e-2, 0.1
HIDDEN = 0.2
"""Which share of a person's ratings is hidden and asked about."""
NEGATIVE_WEIGHT = 2.0
"""How much items that a person never rated weigh in all; those hidden weigh 1 in all."""
POPULAR = 0.6
"""Which share of the negatives is drawn by popularity; the others are any items."""
_START = 0.22


@dataclass(frozen=True)
class Factors:
    """What is known of each title; scores are log-odds of watching, and stars.

    With a profile of n titles the log-odds are ``appeal[i] + (sum of shown[j]) / (n + 2) times wanted[i]``;
    stars differ from what the means of person and film say by ``(sum of weight[j] liked[j] + seen[j])
    / (n + 2) times judged[i]``, the weight being that of j's heading.

    Args:
        shown, wanted: float32 (items, FACTORS).
        appeal: float32 (items,).
        liked, seen, judged: float32 (items, STAR_FACTORS).
    """

    shown: FloatArray
    wanted: FloatArray
    appeal: FloatArray
    liked: FloatArray
    seen: FloatArray
    judged: FloatArray


@torch.enable_grad()
def learn(ratings: Interactions, seed: int, epochs: int = EPOCHS) -> Factors:
    """Learn from everybody's ratings: each time, some are hidden and the others are the profile.

    The same ratings and seed give the same factors on one machine with one number of threads.
    """
    people = torch.from_numpy(np.unique(ratings.user).astype(np.int64))
    rated = _matrix(ratings, np.ones(len(ratings), dtype=np.float32))[people]
    stars = _matrix(ratings, ratings.rating)[people]
    luck = torch.Generator().manual_seed(seed)
    model = _Model(rated, stars, item_factors(ratings, FACTORS))
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    batches = -(-len(people) // PEOPLE)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=epochs * batches + 1, pct_start=WARMUP
    )
    for _ in range(epochs):
        for rows in torch.randperm(len(people), generator=luck).chunk(batches):
            optimiser.zero_grad(set_to_none=True)
            model(rated[rows], stars[rows], luck).backward()
            optimiser.step()
            pace.step()
    return Factors(**{name: getattr(model, name).detach().numpy() for name in Factors.__dataclass_fields__})


class _Model(nn.Module):
    """The factors while they are learned.

    Args:
        rated: float32 (people, items), 1 where a person rated an item.
        stars: float32 (people, items), how many, 0 where none.
    """

    def __init__(self, rated: Tensor, stars: Tensor, start: FloatArray) -> None:
        super().__init__()
        items = rated.shape[1]
        begin = torch.from_numpy(start) * _START
        self.shown, self.wanted = nn.Parameter(begin.clone()), nn.Parameter(begin.clone())
        few = begin[:, :STAR_FACTORS]
        self.liked, self.judged = nn.Parameter(few.clone()), nn.Parameter(few.clone())
        self.seen = nn.Parameter(torch.zeros_like(few))
        count = rated.sum(0)
        self.appeal = nn.Parameter(torch.log((count + 1) / len(rated)))
        share = count / count.sum()
        self.negative = ((1 - POPULAR) / items + POPULAR * share).detach()
        self.middle = float(stars.sum() / count.sum())
        self.mean = ((stars.sum(0) + 5 * self.middle) / (count + 5)).detach()
        self.bias = nn.Parameter(torch.zeros(items))
        self.trust = nn.Parameter(torch.ones(2))

    def forward(self, rated: Tensor, stars: Tensor, luck: torch.Generator) -> Tensor:
        """The loss of some people, part of whose ratings are hidden."""
        hidden, profile = _split(rated, luck)
        size = profile.sum(1, keepdim=True) + 2
        wish = (profile @ self.shown) / size @ self.wanted.T + self.appeal
        asked = hidden.sum(1, keepdim=True).clamp(min=1)
        others = (1 - rated) * self.negative
        others = NEGATIVE_WEIGHT * others / others.sum(1, keepdim=True)
        refused = functional.softplus(wish)
        watching = (hidden / asked * (refused - wish) + others * refused).sum(1).mean()
        told = self._stars(profile, stars * profile, size)
        judging = ((told - stars) ** 2 * hidden / asked.sqrt()).sum(1).mean()
        return watching + judging / 5

    def _stars(self, profile: Tensor, stars: Tensor, size: Tensor) -> Tensor:
        taste = (_weights(stars) @ self.liked + profile @ self.seen) / size
        habit = (stars.sum(1, keepdim=True) + 3 * self.middle) / (profile.sum(1, keepdim=True) + 3)
        means = (
            self.middle + self.trust[0] * (habit - self.middle) + self.trust[1] * (self.mean - self.middle)
        )
        return means + self.bias + taste @ self.judged.T


def _split(rated: Tensor, luck: torch.Generator) -> tuple[Tensor, Tensor]:
    """Hidden ratings, and a profile of as many of the others as words have room for; half of them shorter."""
    chance = torch.rand(rated.shape, generator=luck)
    hidden = rated * (chance < HIDDEN)
    left = (rated - hidden).sum(1, keepdim=True).clamp(min=1)
    part = torch.rand(len(rated), 1, generator=luck)
    part = torch.where(torch.rand(len(rated), 1, generator=luck) < 0.5, torch.ones_like(part), part)
    part = part * (ALL_TITLES / left).clamp(max=1)
    return hidden, rated * (chance >= HIDDEN) * (chance < HIDDEN + (1 - HIDDEN) * part)


def _weights(stars: Tensor) -> Tensor:
    """The weight of each rating by its heading, 0 where there is none."""
    weights, ceiling = torch.zeros_like(stars), float("inf")
    for heading, floor in SECTIONS:
        weights += WEIGHTS[heading] * ((stars >= floor) & (stars < ceiling) & (stars > 0))
        ceiling = floor
    return weights


def _matrix(ratings: Interactions, values: FloatArray) -> Tensor:
    dense = torch.zeros(ratings.users, ratings.items)
    dense[torch.from_numpy(ratings.user).long(), torch.from_numpy(ratings.item).long()] = torch.from_numpy(
        values
    )
    return dense


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
