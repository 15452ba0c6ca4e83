"""All measures of one world: of the round that runs, and of all rounds so far."""

from __future__ import annotations

from collections.abc import Mapping

from simenv.metrics.reading import Measure, Reading
from simenv.metrics.register import measures
from simenv.protocols import State
from simenv.types import Catalog, Estimate, Step


class Scoreboard:
    """Takes in a world's pages once; gives each round's values, and the values of the whole run.

    A checkpoint holds whole rounds only, so it is to be taken after ``end_round``.
    """

    def __init__(self, agents: int, catalog: Catalog) -> None:
        self._round = measures(agents, catalog)
        self._whole = measures(agents, catalog)

    def update(self, step: Step) -> None:
        """Take in one page of one block of agents."""
        for measure in self._round.values():
            measure.update(step)

    def end_round(self) -> dict[str, Estimate]:
        """The values of the round that ends; the next one starts from nothing."""
        values = _values(self._round)
        for name, measure in self._round.items():
            self._whole[name].absorb(measure.state())
            measure.clear()
        return values

    def values(self) -> dict[str, Estimate]:
        """The values of all rounds that have ended."""
        return _values(self._whole)

    def readings(self) -> dict[str, Reading]:
        """The readings of all rounds that have ended, to be averaged over seeds or compared."""
        return {name: measure.reading() for name, measure in self._whole.items()}

    def state(self) -> State:
        """Everything that changes from round to round."""
        return {
            f"{name}.{column}": values
            for name, measure in self._whole.items()
            for column, values in measure.state().items()
        }

    def restore(self, state: State) -> None:
        """Continue after the round after which ``state`` was taken."""
        for name, measure in self._whole.items():
            prefix = f"{name}."
            measure.restore({n[len(prefix) :]: c for n, c in state.items() if n.startswith(prefix)})


def _values(board: Mapping[str, Measure]) -> dict[str, Estimate]:
    return {name: measure.value() for name, measure in board.items()}
