"""Tables of words and numbers as pages show them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard.data import Columns, Opened, Summary
from dashboard.data.measures import MEASURES, measure

HEADLINE = ("satisfaction", "n_like", "p_view")
"""The measures that stand beside a run among others."""


def of_runs(found: Sequence[Summary]) -> Columns:
    """A row for each run; of each headline measure the best recommender's value."""
    return {
        "run": [run.name for run in found],
        "state": [run.state for run in found],
        "done": [run.share for run in found],
        "scenario": [run.scenario for run in found],
        "data": [run.dataset for run in found],
        "agents": [run.agents for run in found],
        **{MEASURES[name].title: [run.best(name) for run in found] for name in HEADLINE},
        "recommenders": [list(run.arms) for run in found],
        "model": [run.model or "none" for run in found],
        "seeds": [", ".join(map(str, run.seeds)) for run in found],
        "began": [datetime.fromtimestamp(run.began) if run.began else None for run in found],
        "problem": [run.problem for run in found],
    }


def of_measures(rows: Mapping[str, Sequence[Any]], arms: Sequence[str]) -> Columns:
    """A row for each recommender, a column for each measure: value ± half of its interval.

    Args:
        rows: arm, measure, value, low, high; null where unknown.
        arms: in the manifest's order.
    """
    columns = (rows[name] for name in ("arm", "measure", "value", "low", "high"))
    cells = {(arm, name): _cell(name, *values) for arm, name, *values in zip(*columns, strict=True)}
    known = [arm for arm in arms if arm in rows["arm"]]
    names = [name for name in dict.fromkeys([*MEASURES, *rows["measure"]]) if name in rows["measure"]]
    own = {measure(name).axis: [cells.get((arm, name), "–") for arm in known] for name in names}
    return {"recommender": known, **own}


def in_a_line(run: Opened) -> str:
    """What was run: agents, data, model, days, pages and seeds."""
    scenario = run.scenario
    said = [
        f"{scenario.get('agents', '?')} agents of {run.word('dataset', 'name') or '?'}",
        f"model {run.word('model', 'name')}" if run.section("model") else "no language model",
        f"{_counted(scenario.get('rounds', '?'), 'day')}, up to {scenario.get('pages', '?')} pages of "
        f"{scenario.get('slots', '?')} items",
        _counted(len(run.seeds), "seed"),
    ]
    return " · ".join(said)


def _cell(name: str, value: float | None, low: float | None, high: float | None) -> str:
    digits = measure(name).digits
    if value is None or math.isnan(value):
        return "–"
    half = "" if low is None or high is None else f" ±{(high - low) / 2:.{digits}f}"
    return f"{value:.{digits}f}{half}"


def _counted(number: object, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
