"""People of one world: found, described, and followed page by page."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened
from dashboard.data.traits import LEVELS, TRAITS, level_of

World = tuple[int, str]
"""A seed and a recommender."""
Trait = tuple[str, str]
"""A trait and one of its levels, in words."""

MOST = 200
"""People that are listed at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to look for.

    Args:
        traits: of one trait any of the levels, of different traits all.
        theme: what they watch most; "" for anything.
        low, high: final satisfaction, 0 to 1; people who never came are found with the full range alone.
        words: a row number, or a part of an id; "" for everybody.
    """

    traits: tuple[Trait, ...] = ()
    theme: str = ""
    low: float = 0.0
    high: float = 1.0
    words: str = ""


def traits(run: Opened, world: World) -> list[Trait]:
    """Every trait and level that somebody has."""
    found = []
    for trait in TRAITS:
        query = f"SELECT {level_of(trait)} AS level FROM agents WHERE {_WORLD} GROUP BY ALL"  # noqa: S608
        rows = run.columns(query, *world)
        levels = sorted(level for level in rows["level"] if level)
        order = LEVELS if set(levels) <= set(LEVELS) else levels
        found += [(trait, level) for level in order if level in levels]
    return found if len({trait for trait, _ in found}) < len(found) else []


def themes(run: Opened) -> list[str]:
    """The themes of the catalogue."""
    rows = run.columns("SELECT DISTINCT unnest(themes) AS theme FROM catalog ORDER BY theme")
    return [theme for theme in rows["theme"] if theme]


def found(run: Opened, world: World, wanted: Wanted) -> Columns:
    """The first people who are like that; with a theme, those who watch it most stand first.

    Returns:
        user and the columns of agents, levels in words; with a theme also of_theme, the share of it in
        what they watched, as if they had watched two more things: so that one film makes no fan.
    """
    query, values = _search(world, wanted, f'ORDER BY of_theme DESC NULLS LAST, "user" LIMIT {MOST}')
    return run.columns(query, *values)


def somebody(run: Opened, world: World, wanted: Wanted, number: int) -> int | None:
    """One of the people who are like that, a different one for each number; None where nobody is."""
    query, values = _search(world, wanted, f'ORDER BY hash("user", {int(number)}) LIMIT 1')
    users = run.columns(query, *values)["user"]
    return users[0] if users else None


def person(run: Opened, world: World, user: int) -> dict[str, object]:
    """One agent's profile and what became of it, levels in words; empty where there is none."""
    rows = run.columns(f'SELECT {_COLUMNS} FROM agents WHERE {_WORLD} AND "user" = ?', *world, user)  # noqa: S608
    return {name: values[0] for name, values in rows.items() if values}


def pages(run: Opened, seed: int, user: int) -> Columns:
    """Every page that one agent saw, under every recommender: arm, round, page, action, mood and counts."""
    return run.columns(
        'SELECT arm, round, page, action, "left", satisfaction, fatigue, watched, liked, query FROM pages '
        'WHERE seed = ? AND "user" = ? ORDER BY arm, round, page',
        seed,
        user,
    )


def shown(run: Opened, world: World, user: int, when: tuple[int, int]) -> Columns:
    """What one agent was shown on a page (round and page), best first, and what it made of it."""
    return run.columns(_SHOWN, *world, user, *when)


def remembered(run: Opened, world: World, user: int, when: tuple[int, int]) -> Columns:
    """What one agent had watched before a page, the latest first: title and stars; at most its window."""
    window = run.scenario.get("window")
    most = window if isinstance(window, int) and window > 0 else 16
    return run.columns(_REMEMBERED, *world, user, *when, most)


def alike(run: Opened, world: World, user: int, most: int = 8) -> Columns:
    """The people whose profile is most like one agent's, the nearest first, with their profiles.

    The distance is Gower's (1971): numbers differ by their share of the range that people have, words by 0
    or 1, and what nobody knows is left out.
    """
    gaps = [
        *(_apart(name) for name in _NUMBERS),
        *(_unlike(name) for name in ("gender", "age", "occupation")),
    ]
    above = " + ".join(f"coalesce({gap}, 0)" for gap in gaps)
    below = " + ".join(f"CAST(({gap}) IS NOT NULL AS INTEGER)" for gap in gaps)
    return run.columns(_ALIKE.format(apart=f"({above}) / nullif({below}, 0)", most=most), *world, user)


def _search(world: World, wanted: Wanted, order: str) -> tuple[str, list[object]]:
    """The query for people, and its values."""
    conditions: list[str] = [_WORLD]
    values: list[object] = [*world]
    for trait in TRAITS:
        levels = [level for name, level in wanted.traits if name == trait]
        if levels:
            conditions.append(f"{level_of(trait)} IN ({', '.join('?' * len(levels))})")
            values += levels
    if (wanted.low, wanted.high) != (0.0, 1.0):
        conditions.append("satisfaction BETWEEN ? AND ?")
        values += [wanted.low, wanted.high]
    if wanted.words:
        conditions.append('(CAST("user" AS VARCHAR) = ? OR contains(lower(id), lower(?)))')
        values += [wanted.words, wanted.words]
    people = f"SELECT {_COLUMNS} FROM agents WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own words
    if not wanted.theme:
        return f"SELECT *, NULL AS of_theme FROM ({people}) {order}", values  # noqa: S608 - as above
    return _FOND.format(people=people, order=order), [wanted.theme, *world, *values]


def _apart(name: str) -> str:
    return f"abs(p.{name} - m.{name}) / nullif(r.{name}, 0)"


def _unlike(name: str) -> str:
    return f"CAST(nullif(p.{name}, '') != nullif(m.{name}, '') AS INTEGER)"


_WORLD = "seed = ? AND arm = ?"
_NUMBERS = ("activity", "diversity", "conformity", "rating_mean", "rating_spread", "known")
_COLUMNS = ", ".join(
    [
        '"user", id',
        *(f"{level_of(trait)} AS {trait}" for trait in TRAITS),
        "rating_mean, rating_spread, known, pages, watched, liked, satisfaction",
    ]
)
_FOND = """
WITH fans AS (
    SELECT "user", count(*) FILTER (list_contains(themes, ?)) AS n, count(*) AS watched_all
    FROM interactions JOIN (SELECT item, themes FROM catalog) USING (item)
    WHERE seed = ? AND arm = ? AND watched GROUP BY "user"
)
SELECT p.*, n / (watched_all + 2) AS of_theme FROM ({people}) p JOIN fans USING ("user") WHERE n > 0 {order}
"""
_SHOWN = """
SELECT slot, item, title, themes, watched, rating, chance, expected
FROM interactions LEFT JOIN (SELECT item, title, themes FROM catalog) USING (item)
WHERE seed = ? AND arm = ? AND "user" = ? AND round = ? AND page = ? ORDER BY slot
"""
_REMEMBERED = """
SELECT title, rating AS stars, round, page
FROM interactions JOIN (SELECT item, title FROM catalog) USING (item)
WHERE seed = ? AND arm = ? AND "user" = ? AND watched AND (round, page) < (?, ?)
ORDER BY round DESC, page DESC, slot DESC LIMIT ?
"""
_ALIKE = f"""
WITH people AS (SELECT * FROM agents WHERE {_WORLD}),
m AS (SELECT * FROM people WHERE "user" = ?),
r AS (SELECT {", ".join(f"max({name}) - min({name}) AS {name}" for name in _NUMBERS)} FROM people),
near AS (
    SELECT p."user", {{apart}} AS distance FROM people p, m, r WHERE p."user" != m."user"
    ORDER BY distance, p."user" LIMIT {{most}}
)
SELECT near.distance, own.* FROM near JOIN (SELECT {_COLUMNS} FROM people) own USING ("user")
ORDER BY distance, "user"
"""  # noqa: S608 - our own words
