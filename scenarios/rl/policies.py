"""How the policies of stable-baselines3 look at candidates: two towers, and slates without repetition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from sb3_contrib.common.maskable.distributions import MaskableDistribution
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.dqn.policies import DQNPolicy, QNetwork
from torch import Tensor

from recommenders.towers import Scales, Shape, Towers, begin, tower

Seen = Mapping[str, Tensor]
"""``state`` (batch, state), ``features`` (batch, candidates, features), ``open`` (batch, candidates)."""

Design = tuple[Shape, Scales, int]
"""Of the towers: how large they are, how what they see is spread, and the seed of their first weights."""

_NEVER = -1e8
"""The score of what may not be shown."""


class PlackettLuce(MaskableDistribution):
    """Slates drawn slot by slot in proportion to exp(score), each candidate at most once.

    Plackett, "The analysis of permutations" (1975). The most likely slate holds the highest scores. The
    entropy is that of the first slot.
    """

    def __init__(self, slots: int) -> None:
        super().__init__()
        self.slots = slots

    def proba_distribution_net(self, *args: Any, **kwargs: Any) -> Any:
        """The towers give the scores; there is no layer of its own."""
        raise NotImplementedError

    def proba_distribution(self, scores: Tensor) -> PlackettLuce:
        """Of scores (batch, candidates)."""
        self.scores = scores
        return self

    def apply_masking(self, masks: Any) -> None:
        """Allow nothing but what the first slot's mask (batch, at least candidates) allows."""
        if masks is not None:
            allowed = torch.as_tensor(masks, dtype=torch.bool)
            count = self.scores.shape[1]
            self.scores = self.scores.masked_fill(~allowed.reshape(len(self.scores), -1)[:, :count], _NEVER)

    def log_prob(self, actions: Tensor) -> Tensor:
        """Log-probability of slates (batch, slots)."""
        rest, total = self.scores, torch.zeros(len(actions))
        for picked in actions.long().reshape(len(actions), -1).T[:, :, None]:
            total = total + (rest.gather(1, picked) - rest.logsumexp(dim=1, keepdim=True))[:, 0]
            rest = rest.scatter(1, picked, 2 * _NEVER)
        return total

    def entropy(self) -> Tensor:
        """Of the first slot."""
        logs = self.scores.log_softmax(dim=1)
        return -(logs.exp() * logs).sum(dim=1)

    def sample(self) -> Tensor:
        """By the Gumbel trick: add noise, take the highest."""
        noise = -torch.empty_like(self.scores).exponential_().log()
        return self._highest(self.scores + noise)

    def mode(self) -> Tensor:
        """The highest scores."""
        return self._highest(self.scores)

    def actions_from_params(self, scores: Tensor, deterministic: bool = False) -> Tensor:
        """Slates from scores."""
        return self.proba_distribution(scores).get_actions(deterministic=deterministic)

    def log_prob_from_params(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Slates from scores, and their log-probability."""
        actions = self.actions_from_params(scores)
        return actions, self.log_prob(actions)

    def _highest(self, scores: Tensor) -> Tensor:
        return scores.topk(self.slots, dim=1).indices


class _Actor(BasePolicy):
    """Two towers score the candidates, a third network guesses how much is still to come."""

    def __init__(self, *args: Any, design: Design, **kwargs: Any) -> None:
        self._design = design
        super().__init__(*args, **kwargs)

    def _build(self, lr_schedule: Any) -> None:
        shape, scales, seed = self._design
        self.actor = Towers(shape, scales)
        self.critic = tower(scales.state, shape.state, shape.hidden, shape.hidden, 1)
        self.slots = int(self.action_space.shape[0]) if self.action_space.shape else 1
        begin(self, seed)
        adam: Any = self.optimizer_class
        self.optimizer = adam(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)

    def forward(
        self, obs: Seen, deterministic: bool = False, action_masks: Any = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Slates, values and the slates' log-probability."""
        distribution = self.get_distribution(obs, action_masks)
        actions = distribution.get_actions(deterministic=deterministic)
        taken = actions.reshape((-1, *self.action_space.shape))  # both kinds have a shape
        return taken, self.predict_values(obs), distribution.log_prob(actions)

    def evaluate_actions(
        self, obs: Seen, actions: Tensor, action_masks: Any = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Values, the slates' log-probability, and entropy."""
        distribution = self.get_distribution(obs, action_masks)
        return self.predict_values(obs), distribution.log_prob(actions), distribution.entropy()

    def get_distribution(self, obs: Seen, action_masks: Any = None) -> PlackettLuce:
        """How likely each slate is."""
        (scores,), _ = self.actor(obs["state"], obs["features"])
        distribution = PlackettLuce(self.slots).proba_distribution(scores)
        distribution.apply_masking(obs["open"])
        distribution.apply_masking(action_masks)
        return distribution

    def predict_values(self, obs: Seen) -> Tensor:
        """What is still to come: (batch, 1)."""
        return 1 + cast(Tensor, self.critic(obs["state"]))  # rewards are scaled so that 1 is what to expect

    def _predict(self, observation: Seen, deterministic: bool = False, action_masks: Any = None) -> Tensor:
        return self.get_distribution(observation, action_masks).get_actions(deterministic=deterministic)


class SlatePolicy(_Actor, ActorCriticPolicy):
    """For PPO and A2C."""


class MaskableSlatePolicy(_Actor, MaskableActorCriticPolicy):
    """For the maskable PPO of sb3-contrib."""


class CandidateValues(QNetwork):
    """What each candidate is worth, by two towers."""

    def __init__(self, *args: Any, design: Design, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shape, scales, seed = design
        self.q_net = Towers(shape, scales)
        begin(self.q_net, seed)

    def forward(self, obs: Any) -> Tensor:
        """(batch, candidates); what may not be shown is worth least of all."""
        (worth,), _ = self.q_net(obs["state"], obs["features"])
        least = worth.detach().amin(dim=1, keepdim=True) - 1
        return torch.where(obs["open"] > 0, worth, least)


class CandidatePolicy(DQNPolicy):
    """For DQN, which shows one candidate."""

    def __init__(self, *args: Any, design: Design, **kwargs: Any) -> None:
        self._design = design
        super().__init__(*args, **kwargs)

    def make_q_net(self) -> QNetwork:
        """A network of its own, the same each time."""
        arguments = self._update_features_extractor(self.net_args, features_extractor=None)
        return CandidateValues(**arguments, design=self._design)
