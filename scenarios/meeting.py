"""One world of a run: people and one recommender meet, and what happens is measured and written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.building import Lab
from scenarios.schema import Arm
from simenv.loop import loop
from simenv.metrics import Scoreboard
from simenv.protocols import Checkpointable, Recommender, State
from simenv.records.folder import RunFolder
from simenv.records.progress import Progress
from simenv.records.recorder import Recorder
from simenv.types import NOTHING, Step
from simenv.world import World


@dataclass
class Meeting:
    """A world, its recommender, and who takes notes.

    Args:
        number: of the world in the run.
    """

    number: int
    seed: int
    arm: str
    world: World
    recommender: Recommender
    recorder: Recorder
    board: Scoreboard
    folder: RunFolder
    slots: int

    @classmethod
    def of(cls, lab: Lab, folder: RunFolder, number: int, seed: int, arm: Arm) -> Meeting:
        """A meeting that has not begun; the recommender is fitted."""
        population, scenario = lab.population, lab.scenario
        return cls(
            number,
            seed,
            arm.name,
            lab.world(seed),
            lab.recommender(arm, seed),
            Recorder(folder, folder.world(seed, arm.name), population, keep=scenario.keep),
            Scoreboard(len(population), lab.dataset.catalog),
            folder,
            scenario.slots,
        )

    def rounds(self, progress: Progress) -> Iterator[Step]:
        """Every page until the world ends; each round leaves its measures and a checkpoint.

        Where the recommender cannot be stopped and resumed, its world begins anew when the run is resumed.
        """
        progress.at(self.seed, self.arm, self.world.round)
        if not isinstance(self.recommender, Checkpointable):
            self.folder.save_checkpoint({}, {"world": self.number, "round": 0})
        for step in loop(self.world, self.recommender, self.slots):
            self.recorder.write(step)
            self.board.update(step)
            day = int(step.slate.visit.round[0])
            over = self.world.round > day
            if over:
                self._end(day)
            yield step
            if over:
                progress.at(self.seed, self.arm, self.world.round)
        self.recorder.finish()
        self.folder.write_metrics((self.seed, self.arm, NOTHING), self.board.values())

    def state(self) -> State:
        """Everything that changes from round to round."""
        return {f"{part}.{name}": c for part, owner in self._parts() for name, c in owner.state().items()}

    def restore(self, state: State) -> None:
        """Continue with the round that follows the one after which ``state`` was taken."""
        for part, owner in self._parts():
            prefix = f"{part}."
            owner.restore({n[len(prefix) :]: c for n, c in state.items() if n.startswith(prefix)})

    def _parts(self) -> Iterator[tuple[str, Checkpointable]]:
        yield from (("world", self.world), ("recorder", self.recorder), ("board", self.board))
        if isinstance(self.recommender, Checkpointable):
            yield "recommender", self.recommender

    def _end(self, day: int) -> None:
        """Write down a round that is over."""
        self.recorder.end_round()
        self.folder.write_metrics((self.seed, self.arm, day), self.board.end_round())
        if isinstance(self.recommender, Checkpointable):
            self.folder.save_checkpoint(self.state(), {"world": self.number, "round": self.world.round})
