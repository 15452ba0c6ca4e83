"""The world of one recommender: who comes when, and what the system saw of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simenv.feedback import RoundLog
from simenv.people import People
from simenv.protocols import State
from simenv.ragged import Ragged
from simenv.types import BoolArray, Feedback, IntArray, Population, Slate, Step, Visit


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """How long a world lives: rounds (days), and agents in a block."""

    rounds: int = 1
    block: int = 16_384


class World:
    """A state machine that a loop drives: ``next_visit``, ``respond``, and ``turn`` after each round.

    In a round every agent who comes that day makes one visit. A block of agents finishes all its pages
    before the next block starts; nothing that an agent does depends on which block it is in.
    """

    def __init__(self, people: People, calendar: Calendar) -> None:
        self.people = people
        self.calendar = calendar
        self.round = 0
        self._known = people.population.history
        self._past = RoundLog()
        self._log = RoundLog()
        self._start_day()

    @property
    def population(self) -> Population:
        """Who lives here."""
        return self.people.population

    def visits(self) -> Iterator[Visit]:
        """Every visit until the last round is over; ``turn`` must follow each round."""
        while (visit := self.next_visit()) is not None:
            yield visit

    def next_visit(self) -> Visit | None:
        """The next page of the block that is here, or None when the world has ended."""
        if self.round >= self.calendar.rounds:
            return None
        from simenv import kernels  # numba is slow to import

        rows, known = self._here, self.known()
        return Visit(
            episode=np.zeros(len(rows), dtype=np.int32),
            round=np.full(len(rows), self.round, dtype=np.int32),
            page=np.full(len(rows), self._page, dtype=np.int32),
            rows=rows,
            exclude=Ragged(*kernels.beside(known.starts, known.values, rows, self._seen)),
        )

    def respond(self, slate: Slate) -> Step:
        """What the agents do with a slate: recall, decide, remember, change.

        Raises:
            ValueError: when the slate is not for the visit that was last handed out.
        """
        if not np.array_equal(slate.visit.rows, self._here):
            raise ValueError(
                f"Expected a slate for the {len(self._here)} agents who are here, "
                f"got {len(slate.visit.rows)}."
            )
        step = self.people.respond(slate)
        self._log.add(step)
        self._advance(slate.items, step.left)
        return step

    def round_done(self) -> bool:
        """Whether everybody's visit of this round is over, so that ``turn`` is due."""
        return len(self._here) == 0

    def feedback(self) -> Sequence[Feedback]:
        """What a real system saw in this round, page by page, each page in row order."""
        return self._log

    def turn(self) -> None:
        """End the round: people rest, and the next day on which somebody comes begins."""
        self.known()
        self.people.end_day(self._present)
        self.round += 1
        self._past, self._log = self._log, RoundLog()
        self._start_day()

    def known(self) -> Ragged:
        """What nobody may be shown again: each agent's history, then what past rounds have shown."""
        # not before it is asked for: after the last round nobody asks
        if len(self._past):
            self._known = self._past.added_to(self._known)
            self._past = RoundLog()
        return self._known

    def state(self) -> State:
        """Everything that changes from round to round; to be taken between rounds."""
        known = self.known()
        columns = {"round": np.array([self.round]), "known": known.values, "starts": known.starts}
        return columns | dict(self.people.state())

    def restore(self, state: State) -> None:
        """Continue with the round that follows the one after which ``state`` was taken."""
        self.round = int(state["round"][0])
        self._known = Ragged(state["starts"].astype(np.int64), state["known"].astype(np.int32))
        self._past, self._log = RoundLog(), RoundLog()
        self.people.restore(state)
        self._start_day()

    def _start_day(self) -> None:
        """Days on which nobody comes pass by."""
        self._present: IntArray = self.people.days.present(self.round)
        while len(self._present) == 0 and self.round < self.calendar.rounds:
            self.people.end_day(self._present)
            self.round += 1
            self._present = self.people.days.present(self.round)
        self._next = 0
        self._enter_block()

    def _enter_block(self) -> None:
        self._here: IntArray = self._present[self._next : self._next + self.calendar.block]
        self._seen: IntArray = np.zeros((len(self._here), 0), dtype=np.int32)
        self._next += len(self._here)
        self._page = 0

    def _advance(self, shown: IntArray, left: BoolArray) -> None:
        stay = np.flatnonzero(~left)
        if len(stay) == 0:
            self._enter_block()
            return
        self._here = self._here[stay]
        self._seen = np.concatenate([self._seen[stay], shown[stay]], axis=1)
        self._page += 1
