"""Stars that people gave in a run, beside those that the data began with."""

from __future__ import annotations

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened


def given(run: Opened) -> Columns:
    """Which share of each recommender's ratings has how many stars: arm, stars, share (0 to 1)."""
    return run.columns(
        """
        WITH counts AS (
            SELECT arm, round(rating * 2) / 2 AS stars, count(*) AS n
            FROM interactions WHERE rating IS NOT NULL GROUP BY ALL
        )
        SELECT arm, stars, n / sum(n) OVER (PARTITION BY arm) AS share FROM counts ORDER BY arm, stars
        """
    )


def of_the_data(run: Opened) -> dict[float, float]:
    """Shares of the train split's ratings, by stars; empty where the run does not say."""
    said = run.section("dataset").get("stars")
    if not isinstance(said, dict):
        return {}
    try:
        counts = {float(stars): float(count) for stars, count in said.items()}
    except (TypeError, ValueError):
        return {}
    total = sum(counts.values())
    return {stars: count / total for stars, count in sorted(counts.items())} if total > 0 else {}
