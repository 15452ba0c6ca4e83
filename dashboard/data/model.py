"""What a run's language model is, what it answered, and what was sampled from its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.data.asking import Columns
from dashboard.data.opened import Opened

MOST = 500
"""Agents whose answers are looked at, the first ones: words are long to read."""
_SETTINGS = ("users", "thinkers", "base_rate", "choice", "examination", "window", "reasons", "keep", "llama")
_COST = {
    "prompt_tokens": "tokens read",
    "cached_tokens": "tokens spared by sharing",
    "generated_tokens": "tokens written",
    "evaluations": "evaluations",
    "seconds": "seconds of thinking",
    "unread_answers": "answers that could not be read",
}


def facts(run: Opened) -> dict[str, str]:
    """What the manifest says of the model and of how it was asked, as words; empty without a model."""
    said = run.section("model")
    if not said:
        return {}
    settings = {name: run.scenario[name] for name in _SETTINGS if run.scenario.get(name) is not None}
    prompts = {"prompts, version": run.manifest["prompts"]} if "prompts" in run.manifest else {}
    return {
        name: _plain(value) for name, value in {**said, **prompts, **settings}.items() if value is not None
    }


def cost(run: Opened) -> dict[str, float]:
    """What thinking cost: from the manifest when the run is over, from its progress before."""
    said = run.section("thinking")
    found = {
        words: float(said[name]) for name, words in _COST.items() if isinstance(said.get(name), int | float)
    }
    named = {"cache_hits": "pages found in the cache of answers", "tokens_per_s": "tokens a second"}
    return found | {words: run.progress[name] for name, words in named.items() if name in run.progress}


def calibration(run: Opened) -> Columns:
    """P(watch) of thinking agents against what was watched, in steps of .05.

    Returns:
        chance (mean of the step), shown, watched (counts).
    """
    return run.columns(_CALIBRATION)


def error(rows: Columns) -> float | None:
    """Expected calibration error (Naeini et al., 2015) of such steps; None where nothing was shown."""
    total = sum(rows["shown"])
    cells = zip(rows["chance"], rows["shown"], rows["watched"], strict=True)
    return sum(abs(chance * n - k) for chance, n, k in cells) / total if total else None


def yes_by_theme(run: Opened, most: int = 12) -> Columns:
    """The model's P(yes) for items of each theme: arm, theme, items, yes (mean), watched (share)."""
    return run.columns(_YES + _BY_THEME, MOST, most)


def yes_by_popularity(run: Opened) -> Columns:
    """The model's P(yes) for each tenth of the catalogue, the most popular first: the same with tenth."""
    return run.columns(_YES + _BY_TENTH, MOST)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            ", ".join(f"{name} {_plain(own)}" for name, own in value.items() if own is not None) or "as usual"
        )
    return str(value)[:300]


_CALIBRATION = """
WITH thinkers AS (
    SELECT seed, arm, "user" FROM agents WHERE cohort IN (
        SELECT DISTINCT cohort FROM agents SEMI JOIN (SELECT DISTINCT seed, arm, "user" FROM words) w
        USING (seed, arm, "user")
    )
)
SELECT avg(CAST(chance AS DOUBLE)) AS chance, count(*) AS shown, count(*) FILTER (watched) AS watched
FROM interactions SEMI JOIN thinkers USING (seed, arm, "user") WHERE chance IS NOT NULL
GROUP BY least(floor(chance * 20), 19) ORDER BY chance
"""
_YES = """
WITH few AS (SELECT DISTINCT "user" FROM words ORDER BY "user" LIMIT ?),
kept AS (
    SELECT seed, arm, round, page, "user", list_transform(options, lambda o: o[2]) AS logs
    FROM words SEMI JOIN few USING ("user")
),
asked AS (
    SELECT seed, arm, round, page, "user", item, watched,
           count(*) OVER whole AS n, row_number() OVER own AS place
    FROM interactions SEMI JOIN few USING ("user")
    WINDOW whole AS (PARTITION BY seed, arm, round, page, "user"),
           own AS (PARTITION BY seed, arm, round, page, "user" ORDER BY item)
),
answers AS (
    SELECT arm, item, watched, exp(logs[2 * place - 1]) AS yes
    FROM asked JOIN kept USING (seed, arm, round, page, "user") WHERE len(logs) = 2 * n + 1
)
"""
"""Each answer "yes" beside its item: a page's questions stand in catalogue order, two for each item."""
_BY_THEME = """, themed AS (
    SELECT arm, theme, yes, watched
    FROM answers JOIN (SELECT item, unnest(themes) AS theme FROM catalog) USING (item)
), largest AS (SELECT theme FROM themed GROUP BY theme ORDER BY count(*) DESC, theme LIMIT ?)
SELECT arm, theme, count(*) AS items, avg(yes) AS yes, avg(CAST(watched AS INTEGER)) AS watched
FROM themed SEMI JOIN largest USING (theme) GROUP BY arm, theme ORDER BY theme, arm
"""
_BY_TENTH = """, placed AS (
    SELECT item, ntile(10) OVER (ORDER BY popularity DESC NULLS LAST, item) AS tenth FROM catalog
)
SELECT arm, tenth, count(*) AS items, avg(yes) AS yes, avg(CAST(watched AS INTEGER)) AS watched
FROM answers JOIN placed USING (item) GROUP BY arm, tenth ORDER BY arm, tenth
"""
