"""SlateQ as a student."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean

import numpy as np
import numpy.typing as npt
import torch
from gymnasium.vector import AutoresetMode

from recommenders.choosers import Worthiest
from recommenders.slateq.choices import CHOICES
from recommenders.slateq.learner import Settings, SlateQ
from recommenders.slateq.minds import Minds
from recommenders.slateq.replay import LongArray, Replay, Situation
from recommenders.towers import begin
from scenarios.rl.arena import Arena, taken
from scenarios.rl.evaluating import drawn, lanes, seed_of, situation, whole
from scenarios.rl.sounding import Sounding
from scenarios.rl.student import Scalars
from scenarios.rl.tensors import moments_of, set_moments, set_weights, under, weights_of, with_prefix
from simenv.luck import stream
from simenv.protocols import State


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How SlateQ practises.

    Args:
        learning: how it learns from moments; gamma is the arena's.
        kept: pages of all rows together that it learns from again.
        warm: pages before it begins to learn.
        pages_per_step: pages that are lived through for each step of learning.
        steps_per_judgement: steps of learning after which hopes are judged anew.
        exploring: share of the training during which exploration falls.
        least: share of random slates that stays.
    """

    learning: Settings = field(default_factory=Settings)
    kept: int = 100_000
    warm: int = 3000
    pages_per_step: int = 64
    steps_per_judgement: int = 4
    exploring: float = 0.4
    least: float = 0.05


class SlateQStudent:
    """Lives through pages, remembers them, and learns from them at random.

    Args:
        total: pages of the whole training, over which exploration falls.
    """

    def __init__(self, arena: Arena, rows: int, total: int, seed: int, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        steps = max(total // self.habits.pages_per_step, 1)
        learning = replace(self.habits.learning, gamma=arena.gamma, steps=steps)
        self._env = arena.vector(rows, observations="pairs", autoreset_mode=AutoresetMode.DISABLED)
        sounding = Sounding.of(arena, rows, learning.gamma, seed)
        self.shape = sounding.shape
        minds = Minds(sounding.shape, sounding.scales, sounding.units)
        begin(minds, seed)
        self._learner = SlateQ(minds, CHOICES[arena.choice], self._env.play.stage.slots, learning)
        self._chooser = Worthiest(self._learner.average, self._learner.choice)
        self._replay = Replay(-(-self.habits.kept // rows), learning.ahead, learning.gamma)
        self._seed, self._rows, self._total, self._pages = seed, rows, total, 0
        self._drawing = stream(seed, "slateq.drawing")
        self._exploring = stream(seed, "slateq.exploring")

    def study(self, chapter: int, pages: int) -> Scalars:
        """Learn from so many pages of all rows together."""
        seen, _ = self._env.reset(seed=seed_of(self._seed, "chapter", chapter))
        now, end, due = situation(seen), self._pages + pages, 0
        returns, losses = _Returns(self._rows), deque[Mapping[str, float]](maxlen=200)
        while self._pages < end:
            now = self._live(now, returns)
            due += self._rows
            while self._pages >= self.habits.warm and due >= self.habits.pages_per_step and len(self._replay):
                due -= self.habits.pages_per_step
                if self._learner.turns % self.habits.steps_per_judgement == 0:
                    self._learner.judge(self._replay.latest())
                draw = self._replay.draw(self._drawing, self._learner.turns, self.habits.learning.batch)
                losses.append(self._learner.learn(draw))
        self._replay.cut()
        told = {
            f"loss_{name}": fmean(loss[name] for loss in losses) for name in (losses[0] if losses else ())
        }
        trust = float(self._learner.minds.trust)
        return {"return": returns.mean(), "exploration": self._random_share(), "trust": trust, **told}

    def choose(self, seen: Situation) -> LongArray:
        """The best slates."""
        return self._chooser.slates(seen, self._learner.slots)

    def model(self) -> Mapping[str, npt.NDArray[np.generic]]:
        """Both minds, averaged."""
        return weights_of(self._learner.average, "")

    def state(self) -> State:
        """Minds, their average, optimiser, replay and counters."""
        learner = self._learner
        return {
            **weights_of(learner.minds, "minds."),
            **weights_of(learner.average, "average."),
            **moments_of(learner.optimiser, "optimiser."),
            **with_prefix("replay.", self._replay.state()),
            "evidence": learner.evidence.numpy().copy(),
            "counters": np.array([self._pages, learner.turns]),
        }

    def restore(self, state: State) -> None:
        """Continue exactly from there."""
        learner = self._learner
        set_weights(learner.minds, state, "minds.")
        set_weights(learner.average, state, "average.")
        set_moments(learner.optimiser, state, "optimiser.")
        learner.evidence = torch.from_numpy(state["evidence"].astype(np.float32))
        self._replay.restore(under(state, "replay."))
        self._pages, learner.turns = (int(count) for count in state["counters"])

    def _live(self, now: Situation, returns: _Returns) -> Situation:
        """One page of every row, remembered; rows whose episode is over begin the next one."""
        slates = self._explored(now)
        seen, reward, terminated, truncated, _ = self._env.step(whole(slates))
        self._replay.add(now, slates, taken(self._env), (reward, terminated, truncated))
        returns.add(reward, terminated | truncated)
        self._pages += self._rows
        if (terminated | truncated).any():
            seen, _ = self._env.reset(options={"reset_mask": terminated | truncated})
        return situation(seen)

    def _explored(self, now: Situation) -> LongArray:
        """The best slates, for some rows random ones instead."""
        luck, turn, rows = self._exploring, self._pages // self._rows, np.arange(self._rows)
        random = drawn(luck.uniform(turn, *lanes(now.open.shape)), now.open, self._learner.slots)
        explores = luck.uniform(turn, rows, -1) < self._random_share()
        return np.where(explores[:, None], random, self.choose(now))

    def _random_share(self) -> float:
        falling = 1 - self._pages / (self.habits.exploring * self._total)
        return max(self.habits.least, falling)


class _Returns:
    """Mean return of the episodes that ended lately."""

    def __init__(self, rows: int) -> None:
        self._running = np.zeros(rows)
        self._over = deque[float](maxlen=1000)

    def add(self, reward: npt.NDArray[np.floating], ended: npt.NDArray[np.bool_]) -> None:
        self._running += reward
        self._over.extend(self._running[ended].tolist())
        self._running[ended] = 0

    def mean(self) -> float:
        return fmean(self._over) if self._over else float("nan")
