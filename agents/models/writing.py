"""Continuous batching: many agents write at once, and who has finished makes room for the next at once."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from agents.models.batch import Batch
from agents.models.errors import ContextTooShort
from agents.models.native import SEQUENCES, Native
from agents.models.sampling import Sampler
from agents.models.tree import Tokens
from agents.models.usage import Usage
from simenv.types import ByteArray, IntArray
from simenv.words import Completion, Limits

BASE = 0
"""The sequence that holds what all prompts share."""
LANES = 16
"""How many agents write at once."""


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt as tokens, and how its answer is drawn."""

    shared: Tokens
    own: Tokens
    sampler: Sampler


@dataclass(slots=True)
class _Lane:
    """One answer in the making.

    Args:
        number: the place of the prompt among all.
        job: what is answered.
        due: tokens that wait to be computed.
        length: tokens that its sequence holds.
        room: cells that it may come to need.
    """

    number: int
    job: Job
    due: Tokens
    length: int
    room: int
    written: bytearray = field(default_factory=bytearray)
    count: int = 0


class Writer:
    """Writes answers in a context of its own; what is written hangs on the jobs and their order alone.

    Args:
        native: the context.
        context: the longest prompt with its answer, tokens.
        shares: whether sequences can share a beginning.
    """

    def __init__(self, native: Native, context: int, *, shares: bool) -> None:
        self._native, self._context, self._shares = native, context, shares
        self._base: Tokens = ()
        self._lanes: dict[int, _Lane] = {}

    def write(self, jobs: Sequence[Job], limits: Limits) -> tuple[list[Completion], Usage]:
        """Answer all prompts.

        Raises:
            ContextTooShort: a prompt and the longest answer do not fit into the context.
        """
        for job in jobs:
            self._check(job, limits)
        self._native.clear()
        self._base, self._lanes = (), {}
        done: dict[int, Completion] = {}
        waiting, cost = deque(enumerate(jobs)), Usage()
        while waiting or self._lanes:
            cost += self._admit(waiting, limits)
            cost += self._advance(limits, done)
        return [done[number] for number in range(len(jobs))], cost

    def _check(self, job: Job, limits: Limits) -> None:
        needed = len(job.shared) + len(job.own) + limits.tokens
        if needed > self._context:
            raise ContextTooShort(needed, self._context)

    def _admit(self, waiting: deque[tuple[int, Job]], limits: Limits) -> Usage:
        """Let the next prompts in, in their order, while there are lanes and cells for them."""
        cost = Usage()
        while waiting and len(self._lanes) < min(LANES, SEQUENCES - 1):
            number, job = waiting[0]
            shared = len(job.shared) if self._shares else 0
            room = len(job.shared) + len(job.own) + limits.tokens - shared
            if sum(lane.room for lane in self._lanes.values()) + shared + room > self._native.size.cells:
                break  # the first in the line waits: who writes beside whom hangs on the order alone
            if self._shares and job.shared != self._base:
                if self._lanes:
                    break  # what the others share stays until they have finished
                cost += self._begin(job.shared)
            waiting.popleft()
            sequence = next(n for n in range(1, LANES + 1) if n not in self._lanes)
            if shared:
                self._native.copy(sequence, sequence + 1, BASE)
            due = job.own if self._shares else job.shared + job.own
            self._lanes[sequence] = _Lane(number, job, due, shared, room)
            cost += Usage(cached=shared)
        return cost

    def _begin(self, shared: Tokens) -> Usage:
        """Compute what all prompts share."""
        self._native.clear()
        self._base = shared
        if not shared:
            return Usage()
        steps, nought = np.arange(len(shared), dtype=np.int32), np.zeros(len(shared), dtype=np.int32)
        batch = Batch(np.array(shared, dtype=np.int32), steps, nought, nought + 1, nought.astype(np.int8))
        self._native.decode(batch)
        return Usage(prompt=len(shared), cached=-len(shared), evaluations=1)

    def _advance(self, limits: Limits, done: dict[int, Completion]) -> Usage:
        """One word further in every lane; who has finished frees its sequence."""
        batch, places = self._batch()
        self._native.decode(batch)
        fresh = sum(len(lane.due) for lane in self._lanes.values() if not lane.count)
        for (sequence, lane), place in zip(list(self._lanes.items()), places, strict=True):
            lane.length += len(lane.due)
            token = lane.job.sampler.draw(self._native, place)
            ended = self._take(lane, token, limits)
            if ended:
                done[lane.number] = _completed(lane, ended, limits)
                lane.job.sampler.close()
                self._native.trim(0, sequence)
                del self._lanes[sequence]
        return Usage(prompt=fresh, generated=len(places), evaluations=1)

    def _batch(self) -> tuple[Batch, list[int]]:
        """What waits to be computed in all lanes, and where the last token of each stands."""
        lanes = list(self._lanes.items())
        lengths = np.array([len(lane.due) for _, lane in lanes])
        ends = np.cumsum(lengths)
        low = np.repeat(np.array([sequence for sequence, _ in lanes], dtype=np.int32), lengths)
        steps = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        position: IntArray = (np.repeat([lane.length for _, lane in lanes], lengths) + steps).astype(np.int32)
        token = np.array([token for _, lane in lanes for token in lane.due], dtype=np.int32)
        wanted: ByteArray = np.zeros(len(token), dtype=np.int8)
        wanted[ends - 1] = 1
        return Batch(token, position, low, low + 1, wanted), (ends - 1).tolist()

    def _take(
        self, lane: _Lane, token: int | None, limits: Limits
    ) -> Literal["end", "stop", "length"] | None:
        """Add a word to an answer, and say whether and why the answer is over."""
        weights = self._native.weights
        lane.count += 1
        if token is None or weights.ends(token):
            return "end"
        lane.written += weights.spelling(token)
        lane.due = (token,)
        if any(word.encode() in lane.written for word in limits.stop):
            return "stop"
        return "length" if lane.count >= limits.tokens else None


def _completed(lane: _Lane, ended: Literal["end", "stop", "length"], limits: Limits) -> Completion:
    """An answer without its stop word; a character that was cut in half is left out."""
    reader = getincrementaldecoder("utf-8")("replace")
    text = reader.decode(bytes(lane.written), final=ended != "length")
    if ended == "stop":
        text = text[: min(text.find(word) for word in limits.stop if word in text)]
    return Completion(text, lane.count, ended)
