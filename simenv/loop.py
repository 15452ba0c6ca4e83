"""The one loop: every simulation, from ten thinking agents to a million light ones, is this."""

from __future__ import annotations

from collections.abc import Iterator

from simenv.protocols import Attentive, Recommender
from simenv.types import Feedback, Step
from simenv.world import World


def loop(world: World, recommender: Recommender, slots: int) -> Iterator[Step]:
    """Let people and a recommender meet until the world's last round is over.

    Logs, measures, progress bars and checkpoints are plain consumers of this iterator: the last page of a
    round comes out when the round has been learned from, so that a checkpoint can be taken there.
    """
    for visit in world.visits():  # 1. who is here: blocks of rows, page after page
        slate = recommender.recommend(visit, slots)  # 2. what they are shown
        step = world.respond(slate)  # 3. what they do: recall, decide, remember, change
        if isinstance(recommender, Attentive):
            recommender.notice(Feedback.of(step))
        if world.round_done():
            recommender.learn(world.feedback())  # 4. what the system learns
            world.turn()  # 5. the round ends
        yield step
