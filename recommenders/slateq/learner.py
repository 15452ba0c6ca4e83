"""SlateQ as a learner: from moments to the long-term value of items."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from recommenders.slateq.choices import Choice
from recommenders.slateq.minds import Minds, tensors
from recommenders.slateq.replay import Moment


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How SlateQ learns.

    Args:
        gamma: how much the next page counts beside this one.
        rate: size of the first steps of the optimiser Adam; it falls evenly to a twentieth.
        steps: over so many steps.
        batch: moments in a step.
        memory: steps over which the weights are averaged.
    """

    gamma: float = 0.99
    rate: float = 1e-3
    steps: int = 10_000
    batch: int = 256
    memory: int = 500

    @property
    def ahead(self) -> int:
        """Pages whose rewards are counted before the worth of what follows is guessed.

        A third of those that gamma lets count: what is hidden in people shows only after some pages, and each
        page more adds its chance to what is learned from. Ten at most.
        """
        return int(min(max(1 / (3 * (1 - self.gamma)), 1), 10))


_LEAST_RATE = 0.05
_FADING = 0.99
"""What remains of older evidence each time."""


class SlateQ:
    """Learns how much items pull from what people took, and what taking them is worth from what came of it.

    Worth is that of the page itself, learned from its reward, and of all that follows, learned towards the
    value of the best slate some pages ahead. That slate is chosen by the present networks and judged by the
    running average of their weights (double Q-learning, van Hasselt et al., 2016). The average also chooses
    what is shown: good items lie close together, so that one step of learning turns many choices around.

    What an item adds to all that follows is small beside the chance in it. So hopes count as far as they came
    true on pages that were not learned from yet: by the slope of the regression of what came on what was
    hoped, less one standard error, and 0 until there is any.

    Args:
        minds: the networks.
        choice: how people are believed to choose.
        slots: items in a slate.
    """

    def __init__(self, minds: Minds, choice: Choice, slots: int, settings: Settings) -> None:
        self.settings, self.slots = settings, slots
        self.minds, self.choice = minds, choice
        self.average = deepcopy(minds).requires_grad_(False)
        self.optimiser = torch.optim.Adam(self.minds.parameters(), lr=settings.rate)
        self.turns = 0
        self.evidence = torch.zeros(4)

    def learn(self, moment: Moment) -> Mapping[str, float]:
        """One step: losses by name."""
        state, features, _ = tensors(moment.before)
        slate, taken = torch.from_numpy(moment.slate), torch.from_numpy(moment.taken)
        beliefs = self.minds(state, _picked(features, slate), slate >= 0)
        page = self.choice.outcome(beliefs.gain, beliefs.no_gain, taken)
        life = self.choice.outcome(beliefs.hope, beliefs.no_hope, taken)
        gains = torch.from_numpy(moment.reward) / beliefs.units[0]
        hopes = self._came(moment) / beliefs.units[1]
        losses = {
            "choice": self.choice.surprise(beliefs.pull, taken),
            "gain": functional.mse_loss(page, gains),
            "hope": functional.smooth_l1_loss(life, hopes),
        }
        self.optimiser.zero_grad()
        sum(losses.values(), torch.zeros(())).backward()
        torch.nn.utils.clip_grad_norm_(self.minds.parameters(), 10.0)
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        self.optimiser.step()
        self._remember()
        return {name: loss.item() for name, loss in losses.items()}

    def judge(self, fresh: Moment) -> None:
        """See how far hopes have come true on pages that were hardly learned from."""
        with torch.no_grad():
            state, features, _ = tensors(fresh.before)
            slate, taken = torch.from_numpy(fresh.slate), torch.from_numpy(fresh.taken)
            beliefs = self.average(state, _picked(features, slate), slate >= 0)
            hoped = self.choice.outcome(beliefs.hope, torch.zeros(()), taken)
            came = self._came(fresh) / beliefs.units[1] - beliefs.no_hope
            hoped, came = hoped - hoped.mean(), came - came.mean()
            seen = torch.stack([hoped @ hoped, hoped @ came, came @ came, torch.tensor(float(len(came)))])
            self.evidence = self.evidence * _FADING + seen
            for minds in (self.minds, self.average):
                minds.trust.copy_(_slope(self.evidence))

    def _came(self, moment: Moment) -> Tensor:
        """What came after each page: the rewards that were seen, and what is worth hoping for after them."""
        later, ended = torch.from_numpy(moment.later), torch.from_numpy(moment.ended)
        with torch.no_grad():
            state, features, allowed = tensors(moment.after)
            chosen = self.choice.best(self.minds(state, features, allowed), self.slots)
            value = self.choice.value(self.average(state, _picked(features, chosen), chosen >= 0))
        return later + self.settings.gamma**self.settings.ahead * torch.where(ended, 0, value)

    def _rate(self) -> float:
        """Smaller and smaller steps: what is learned from chance comes to rest."""
        return self.settings.rate * max(1 - self.turns / self.settings.steps, _LEAST_RATE)

    def _remember(self) -> None:
        """Draw the average nearer to the present weights; at first it is over few steps."""
        self.turns += 1
        nearer = max(1 / self.settings.memory, 2 / (self.turns + 1))
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.minds.parameters(), strict=True):
                slow.lerp_(fast, nearer)


def _slope(evidence: Tensor) -> Tensor:
    """The slope that evidence (squares of x, products, squares of y, count) supports, within 0 to 1."""
    xx, xy, yy, count = evidence
    doubt = (xx * yy / count.clamp(min=1)).sqrt()
    return ((xy - doubt) / xx.clamp(min=1e-12)).clamp(0, 1)


def _picked(features: Tensor, slate: Tensor) -> Tensor:
    """The features of slates' candidates: (batch, slots, features); of an empty slot those of the first."""
    return features.gather(1, slate.clamp(min=0)[:, :, None].expand(-1, -1, features.shape[2]))
