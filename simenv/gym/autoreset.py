"""What happens at the end of an episode: Gymnasium's three answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from simenv.gym.last import LastSeen
from simenv.gym.play import Lived, Play
from simenv.gym.stage import Columns
from simenv.gym.views import Observation
from simenv.types import BoolArray, IntArray

Infos = dict[str, Any]
Result = tuple[Observation, Lived, Infos]


def disabled(play: Play, slates: IntArray) -> Result:
    """Whoever uses the environment resets what is over (``options={"reset_mask": ...}``).

    Raises:
        EpisodeOverError: an episode was over and was not reset.
    """
    play.need_running()
    lived = play.live(play.rows, slates)
    return play.see(play.rows), lived, infos(lived.measures, np.ones(len(play.rows), dtype=np.bool_))


def next_step(play: Play, slates: IntArray) -> Result:
    """The step after the end begins the next episode: its action is ignored and its reward 0."""
    fresh = np.flatnonzero(play.over).astype(np.int32)
    if not len(fresh):
        return disabled(play, slates)
    alive = ~play.over
    rows = np.flatnonzero(alive).astype(np.int32)
    lived = play.live(rows, slates[rows]).among(rows, len(play.rows))
    play.begin(fresh)
    return play.see(play.rows), lived, infos(lived.measures, alive)


def same_step(play: Play, slates: IntArray) -> Result:
    """The step that ends an episode begins the next; what was last seen stands in ``final_obs``."""
    lived = play.live(play.rows, slates)
    last = LastSeen(len(play.rows))
    rows = np.flatnonzero(play.over).astype(np.int32)
    if len(rows):
        last.keep(rows, play.see(rows))
        play.begin(rows)
    return play.see(play.rows), lived, ending(lived, last)


AUTORESET: Mapping[AutoresetMode, Callable[[Play, IntArray], Result]] = {
    AutoresetMode.NEXT_STEP: next_step,
    AutoresetMode.SAME_STEP: same_step,
    AutoresetMode.DISABLED: disabled,
}


def infos(measures: Columns, told: BoolArray) -> Infos:
    """Measures as Gymnasium wants them: each beside a mask of the rows that it tells of."""
    both: Infos = dict(measures)
    both |= {f"_{name}": told.copy() for name in measures}
    return both


def ending(lived: Lived, last: LastSeen) -> Infos:
    """What a step tells that begins anew what it ends; ``last`` is what was seen there."""
    ended = lived.terminated | lived.truncated
    told = infos(lived.measures, ~ended)
    if ended.any():
        told |= {
            "final_obs": last,
            "_final_obs": ended,
            "final_info": infos({n: c.copy() for n, c in lived.measures.items()}, ended.copy()),
            "_final_info": ended.copy(),
        }
    return told
