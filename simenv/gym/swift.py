"""A whole step of quick people: each core takes its share of the rows through all of it.

``simenv.gym.autoreset`` asks everybody one question after the other: what they do, whose episode is over, and
what is seen of them. Here a few hundred rows at a time are asked all of them, while their numbers are near.
The answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from simenv.gym.actions import Plain
from simenv.gym.autoreset import Result, ending, infos
from simenv.gym.blocks import over_shares
from simenv.gym.feed import Feed, Quick, outcome
from simenv.gym.kernels import tick
from simenv.gym.last import LastSeen
from simenv.gym.life_kernels import Sheets
from simenv.gym.play import Lived, Play
from simenv.gym.swift_kernels import Told
from simenv.gym.views import Observation
from simenv.types import BoolArray, IntArray


def suits(play: Play) -> bool:
    """Whether people are quick, and shown what a recommender finds by itself."""
    return isinstance(play.stage, Feed) and play.stage.quick is not None and play.stage.retriever is None


def slates(play: Play, actions: npt.NDArray[Any]) -> IntArray:
    """The slates that actions stand for; an item may stand there twice, as nothing is new to people twice."""
    form = play.rules.actions
    return form.numbers(actions, play.stage) if isinstance(form, Plain) else play.slates(actions)


class Pages:
    """One page for every row, and what it tells.

    Args:
        play: that ``suits``.
        slates: int32 (rows, slots).
    """

    def __init__(self, play: Play, slates: IntArray) -> None:
        self._play, self._slates, count = play, slates, len(play.rows)
        self._feed = cast(Feed, play.stage)
        self._people = cast(Quick, self._feed.quick)
        self._told = Told.empty(count)
        self._seen = self._feed.lookout.sheets(count)
        self._nobody = self._feed.lookout.nobody
        self.last = LastSeen(count)

    def live(self, cut: slice) -> None:
        """These rows look at their slates, and what follows is seen."""
        self._live_on(cut, self._nobody)

    def live_anew(self, cut: slice) -> None:
        """The same, and who comes to an end begins anew; what was seen at the end is kept."""
        last = {name: np.empty_like(column[cut]) for name, column in self._seen.items()}
        rows = self._live_on(cut, self._sheets(last))
        seen = {name: column[: len(rows)].copy() for name, column in last.items()}
        self.last.keep(rows, self._play.rules.view.show(seen, self._play.spaces))

    def live_without(self, over: BoolArray, cut: slice) -> None:
        """Those look at their slates whose episodes are not over; the others begin anew, and tell nothing."""
        play = self._play
        rows, fresh = play.rows[cut][~over], play.rows[cut][over]
        told = Told.empty(len(rows))
        self._people.live(rows, self._slates[rows], self._feed.kept, told)
        ends = told.terminated, told.truncated
        told.truncated[:] = tick(rows, ends, (play.steps, play.over), play.horizon)
        for column, own in zip(self._told.columns, told.columns, strict=True):
            column[cut] = 0
            column[rows] = own
        play.begin(fresh)
        self._feed.lookout.fill(self._seen, play.rows[cut], cut)

    def told(self) -> tuple[Observation, Lived]:
        """What is seen of all rows, and what they did."""
        play, out = self._play, outcome(self._told)
        seen = play.rules.view.show(self._seen, play.spaces)
        measures = {**out.rewards, **out.measures}
        return seen, Lived(play.reward.of(out), self._told.terminated, self._told.truncated, measures)

    def _live_on(self, cut: slice, last: Sheets) -> IntArray:
        play, kept = self._play, self._feed.kept
        lives = self._feed.lives((play.steps, play.over, play.episode), play.horizon)
        seen = self._sheets({name: column[cut] for name, column in self._seen.items()})
        feed = kept, self._told.part(cut), lives
        return self._people.live_on(play.rows[cut], self._slates[cut], feed, (seen, last))

    def _sheets(self, columns: Mapping[str, npt.NDArray[Any]]) -> Sheets:
        return self._nobody._replace(**columns)


def disabled(play: Play, slates: IntArray) -> Result:
    """As ``simenv.gym.autoreset.disabled``."""
    play.need_running()
    pages = Pages(play, slates)
    over_shares(pages.live, len(play.rows))
    seen, lived = pages.told()
    return seen, lived, infos(lived.measures, np.ones(len(play.rows), dtype=np.bool_))


def next_step(play: Play, slates: IntArray) -> Result:
    """As ``simenv.gym.autoreset.next_step``."""
    over = play.over.copy()
    if not over.any():
        return disabled(play, slates)
    pages = Pages(play, slates)
    over_shares(lambda cut: pages.live_without(over[cut], cut), len(play.rows))
    seen, lived = pages.told()
    lived.reward[over] = 0
    return seen, lived, infos(lived.measures, ~over)


def same_step(play: Play, slates: IntArray) -> Result:
    """As ``simenv.gym.autoreset.same_step``."""
    pages = Pages(play, slates)
    over_shares(pages.live_anew, len(play.rows))
    seen, lived = pages.told()
    return seen, lived, ending(lived, pages.last)


SWIFT: Mapping[AutoresetMode, Callable[[Play, IntArray], Result]] = {
    AutoresetMode.NEXT_STEP: next_step,
    AutoresetMode.SAME_STEP: same_step,
    AutoresetMode.DISABLED: disabled,
}
