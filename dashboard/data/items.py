"""Items: how often they were shown and watched, and one item's audience."""

from __future__ import annotations

from typing import Any

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened
from dashboard.data.traits import LEVELS, TRAITS, level_of

BINS = 24
"""Steps of popularity between the least and the most popular item, equal in logarithms."""
TENTHS = 10
STEPS = {"day": "round", "page": "page"}
"""What time is cut into, and the column that holds it."""


def by_popularity(run: Opened) -> Columns:
    """How often items of about equal popularity were shown and watched, on average over items and seeds.

    Items that nobody has rated are left out: they have no place on a logarithmic axis.

    Returns:
        arm, popularity (share of people who rated them, geometric mean), items, shown, watched.
    """
    return run.columns(_BY_POPULARITY, kept=_HELD)


def tenths(run: Opened) -> Columns:
    """Which share of what was shown, and watched, each tenth of the catalogue had, the most popular first.

    Returns:
        arm, tenth (1 to 10), shown, watched: shares of all.
    """
    return run.columns(_TENTHS, kept=_HELD)


def concentration(run: Opened) -> Columns:
    """Which share of what was shown the most shown items had together: Lorenz's curve (1905), turned round.

    Returns:
        arm, items (share of the catalogue, rising), share; the ratings in the data stand under arm "".
    """
    return run.columns(_CONCENTRATION, kept=_HELD)


def themes_over_time(run: Opened, arm: str, step: str, most: int = 8) -> Columns:
    """Shares of what was shown that had each of the themes shown most: theme, step, share, watched."""
    return run.columns(_THEMES.format(step=STEPS[step]), arm, most)


def found(run: Opened, words: str, most: int = 100) -> Columns:
    """Items whose title or id holds the words, the most popular first: item, title, id."""
    return run.columns(
        "SELECT item, title, id FROM catalog WHERE contains(lower(title), lower(?)) OR id = ? "
        "ORDER BY popularity DESC NULLS LAST, item LIMIT ?",
        words,
        words,
        most,
    )


def item(run: Opened, number: int) -> dict[str, Any]:
    """What the catalogue says of one item; empty where there is none."""
    rows = run.columns("SELECT * FROM catalog WHERE item = ?", number)
    return {name: values[0] for name, values in rows.items() if values}


def audience(run: Opened, number: int) -> Columns:
    """What became of one item under each recommender: arm, people, shown, watched, mean stars, chance."""
    return run.columns(_AUDIENCE, number)


def stars(run: Opened, number: int) -> Columns:
    """Stars that people gave one item, as in ``dashboard.data.stars``: arm, stars, share (0 to 1)."""
    return run.columns(_STARS, number)


def by_trait(run: Opened, number: int, trait: str) -> Columns:
    """Who watched one item when it was shown: arm, level, shown, watched; levels in order."""
    if trait not in TRAITS:
        return {name: [] for name in ("arm", "level", "shown", "watched")}
    order = " ".join(f"WHEN '{level}' THEN {at}" for at, level in enumerate(LEVELS))
    return run.columns(_BY_TRAIT.format(level=level_of(trait), order=order), number)


_FINE = 6
"""Points of a curve for each doubling of the number of items."""
_HELD = """
WITH counts AS (
    SELECT arm, item, count(*) / seeds AS shown, count(*) FILTER (watched) / seeds AS watched
    FROM interactions, (SELECT greatest(count(DISTINCT seed), 1) AS seeds FROM agents)
    GROUP BY arm, item, seeds
), arms AS (SELECT DISTINCT arm FROM counts)
SELECT arm, c.item, popularity, coalesce(shown, 0) AS shown, coalesce(watched, 0) AS watched
FROM arms CROSS JOIN (SELECT item, coalesce(popularity, 0) AS popularity FROM catalog) c
LEFT JOIN counts USING (arm, item)
"""
"""Every item under every recommender, counts on average over seeds."""
_BY_POPULARITY = f"""
WITH ends AS (
    SELECT ln(min(popularity)) AS low, nullif(ln(max(popularity)) - ln(min(popularity)), 0) AS wide
    FROM catalog WHERE popularity > 0
)
SELECT arm, exp(avg(ln(popularity))) AS popularity, count(*) AS items,
       avg(shown) AS shown, avg(watched) AS watched
FROM kept, ends WHERE popularity > 0
GROUP BY arm, least(floor(coalesce((ln(popularity) - low) / wide, 0) * {BINS}), {BINS} - 1)
ORDER BY arm, popularity
"""  # noqa: S608 - our own words
_TENTHS = f"""
WITH placed AS (
    SELECT *, ntile({TENTHS}) OVER (PARTITION BY arm ORDER BY popularity DESC, item) AS tenth FROM kept
)
SELECT arm, tenth, sum(shown) / nullif(sum(sum(shown)) OVER w, 0) AS shown,
       sum(watched) / nullif(sum(sum(watched)) OVER w, 0) AS watched
FROM placed GROUP BY arm, tenth WINDOW w AS (PARTITION BY arm) ORDER BY arm, tenth
"""  # noqa: S608 - our own words
_CONCENTRATION = f"""
WITH all_held AS (
    SELECT arm, item, shown FROM kept UNION ALL SELECT '', item, coalesce(popularity, 0) FROM catalog
), summed AS (
    SELECT arm, row_number() OVER own AS place, count(*) OVER (PARTITION BY arm) AS items,
           sum(shown) OVER own AS above, sum(shown) OVER (PARTITION BY arm) AS total
    FROM all_held
    WINDOW own AS (
        PARTITION BY arm ORDER BY shown DESC, item ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)
SELECT arm, max(place) / any_value(items) AS items, max(above) / nullif(any_value(total), 0) AS share
FROM summed GROUP BY arm, ceil({_FINE} * log2(place)) ORDER BY arm, items
"""  # noqa: S608 - our own words
_THEMES = """
WITH counts AS (
    SELECT {step} AS step, item, count(*) AS shown, count(*) FILTER (watched) AS watched
    FROM interactions WHERE arm = ? GROUP BY ALL
), totals AS (SELECT step, sum(shown) AS shown, sum(watched) AS watched FROM counts GROUP BY step),
themed AS (
    SELECT theme, step, sum(shown) AS shown, sum(watched) AS watched
    FROM counts JOIN (SELECT item, unnest(themes) AS theme FROM catalog) USING (item)
    GROUP BY ALL
), largest AS (SELECT theme FROM themed GROUP BY theme ORDER BY sum(shown) DESC, theme LIMIT ?)
SELECT theme, step, themed.shown / totals.shown AS share,
       themed.watched / nullif(totals.watched, 0) AS watched
FROM themed JOIN totals USING (step) SEMI JOIN largest USING (theme) ORDER BY theme, step
"""
_AUDIENCE = """
SELECT arm, count(DISTINCT "user") AS people, count(*) AS shown, count(*) FILTER (watched) AS watched,
       avg(rating) AS stars, avg(chance) AS chance
FROM interactions WHERE item = ? GROUP BY arm ORDER BY arm
"""
_STARS = """
WITH counts AS (
    SELECT arm, round(rating * 2) / 2 AS stars, count(*) AS n
    FROM interactions WHERE item = ? AND rating IS NOT NULL GROUP BY ALL
)
SELECT arm, stars, n / sum(n) OVER (PARTITION BY arm) AS share FROM counts ORDER BY arm, stars
"""
_BY_TRAIT = """
WITH own AS (SELECT seed, arm, "user", watched FROM interactions WHERE item = ?),
people AS (SELECT seed, arm, "user", {level} AS level FROM agents)
SELECT arm, level, count(*) AS shown, count(*) FILTER (watched) AS watched
FROM own JOIN people USING (seed, arm, "user") WHERE level != '' GROUP BY arm, level
ORDER BY arm, CASE level {order} ELSE 9 END, level
"""
