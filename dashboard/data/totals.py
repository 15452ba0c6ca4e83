"""What each person did in all, under each recommender and seed, and how often each item was shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.data.opened import Opened
from simenv.luck import stream
from simenv.metrics import Reading
from simenv.metrics.exposure import GROUPS, Exposure, coverage, gini
from simenv.metrics.ratio import PerPerson, Ratio

Totals = Mapping[str, npt.NDArray[np.float64]]
"""One entry per agent of the run, in the order of rows; 0 where nothing happened."""


def _ratio(agents: int) -> Ratio:
    return Ratio(agents, _never, _never)


def _per_person(agents: int) -> Ratio:
    return PerPerson(agents, _never)


def _never(_: object) -> npt.NDArray[np.float64]:
    raise NotImplementedError("DuckDB counts the totals, page by page nobody does.")


RATIOS: Mapping[str, tuple[Callable[[int], Ratio], str, str]] = {
    "satisfaction": (_ratio, "ended_index", "ended"),
    "n_like": (_per_person, "liked", "pages"),
    "p_view": (_ratio, "watched", "shown"),
    "p_like": (_ratio, "liked", "watched"),
    "n_exit": (_ratio, "ended_pages", "ended"),
    "n_visit": (_per_person, "visits", "pages"),
    "rating": (_ratio, "stars", "rated"),
    "novelty": (_ratio, "bits", "shown"),
}
"""How each measure of people is made of totals: as ``simenv.metrics.register`` says."""
_ON_PAGES = {"pages", "visits", "watched", "liked", "ended", "ended_pages", "ended_index"}
"""Totals that pages hold, of which there are far fewer than of interactions."""
EXPOSURES = {"coverage": coverage, "gini": gini}


def totals(run: Opened, name: str, seed: int, arm: str) -> Totals:
    """The totals of everybody that a measure is made of: its two columns in ``RATIOS``, float64 (agents,)."""
    columns = RATIOS[name][1:]
    query = _PAGES if set(columns) <= _ON_PAGES else _NOVELTY if "bits" in columns else _SHOWN
    table = _world(run.ask(query), seed, arm)
    rows, agents = table["user"].to_numpy(), len(people(run, seed, arm))
    found = {column: np.zeros(agents) for column in columns}
    for column, values in found.items():
        values[rows] = table[column].to_numpy()
    return found


def people(run: Opened, seed: int, arm: str) -> list[str]:
    """The ids of one world's agents, in the order of rows."""
    found: list[str] = run.ask('SELECT id FROM agents WHERE seed = ? AND arm = ? ORDER BY "user"', seed, arm)[
        "id"
    ].to_pylist()
    return found


def measured(name: str, own: Totals, rows: npt.NDArray[np.generic]) -> Ratio:
    """One measure over the people of some rows (indices): its reading, and each one's part in it."""
    make, above, below = RATIOS[name]
    measure = make(len(rows))
    measure.numerator[:], measure.denominator[:] = own[above][rows], own[below][rows]
    return measure


def exposure(run: Opened, name: str, world: tuple[int, str], numbers: npt.NDArray[np.int64]) -> Reading:
    """Coverage or Gini of one world, with the influence of each jackknife group of people.

    Args:
        world: seed and arm.
        numbers: int64 (agents,), the number that decides each agent's group.
    """
    groups = (stream(0, "jackknife").bits(numbers) % np.uint64(GROUPS)).astype(np.int64)
    items = run.ask("SELECT count(*) AS n FROM catalog")["n"][0].as_py()
    measure = Exposure(1, items, EXPOSURES[name])
    found = _world(run.ask(_EXPOSURE, *(tuple(groups.tolist()),) * 2), *world)
    place = (found["group"].to_numpy(), found["item"].to_numpy())
    np.add.at(measure.counts, place, found["n"].to_numpy())
    return measure.reading()


def _world(table: pa.Table, seed: int, arm: str) -> pa.Table:
    return table.filter(pc.and_(pc.equal(table["seed"], seed), pc.equal(table["arm"], arm)))


_SHOWN = """
SELECT seed, arm, "user", count(*) AS shown, count(*) FILTER (watched) AS watched,
       count(rating) FILTER (watched) AS rated,
       coalesce(sum(CAST(rating AS DOUBLE)) FILTER (watched), 0) AS stars
FROM interactions GROUP BY ALL
"""
_NOVELTY = """
WITH known AS (SELECT coalesce(min(popularity) / 2, 1) AS floor FROM catalog WHERE popularity > 0),
bits AS (
    SELECT item, -log2(greatest(CAST(popularity AS DOUBLE), (SELECT floor FROM known))) AS bits FROM catalog
)
SELECT seed, arm, "user", count(*) AS shown, sum(bits) AS bits
FROM interactions JOIN bits USING (item) GROUP BY ALL
"""
_PAGES = """
SELECT seed, arm, "user", count(*) AS pages, count(*) FILTER (page = 0) AS visits,
       sum(watched) AS watched, sum(liked) AS liked, count(*) FILTER ("left") AS ended,
       coalesce(sum(page + 1) FILTER ("left"), 0) AS ended_pages,
       coalesce(sum(1 + 9 * CAST(satisfaction AS DOUBLE)) FILTER ("left"), 0) AS ended_index
FROM pages GROUP BY ALL
"""
_EXPOSURE = """
WITH groups AS (SELECT unnest(?) AS "group", generate_subscripts(?, 1) - 1 AS "user")
SELECT seed, arm, "group", item, count(*) AS n FROM interactions JOIN groups USING ("user") GROUP BY ALL
"""
"""All worlds at once: their files are read once, and the answer is kept."""
