"""The dimensions in which tokens of the head start have what they say, and how large it is written there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from agents.behaviour.head_start import FACTORS, STAR_FACTORS
from agents.behaviour.network import Network
from simenv.types import FloatArray

BLOCK = 32
"""So many neighbours share their steps when quantised: what is large must not stand beside what is small."""
_TASTE = 2 * FACTORS + 3 * STAR_FACTORS
_FIRST = -(-(_TASTE + STAR_FACTORS) // BLOCK) * BLOCK


class At:
    """Dimensions: factors; what a token is, what it tells, and what follows; answers read WISH, STARS, GONE.

    The last one, FILL, makes all tokens of the circuit equally long, so that the norms in front of the layers
    change nothing about them. It stands in a block of its own.
    """

    SHOWN, WANTED = slice(0, FACTORS), slice(FACTORS, 2 * FACTORS)
    LIKED = slice(2 * FACTORS, 2 * FACTORS + STAR_FACTORS)
    SEEN = slice(LIKED.stop, LIKED.stop + STAR_FACTORS)
    JUDGED = slice(SEEN.stop, SEEN.stop + STAR_FACTORS)
    TASTE = slice(_TASTE, _TASTE + STAR_FACTORS)
    TITLE, HEADING, WEIGHT, TOLD, OWN, ONE, EVIDENCE, WISH, STARS = range(_FIRST, _FIRST + 9)
    LEVEL, ASKS, WORD, BEFORE, ASKED, HABIT, SHARE, RATED = range(_FIRST + 9, _FIRST + 17)
    THEME, YEAR, HINT, NEWS, START, MOOD, PULL, LEAVES, GONE = range(_FIRST + 17, _FIRST + 26)
    FILL = -1


class Size:
    """How large it is written there: marks, steps from heading to heading, and factors; WEIGHT and TOLD, OWN,
    ONE, LEVEL; answers in WISH and GONE, and a star in STARS.
    """

    MARK, ORDER, FACTOR = 3.6, 1.5, 0.5
    HEAVY, OWNED, ALONE, LEVELLED = 1.5, 0.12, 6.0, 3.0
    YES, STAR = 1.2, 0.6


WIDTH = At.GONE + 1
"""So many dimensions belong to the circuit, beside FILL."""
RAW = 0.07
"""What one of the units that layers see behind their norms, in which the sizes below are, is before them."""
SURE, SURER = 9.0, 40.0
"""How much higher than others, in logits, a head scores what it looks for: where it takes the mean of many,
and where it looks for one."""


def marked(count: int, *marks: int) -> FloatArray:
    """Rows for so many tokens that have some marks and nothing else: float32 (count, WIDTH)."""
    rows = np.zeros((count, WIDTH), dtype=np.float32)
    rows[:, list(marks)] = Size.MARK
    return rows


@torch.no_grad()
def place(network: Network, ids: Sequence[int], rows: FloatArray) -> None:
    """Write the circuit's dimensions of some tokens, and make all of them equally long.

    Args:
        ids: the tokens' numbers.
        rows: float32 (tokens, WIDTH); made smaller where they are too long.
    """
    embed, numbers = network.embed.weight, torch.tensor(ids)
    room = embed.shape[1] - ((embed[numbers, WIDTH : At.FILL].numpy() / RAW) ** 2).sum(axis=1)
    used = (rows**2).sum(axis=1)
    rows = rows * np.sqrt(np.minimum(1, room / np.maximum(used, 1e-9)))[:, None]
    rest = np.sqrt(np.maximum(room - (rows**2).sum(axis=1), 0))
    embed[numbers, :WIDTH] = torch.from_numpy(rows.astype(np.float32)) * RAW
    embed[numbers, At.FILL] = torch.from_numpy(rest.astype(np.float32)) * RAW
