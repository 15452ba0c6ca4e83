"""Measures of one run, whole and round by round, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: its name, unit and digits, and whether more is better (1), less (-1), or neither."""

    title: str
    unit: str
    digits: int = 3
    best: int = 1

    @property
    def axis(self) -> str:
        """The name with its unit, for an axis."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


MEASURES = {
    "satisfaction": Measure("satisfaction", "index, 1 to 10", 2),
    "n_like": Measure("likes", "per person", 1),
    "p_view": Measure("watched", "share of shown"),
    "p_like": Measure("liked", "share of watched"),
    "n_exit": Measure("length of a visit", "pages", 2),
    "n_visit": Measure("visits", "per person", 2),
    "rating": Measure("rating", "stars", 2),
    "ild": Measure("diversity of a page", "0 to 1"),
    "novelty": Measure("novelty", "bits", 2, 0),
    "coverage": Measure("coverage", "share of the catalogue"),
    "gini": Measure("Gini of exposure", "0 to 1", best=-1),
}
"""Measures in the order in which pages show them; a name that is not here is shown as it is."""


def measure(name: str) -> Measure:
    """What a measure is called."""
    return MEASURES.get(name, Measure(name, "", best=0))


def final(run: Opened) -> Columns:
    """The whole run: arm, measure, value, low, high; null where unknown."""
    return run.columns("SELECT arm, measure, value, low, high FROM metrics WHERE seed = -1 AND round = -1")


def by_day(run: Opened, name: str) -> Columns:
    """One measure day by day, the mean over seeds: arm, step, value, low, high; null where unknown."""
    if name == "retention":
        return run.columns(_RETURNED)
    return run.columns(_BY_DAY, name)


def by_page(run: Opened, name: str) -> Columns:
    """One measure page by page of a visit, over all visits; none where it has no meaning for a page.

    Intervals are over visits, of a ratio r = sum n / sum d: its variance is sum (n - r d)^2 / (sum d)^2.

    Returns:
        arm, step, value, low, high; null where unknown.
    """
    if name in ("coverage", "gini"):
        return run.columns(_EXPOSED.format(statistic=_STATISTICS[name]))
    if name not in _RATIOS:
        return {column: [] for column in ("arm", "step", "value", "low", "high")}
    table, above, below = _RATIOS[name]
    return run.columns(_RATIO.format(table=table, above=above, below=below))


PAGE_MEASURES = {
    "satisfaction": MEASURES["satisfaction"],
    "n_like": Measure("likes", "per page", 2),
    "p_view": Measure("watched", "per page", 2),
    "p_like": MEASURES["p_like"],
    "rating": MEASURES["rating"],
    "left": Measure("leaving", "share of who is there", best=-1),
    "retention": Measure("staying", "share of visits that get this far"),
    "fatigue": Measure("tiredness", "0 to 1", best=-1),
    "coverage": MEASURES["coverage"],
    "gini": MEASURES["gini"],
}
"""What can be followed from page to page of a visit."""
DAY_MEASURES = {"retention": Measure("coming back", "share of all agents"), **MEASURES}
"""What can be followed from day to day."""

_RATIOS = {
    "satisfaction": ("pages", "1 + 9 * satisfaction", "1"),
    "fatigue": ("pages", "fatigue", "1"),
    "n_like": ("pages", "liked", "1"),
    "p_view": ("pages", "watched", "1"),
    "p_like": ("pages", "liked", "watched"),
    "left": ("pages", 'CAST("left" AS INTEGER)', "1"),
    "rating": ("interactions", "rating", "1"),
    "retention": (
        "(SELECT p.arm, s.page, p.page >= s.page AS reached FROM"
        ' (SELECT arm, seed, round, "user", max(page) AS page FROM pages GROUP BY ALL) p,'
        " (SELECT DISTINCT page FROM pages) s)",
        "CAST(reached AS INTEGER)",
        "1",
    ),
}
"""Table, numerator and denominator of one row."""
_RATIO = """
WITH cells AS (
    SELECT arm, page AS step, CAST({above} AS DOUBLE) AS n, CAST({below} AS DOUBLE) AS d FROM {table}
    WHERE ({above}) IS NOT NULL
), sums AS (
    SELECT arm, step, sum(n) / nullif(sum(d), 0) AS value, sum(d) AS below,
           sum(n * n) AS nn, sum(n * d) AS nd, sum(d * d) AS dd
    FROM cells GROUP BY ALL
), spread AS (
    SELECT *, 1.96 * sqrt(greatest(nn - 2 * value * nd + value * value * dd, 0)) / nullif(below, 0) AS half
    FROM sums
)
SELECT arm, step, value, value - half AS low, value + half AS high FROM spread ORDER BY arm, step
"""
_EXPOSED = """
WITH counts AS (
    SELECT arm, seed, page AS step, item, count(*) AS n FROM interactions GROUP BY ALL
), ranked AS (
    SELECT *, (SELECT count(*) FROM catalog) AS items, count(*) OVER w AS shown,
           row_number() OVER (w ORDER BY n) AS place
    FROM counts WINDOW w AS (PARTITION BY arm, seed, step)
), worlds AS (
    SELECT arm, seed, step, {statistic} AS value FROM ranked GROUP BY ALL
)
SELECT arm, step, avg(value) AS value, NULL AS low, NULL AS high FROM worlds GROUP BY ALL ORDER BY arm, step
"""
_STATISTICS = {
    "coverage": "count(*) / any_value(items)",
    "gini": (
        "2 * sum((items - shown + place) * n) / (any_value(items) * sum(n))"
        " - (any_value(items) + 1) / any_value(items)"
    ),
}
"""Over the items of one page number; items that were never shown stand before those that were."""
_BY_DAY = """
SELECT arm, round AS step, avg(value) AS value, avg(low) AS low, avg(high) AS high
FROM metrics WHERE seed >= 0 AND round >= 0 AND measure = ? GROUP BY ALL ORDER BY arm, step
"""
_RETURNED = """
WITH everybody AS (SELECT count(DISTINCT "user") AS n FROM agents),
came AS (
    SELECT arm, round AS step, count(*) / ((SELECT n FROM everybody) * count(DISTINCT seed)) AS value
    FROM pages WHERE page = 0 GROUP BY ALL
), spread AS (
    SELECT *, 1.96 * sqrt(greatest(value * (1 - value), 0) / (SELECT n FROM everybody)) AS half FROM came
)
SELECT arm, step, value, value - half AS low, value + half AS high FROM spread ORDER BY arm, step
"""
