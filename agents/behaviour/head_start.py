"""A factor model that is learned before the network: what a profile's titles say about the title asked about.

It has the form of FISM (Kabbur et al., 2013): a person is the mean of their titles' vectors, so that it also
serves people it has never seen, and all items are asked about at once, which no network that reads words
could afford. The network then begins as this model (``agents/behaviour/circuit.py``) and learns the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from agents.profile import ALL_TITLES, SECTIONS, vagueness
from simenv.factors import leading_vectors
from simenv.types import BoolArray, FloatArray, Interactions

FACTORS, STAR_FACTORS = 60, 16
WEIGHTS = {"loved": 1.9, "liked": 0.85, "so_so": -0.1, "disliked": -2.0}
"""What a title counts by its heading: about how far from the mean its stars are."""
EPOCHS, PEOPLE = 24, 128
RATE, DECAY, WARMUP = 2e-2, 1e-2, 0.1
HIDDEN = (0.15, 0.95)
"""Which share of a person's ratings is hidden and asked about, by luck: profiles of a few titles out of many
teach more than those of nearly all."""
SHORT = 0.3
"""How many people then tell only a part of the others."""
NEGATIVE_WEIGHT = 2.0
"""How much items that a person never rated weigh in all; those hidden weigh 1 in all."""
POPULAR = 0.8
"""Which share of the negatives is drawn by popularity; the others are any items."""
_START, _DOUBT = 0.22, 8.0
_USUAL = 6.0
"""The root of the usual number of hidden ratings, so that both losses keep their proportions."""
_LEAST = 2e-4
"""The share of people who have seen what nobody has seen."""


@dataclass(frozen=True)
class Factors:
    """What is known of each title; scores are log-odds of watching, and stars.

    With a profile of n titles and traits (gender, age, occupation) the log-odds are ``appeal[i] + (first +
    sum of shown[j] and told[t]) / (n + 1 + prior) times wanted[i]``; stars are ``level[i] + lean (own mean -
    middle)``, and more by ``(sum of weight[j] liked[j] + seen[j]) / (n + 1 + prior) times judged[i]``, the
    weight being that of j's heading.

    Args:
        shown, wanted: float32 (items, FACTORS).
        told: float32 (traits, FACTORS).
        first: float32 (FACTORS,), somebody of whom nothing is known.
        prior: float32 (), how many titles this counts as much as.
        appeal, level: float32 (items,).
        lean, middle: float32 (), the weight of a person's own mean, and the mean of all stars.
        liked, seen, judged: float32 (items, STAR_FACTORS).
        share: float32 (items,), of the people, who have seen each.
    """

    shown: FloatArray
    wanted: FloatArray
    told: FloatArray
    first: FloatArray
    prior: FloatArray
    appeal: FloatArray
    level: FloatArray
    lean: FloatArray
    middle: FloatArray
    liked: FloatArray
    seen: FloatArray
    judged: FloatArray
    share: FloatArray

    def appeal_at(self, share: npt.NDArray[Any]) -> FloatArray:
        """The usual appeal of titles that such a share of people has seen: a line over its logarithm."""
        known = self.share > 0
        line = np.polyfit(np.log(self.share[known]), self.appeal[known], 1)
        return np.asarray(np.polyval(line, np.log(np.maximum(share, _LEAST))), dtype=np.float32)


@torch.enable_grad()
def learn(
    ratings: Interactions, traits: BoolArray, start: FloatArray, seed: int, epochs: int = EPOCHS
) -> Factors:
    """Learn from everybody's ratings: each time, some are hidden and the others are the profile.

    The same ratings, start and seed give the same factors on one machine with one number of threads.

    Args:
        ratings: of the people to learn from.
        traits: bool (users, traits), what is told of each person beside titles.
        start: float32 (items, FACTORS), where items' vectors begin (``item_factors``); those that begin alike
            remain comparable, whoever they learn from.
        seed: of the order in which people are met, and of what is hidden.
        epochs: how often everybody is met.
    """
    people = torch.from_numpy(np.unique(ratings.user).astype(np.int64))
    rated = _matrix(ratings, np.ones(len(ratings), dtype=np.float32))[people]
    stars = _matrix(ratings, ratings.rating)[people]
    luck = torch.Generator().manual_seed(seed)
    model = _Model(rated, stars, traits.shape[1], start)
    told = torch.from_numpy(traits.astype(np.float32))[people]
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    batches = -(-len(people) // PEOPLE)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=epochs * batches + 1, pct_start=WARMUP
    )
    for _ in range(epochs):
        for rows in torch.randperm(len(people), generator=luck).chunk(batches):
            optimiser.zero_grad(set_to_none=True)
            model(rated[rows], stars[rows], told[rows], luck).backward()
            optimiser.step()
            pace.step()
    known = {name: getattr(model, name) for name in Factors.__dataclass_fields__}
    return Factors(**{name: value.detach().numpy() for name, value in known.items()})


class _Model(nn.Module):
    """The factors while they are learned.

    Args:
        rated: float32 (people, items), 1 where a person rated an item.
        stars: float32 (people, items), how many, 0 where none.
    """

    def __init__(self, rated: Tensor, stars: Tensor, traits: int, start: FloatArray) -> None:
        super().__init__()
        items = rated.shape[1]
        begin = torch.from_numpy(start) * _START
        self.shown, self.wanted = nn.Parameter(begin.clone()), nn.Parameter(begin.clone())
        few = begin[:, :STAR_FACTORS]
        self.liked, self.judged = nn.Parameter(few.clone()), nn.Parameter(few.clone())
        self.seen = nn.Parameter(torch.zeros_like(few))
        self.told = nn.Parameter(torch.zeros(traits, begin.shape[1]))
        self.first = nn.Parameter(torch.zeros(begin.shape[1]))
        self.doubt = nn.Parameter(torch.tensor(_DOUBT))
        count = rated.sum(0)
        self.share = count / len(rated)
        self.appeal = nn.Parameter(torch.log((count + 1) / len(rated)))
        self.negative = ((1 - POPULAR) / items + POPULAR * count / count.sum()).detach()
        self.telling = torch.from_numpy(np.argsort(vagueness(self.share.numpy()), kind="stable"))
        self.middle = (stars.sum() / count.sum()).detach()
        self.mean = ((stars.sum(0) + 5 * self.middle) / (count + 5)).detach()
        self.bias = nn.Parameter(torch.zeros(items))
        self.lean, self.trust = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(()))

    @property
    def prior(self) -> Tensor:
        """How many titles it counts as much as that nothing is known: float32 ()."""
        return functional.softplus(self.doubt)

    @property
    def level(self) -> Tensor:
        """Stars that somebody gives whose mean is that of all: float32 (items,)."""
        return self.middle + self.trust * (self.mean - self.middle) + self.bias

    def forward(self, rated: Tensor, stars: Tensor, traits: Tensor, luck: torch.Generator) -> Tensor:
        """The loss of some people, part of whose ratings are hidden."""
        hidden, profile = _split(rated, self.telling, luck)
        size = profile.sum(1, keepdim=True) + traits.sum(1, keepdim=True) + 1 + self.prior
        shown = self.first + profile @ self.shown + traits @ self.told
        wish = shown / size @ self.wanted.T + self.appeal
        asked = hidden.sum(1, keepdim=True).clamp(min=1)
        others = (1 - rated) * self.negative
        others = NEGATIVE_WEIGHT * others / others.sum(1, keepdim=True)
        refused = functional.softplus(wish)
        watching = (hidden / asked * (refused - wish) + others * refused).sum(1)
        told = self._stars(profile, stars * profile, size)
        judging = ((told - stars) ** 2 * hidden).sum(1)
        # who is asked more says more, but of watching not as much more: those answers are not independent
        return (watching * asked[:, 0].sqrt()).mean() / _USUAL + judging.mean() / _USUAL**2

    def _stars(self, profile: Tensor, stars: Tensor, size: Tensor) -> Tensor:
        taste = (_weights(stars) @ self.liked + profile @ self.seen) / size
        habit = (stars.sum(1, keepdim=True) + 3 * self.middle) / (profile.sum(1, keepdim=True) + 3)
        return self.level + self.lean * (habit - self.middle) + taste @ self.judged.T


def _split(rated: Tensor, telling: Tensor, luck: torch.Generator) -> tuple[Tensor, Tensor]:
    """Hidden ratings, and a profile of the others, of which some people have told only a part.

    Args:
        telling: int64 (items,), all items, those first that a profile names first.
    """
    least, most = HIDDEN
    share = least + (most - least) * torch.rand(len(rated), 1, generator=luck)
    hidden = rated * (torch.rand(rated.shape, generator=luck) < share)
    part = torch.rand(len(rated), 1, generator=luck)
    part = torch.where(torch.rand(len(rated), 1, generator=luck) < SHORT, part**2, torch.ones_like(part))
    told = (rated - hidden) * (torch.rand(rated.shape, generator=luck) < part)
    room = told[:, telling].cumsum(1) <= ALL_TITLES
    return hidden, told * torch.zeros_like(told).index_copy(1, telling, room.to(told.dtype))


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
