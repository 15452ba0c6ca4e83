"""The best slate: which items together are worth most to a person who takes one of them, or none."""

from __future__ import annotations

import torch
from torch import Tensor

_ENOUGH = 50
"""Rounds after which the search ends in any case; it needs about five."""


def best_slates(pull: Tensor, worth: Tensor, nothing: Tensor, slots: int) -> tuple[Tensor, Tensor]:
    """The slates of highest expected worth, exactly, and what they are worth.

    A person takes item i of a slate with a chance of v_i / (1 + sum of v over the slate), or nothing, so a
    slate's worth is a fraction of two sums. Dinkelbach's method ("On nonlinear fractional programming", 1967)
    finds the best one: guess the worth, take the items with the largest v (q - guess), and guess anew. The
    guess only rises, and when it stops the slate is the best of all. Taking the largest v q instead (guess 0)
    fills the slate with popular items of low worth, because it forgets that they push out better ones.

    Args:
        pull: float32 (batch, items), log v: of an item against nothing; minus infinity where not allowed.
        worth: float32 (batch, items), q: what it is worth when the item is taken.
        nothing: float32 (batch,), what it is worth when nothing is taken.
        slots: items in a slate; all are filled while allowed items last.

    Returns:
        Indices int64 (batch, slots), highest gain first, -1 in empty slots; worth float32 (batch,).
    """
    mass, allowed = pull.exp(), pull > -torch.inf
    chosen, value = _better(mass, worth, nothing, allowed, (nothing, slots))
    for _ in range(_ENOUGH):
        other, guess = _better(mass, worth, nothing, allowed, (value, slots))
        rises = guess > value
        if not rises.any():
            break
        chosen, value = torch.where(rises[:, None], other, chosen), torch.where(rises, guess, value)
    return torch.where(allowed.gather(1, chosen), chosen, -1), value


def slate_worth(pull: Tensor, worth: Tensor, nothing: Tensor) -> Tensor:
    """Expected worth of given slates: float32 (batch,).

    Args:
        pull, worth: of the items in the slates, float32 (batch, slots); minus infinity in empty slots.
        nothing: float32 (batch,).
    """
    mass = pull.exp()
    return (nothing + (mass * worth).sum(dim=1)) / (1 + mass.sum(dim=1))


def _better(
    mass: Tensor, worth: Tensor, nothing: Tensor, allowed: Tensor, step: tuple[Tensor, int]
) -> tuple[Tensor, Tensor]:
    """The slates that gain most over a guess, and what they are worth."""
    guess, slots = step
    gain = torch.where(allowed, mass * (worth - guess[:, None]), -torch.inf)
    chosen = gain.topk(slots, dim=1).indices
    pulled = torch.where(allowed, mass, 0).gather(1, chosen)
    return chosen, (nothing + (pulled * worth.gather(1, chosen)).sum(dim=1)) / (1 + pulled.sum(dim=1))
