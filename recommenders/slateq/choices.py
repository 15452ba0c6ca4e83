"""How people are believed to choose from a slate: what is learned from a page, and which slate is best."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from recommenders.slateq.minds import Beliefs
from recommenders.slateq.slates import best_slates, slate_worth


class Choice(Protocol):
    """A way of choosing. A pull of minus infinity stands for no item; taken is bool (batch, items)."""

    def surprise(self, pull: Tensor, taken: Tensor) -> Tensor:
        """How unlikely it was that just these items were taken: mean negative log-likelihood."""

    def outcome(self, adds: Tensor, nothing: Tensor, taken: Tensor) -> Tensor:
        """What is believed to come of what was taken, (batch,), where ``adds`` is what each item adds."""

    def best(self, beliefs: Beliefs, slots: int) -> Tensor:
        """The best slates: indices int64 (batch, slots), -1 in empty slots."""

    def value(self, beliefs: Beliefs) -> Tensor:
        """What slates are worth that hold all the items: (batch,)."""


class OneOrNothing:
    """One item of the slate or nothing, by multinomial logit, as the SlateQ paper has it.

    Should several be taken all the same, each of them is taught as much of what came of it.
    """

    def surprise(self, pull: Tensor, taken: Tensor) -> Tensor:
        """Cross-entropy, nothing being one of the choices."""
        count = taken.sum(dim=1, keepdim=True)
        share = torch.cat([taken / count.clamp(min=1), (count == 0).to(pull.dtype)], dim=1)
        chances = functional.log_softmax(functional.pad(pull, (0, 1)), dim=1)
        return -(share * chances.masked_fill(share == 0, 0)).sum(dim=1).mean()

    def outcome(self, adds: Tensor, nothing: Tensor, taken: Tensor) -> Tensor:
        """Of several the mean."""
        return nothing + (adds * taken).sum(dim=1) / taken.sum(dim=1).clamp(min=1)

    def best(self, beliefs: Beliefs, slots: int) -> Tensor:
        """By the exact solver."""
        chosen, _ = best_slates(beliefs.pull, beliefs.worth, torch.zeros_like(beliefs.nothing), slots)
        return chosen

    def value(self, beliefs: Beliefs) -> Tensor:
        """A mean, weighted by how much each pulls, and nothing by 1."""
        return beliefs.nothing + slate_worth(beliefs.pull, beliefs.worth, torch.zeros_like(beliefs.nothing))


class EachOnItsOwn:
    """Each item of the slate is taken or not, whatever the others are.

    Then worth adds up, and the best slate holds the items with the highest chance times worth.
    """

    def surprise(self, pull: Tensor, taken: Tensor) -> Tensor:
        """Cross-entropy of each item that was there."""
        there = pull > -torch.inf
        logits = pull.masked_fill(~there, 0)
        each = functional.binary_cross_entropy_with_logits(logits, taken.to(pull.dtype), reduction="none")
        return (each * there).sum() / there.sum().clamp(min=1)

    def outcome(self, adds: Tensor, nothing: Tensor, taken: Tensor) -> Tensor:
        """Of several the sum."""
        return nothing + (adds * taken).sum(dim=1)

    def best(self, beliefs: Beliefs, slots: int) -> Tensor:
        """The highest expectations."""
        there = beliefs.pull > -torch.inf
        expected = (beliefs.pull.sigmoid() * beliefs.worth).masked_fill(~there, -torch.inf)
        best = expected.topk(slots, dim=1)
        return torch.where(best.values > -torch.inf, best.indices, -1)

    def value(self, beliefs: Beliefs) -> Tensor:
        """A sum of expectations."""
        return beliefs.nothing + (beliefs.pull.sigmoid() * beliefs.worth).sum(dim=1)


CHOICES: dict[str, Choice] = {"independent": EachOnItsOwn(), "multinomial": OneOrNothing()}
"""By the names that scenarios have for them."""
