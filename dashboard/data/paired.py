"""What recommenders and runs do differently to the same people, person by person.

The arithmetic of ``simenv compare``, over totals that DuckDB counts instead of pages that are played again;
the diversity of pages, which needs every page, is left to ``simenv compare``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.data import measures
from dashboard.data.asking import Columns
from dashboard.data.opened import Opened
from dashboard.data.totals import RATIOS, exposure, measured, people, totals
from dashboard.data.traits import LEVELS, TRAITS, level_of
from simenv.errors import UsageError
from simenv.metrics import Reading, difference, over_seeds
from simenv.metrics.ratio import Ratio
from simenv.types import Estimate

_MOST = 12
"""Levels of a trait that are told apart, the largest first."""

Chosen = npt.NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Side:
    """One recommender of one run; its people are numbered as in the run that it is compared with."""

    run: Opened
    arm: str
    label: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One measure of one side, less the same of the first side.

    Args:
        level: of a trait; "" for everybody.
        gain, lose: shares of people who have more, and less, than on the first side.
    """

    side: str
    measure: str
    difference: Estimate
    level: str = ""
    people: int = 0
    gain: float = 0.0
    lose: float = 0.0


def sides(runs: Sequence[Opened]) -> list[Side]:
    """Every recommender of every run; the run is said where there are several."""
    return [
        Side(run, arm, arm if len(runs) == 1 else f"{run.name} / {arm}") for run in runs for arm in run.arms
    ]


class Pairing:
    """Two sides that met the same people with the same luck.

    Raises:
        UsageError: they did not, or have nothing to compare yet.
    """

    def __init__(self, first: Side, other: Side) -> None:
        self.first, self.other = first, other
        _check_items(first, other)
        self.seeds = _common_seeds(first, other)
        seed = self.seeds[0]
        self._order = _matched(
            first, people(first.run, seed, first.arm), other, people(other.run, seed, other.arm)
        )

    def of(self, name: str) -> Gap:
        """One measure for everybody."""
        if name in RATIOS:
            return self.gap(name)
        apart = [
            difference(*(self._exposed(side, name, s) for side in (self.other, self.first)))
            for s in self.seeds
        ]
        return Gap(self.other.label, name, over_seeds(apart))

    def gap(self, name: str, level: str = "", chosen: Chosen | None = None) -> Gap:
        """One measure of people, of some of them where chosen (indices of the first side's rows)."""
        rows = np.arange(len(self._order)) if chosen is None else chosen
        apart, moved = [], []
        for seed in self.seeds:
            before, after = (totals(side.run, name, seed, side.arm) for side in (self.first, self.other))
            after = {column: values[self._order] for column, values in after.items()}
            pair = measured(name, after, rows), measured(name, before, rows)
            apart.append(difference(pair[0].reading(), pair[1].reading()))
            moved.append(_own(pair[0]) - _own(pair[1]))
        total = np.nansum(moved, axis=0)  # those who had no part in a seed neither gain nor lose in it
        return Gap(
            self.other.label,
            name,
            over_seeds(apart),
            level,
            len(rows),
            float(np.mean(total > 0)),
            float(np.mean(total < 0)),
        )

    def by_trait(self, name: str, trait: str) -> list[Gap]:
        """One measure for the people of each level of a trait."""
        levels = levels_of(self.first, trait, self.seeds[0])
        names, counts = np.unique(levels[levels != ""], return_counts=True)
        largest = sorted(zip(-counts, names.tolist(), strict=True))[:_MOST]
        kept = sorted((word for _, word in largest), key=lambda w: (LEVELS.index(w) if w in LEVELS else 9, w))
        return [self.gap(name, level, np.flatnonzero(levels == level)) for level in kept]

    def _exposed(self, side: Side, name: str, seed: int) -> Reading:
        numbers = np.arange(len(self._order))
        if side is self.other:
            numbers = np.argsort(self._order)
        return exposure(side.run, name, (seed, side.arm), numbers)


def course(sides: Sequence[Side], name: str) -> Columns:
    """One measure of every side day by day: arm (the side's label), step, value, low, high."""
    found: Columns = {column: [] for column in ("arm", "step", "value", "low", "high")}
    for run in dict.fromkeys(side.run for side in sides):
        labels = {side.arm: side.label for side in sides if side.run is run}
        own = measures.by_day(run, name)
        for column, values in found.items():
            values += [labels[value] for value in own["arm"]] if column == "arm" else own[column]
    return found


def traits_of(side: Side) -> list[str]:
    """The traits in which a side's people differ."""
    counts = ", ".join(f"count(DISTINCT nullif({level_of(trait)}, '')) AS {trait}" for trait in TRAITS)
    query = f"SELECT {counts} FROM agents WHERE seed = ? AND arm = ?"  # noqa: S608 - our own words
    found = side.run.columns(query, side.run.seeds[0], side.arm)
    return [trait for trait in TRAITS if found[trait] and found[trait][0] > 1]


def levels_of(side: Side, trait: str, seed: int) -> npt.NDArray[np.str_]:
    """Everybody's level of a trait in words, "" where unknown."""
    query = f'SELECT {level_of(trait)} AS level FROM agents WHERE seed = ? AND arm = ? ORDER BY "user"'  # noqa: S608
    return side.run.ask(query, seed, side.arm)["level"].to_numpy().astype(np.str_)


def _own(measure: Ratio) -> npt.NDArray[np.float64]:
    """Each person's own value; NaN for those who had no part."""
    weight = measure.weight()
    return np.divide(measure.numerator, weight, out=np.full(len(weight), np.nan), where=weight > 0)


def _matched(first: Side, names: list[str], other: Side, own: list[str]) -> npt.NDArray[np.int64]:
    """The other side's row of every agent of the first side."""
    if not names or not own:
        raise UsageError(f"{(other if names else first).label} has no people yet; wait for its first round.")
    rows = {name: row for row, name in enumerate(own)}
    if len(names) != len(own) or any(name not in rows for name in names):
        both = sum(name in rows for name in names)
        raise UsageError(
            f"Expected the same people, but {first.label} has {len(names)} agents, {other.label} has "
            f"{len(own)}, and {both} are in both. Run both with the same agents."
        )
    return np.array([rows[name] for name in names], dtype=np.int64)


def _check_items(first: Side, other: Side) -> None:
    ids = [side.run.ask("SELECT id FROM catalog ORDER BY item") for side in (first, other)]
    if not ids[0].equals(ids[1]):
        raise UsageError(
            f"Expected one catalogue, but {first.label} and {other.label} recommend other items. Compare "
            "runs over the same data set."
        )


def _common_seeds(first: Side, other: Side) -> list[int]:
    days = [_days(first), _days(other)]
    common = [seed for seed in first.run.seeds if seed in days[0] and seed in days[1]]
    alike = [seed for seed in common if days[0][seed] == days[1][seed]]
    if not alike:
        found = "worlds of other lengths" if common else "no seed in common"
        raise UsageError(
            f"Expected worlds of the same seed and number of days, but {first.label} and {other.label} have "
            f"{found}. Let both finish, with the same seeds and rounds."
        )
    return alike


def _days(side: Side) -> dict[int, int]:
    """How many days each seed has had so far."""
    found = side.run.columns(
        "SELECT seed, max(round) AS day FROM pages WHERE arm = ? GROUP BY seed", side.arm
    )
    return dict(zip(found["seed"], found["day"], strict=True))
