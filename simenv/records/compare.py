"""What arms and runs do differently to the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simenv.errors import UsageError
from simenv.metrics import Reading, difference, estimates_over_seeds, over_seeds
from simenv.records.parts import round_of
from simenv.records.replay import scoreboard
from simenv.records.run import Run
from simenv.records.tables import World
from simenv.types import Estimate, IntArray


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of one run, and what it is called beside others."""

    run: Run
    arm: str
    label: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of one side beside the same measure of the first side.

    Args:
        difference: side minus baseline, paired person by person and seed by seed.
        seeds: how many seeds both have.
    """

    measure: str
    baseline: str
    side: str
    baseline_value: Estimate
    value: Estimate
    difference: Estimate
    seeds: int


def compare(runs: Sequence[Run]) -> list[Comparison]:
    """Every arm of every run beside the first arm of the first run, measure by measure.

    The same people with the same luck stand on both sides, so a difference is measured person by person and
    small ones show.

    Raises:
        UsageError: when there is nothing to compare, or the runs are not over the same people, catalogue,
            seeds and rounds.
    """
    first, *others = _sides(runs)
    if not others:
        raise UsageError(
            f"{first.label} is the only arm. Name a second run, or run a scenario with two arms."
        )
    rows = []
    base: dict[int, dict[str, Reading]] = {}
    for other in others:
        seeds = _common_seeds(first, other)
        base |= {seed: _readings(first, first, seed) for seed in seeds if seed not in base}
        pairs = [(base[seed], _readings(other, first, seed)) for seed in seeds]
        rows += _compared(first, other, pairs)
    return rows


def _sides(runs: Sequence[Run]) -> list[Side]:
    """All arms of all runs; a run's name is said where there are several."""
    names = [run.name for run in runs]
    told = names if len(set(names)) == len(names) else [str(run.path) for run in runs]
    return [
        Side(run, arm, arm if len(runs) == 1 else f"{name}/{arm}")
        for run, name in zip(runs, told, strict=True)
        for arm in run.arms
    ]


def _compared(
    first: Side, other: Side, pairs: Sequence[tuple[Mapping[str, Reading], Mapping[str, Reading]]]
) -> list[Comparison]:
    before = estimates_over_seeds([base for base, _ in pairs])
    after = estimates_over_seeds([own for _, own in pairs])
    return [
        Comparison(
            measure,
            first.label,
            other.label,
            before[measure],
            after[measure],
            over_seeds([difference(own[measure], base[measure]) for base, own in pairs]),
            len(pairs),
        )
        for measure in before
    ]


def _readings(side: Side, first: Side, seed: int) -> dict[str, Reading]:
    """What a side measured under one seed, its people numbered as on the first side."""
    numbers = _numbers(side, first, seed)
    return scoreboard(side.run, seed, side.arm, numbers).readings()


def _numbers(side: Side, first: Side, seed: int) -> IntArray:
    """The first side's row of every agent of a side."""
    rows = {name: row for row, name in enumerate(_people(first, seed))}
    own = _people(side, seed)
    if len(own) != len(rows) or any(name not in rows for name in own):
        raise UsageError(
            f"Expected runs over the same people, but {first.label} has {len(rows)} agents, {side.label} has "
            f"{len(own)}, and {sum(name in rows for name in own)} are in both. Run both with the same agents."
        )
    return np.array([rows[name] for name in own], dtype=np.int32)


def _people(side: Side, seed: int) -> list[str]:
    names: list[str] = World(seed, side.arm, side.run.arms).rows_of(side.run.agents)["id"].to_pylist()
    return names


def _common_seeds(first: Side, other: Side) -> list[int]:
    """The seeds that both sides were run with, after making sure that they can be compared."""
    if first.run.catalog["id"] != other.run.catalog["id"]:
        raise UsageError(
            f"Expected runs over one catalogue, but {first.label} and {other.label} recommend other items. "
            "Compare runs over the same data set."
        )
    seeds = [seed for seed in first.run.seeds if seed in other.run.seeds]
    if not seeds:
        raise UsageError(
            f"Expected runs with a seed in common, but {first.label} has {list(first.run.seeds)} and "
            f"{other.label} has {list(other.run.seeds)}. Run both with the same --seeds."
        )
    for seed in seeds:
        rounds = [_rounds(side, seed) for side in (first, other)]
        if rounds[0] != rounds[1]:
            raise UsageError(
                f"Expected worlds of equal length, but with seed {seed} {first.label} has {rounds[0]} rounds "
                f"and {other.label} has {rounds[1]}. Let both runs finish, with the same number of rounds."
            )
    return seeds


def _rounds(side: Side, seed: int) -> int:
    return len({round_of(part) for part in side.run.parts("pages", seed, side.arm)})
