"""What the terminal shows: a progress bar, tables and sentences. Words from data are never markup."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from simenv.records.compare import Comparison
from simenv.records.progress import Progress
from simenv.records.run import Run
from simenv.types import Estimate

TITLES = {
    "p_view": "watched\nshare",
    "n_like": "likes\nper person",
    "p_like": "liked\nof watched",
    "n_visit": "visits\nper person",
    "n_exit": "pages\nper visit",
    "satisfaction": "satisfaction\n1 to 10",
    "rating": "stars",
    "coverage": "coverage",
    "gini": "Gini",
    "ild": "diversity",
    "novelty": "novelty\nbits",
}
"""Headings of the measures; a narrow screen shows the first ones and says how to see the rest."""
_DIGITS = {"n_like": 1, "n_visit": 2, "n_exit": 2, "satisfaction": 2, "rating": 2, "novelty": 2}
_PER_SCREEN = 14


def console() -> Console:
    """Where tables go; wide enough for them when nobody is looking."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False)


def say(sentences: Iterable[str]) -> None:
    """Print sentences, one a line."""
    for sentence in sentences:
        console().print(Text(sentence), soft_wrap=True)


class Watching:
    """Draws a run's progress on standard error."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=1.0, rates="")

    def __call__(self, progress: Progress) -> None:
        """Show where the run is and how fast it goes."""
        now = progress.snapshot()
        rates = f"{now['decisions_per_s']:,.0f} decisions/s"
        if now["tokens_per_s"]:
            rates += f", {now['tokens_per_s']:,.0f} tokens/s"
        where = f"{now['arm']}, day {min(now['round'] + 1, now['rounds'])} of {now['rounds']}"
        self._bar.update(self._task, completed=now["share"], description=where, rates=rates)


@contextmanager
def progress_bar() -> Iterator[Watching]:
    """A bar that follows a run while it is under way."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rates]}", markup=False),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Watching(bar)


def finished(run: Run) -> None:
    """What came of a run, where it is, and what to do next."""
    shown(run)
    say(["", f"Run folder: {run.path}", "Next:"])
    say([f"  simenv compare {run.path}", f"  simenv export {run.path} --format recbole --out exported"])


def shown(run: Run) -> None:
    """A run's measures: a row per recommender, a column per measure, 95 % intervals."""
    about = run.manifest
    scenario = about.get("scenario", {})
    if isinstance(scenario, Mapping) and scenario.get("question"):
        say([str(scenario["question"])])
    values = {(row.arm, row.measure): row.estimate for row in run.measures()}
    if not values:
        say([f"{run.path} is {run.state}; nothing is measured yet.", *_told(run)])
        return
    measures = list(dict.fromkeys(measure for _, measure in values))
    table = Table(caption="95 % intervals over people", caption_justify="left")
    table.add_column("recommender")
    for measure in measures:
        table.add_column(TITLES.get(measure, measure), justify="right")
    for arm in run.arms:
        cells = [_cell(values[arm, m], _DIGITS.get(m, 3)) if (arm, m) in values else "" for m in measures]
        table.add_row(Text(arm), *cells)
    console().print(table)
    say([f"{run.path} is {run.state}."] * (run.state != "done") + _told(run))


def measures_as_rows(run: Run) -> list[dict[str, Any]]:
    """What ``shown`` draws, as plain rows."""
    return [{"arm": v.arm, "measure": v.measure, **_plain(v.estimate)} for v in run.measures()]


def comparisons(found: Sequence[Comparison]) -> None:
    """Paired differences, a row per measure and side; those whose interval leaves out 0 are marked."""
    table = Table(caption="difference with its paired 95 % interval; * where 0 lies outside of it")
    for heading in ("measure", "recommender", "value", "compared with", "value", "difference", ""):
        table.add_column(heading, justify="right" if heading in ("value", "difference") else "left")
    for row in found:
        digits = _DIGITS.get(row.measure, 3)
        clear = row.difference.low > 0 or row.difference.high < 0
        table.add_row(
            TITLES.get(row.measure, row.measure).replace("\n", " "),
            Text(row.side),
            f"{row.value.value:.{digits}f}",
            Text(row.baseline),
            f"{row.baseline_value.value:.{digits}f}",
            _signed(row.difference, digits),
            "*" if clear else "",
        )
    console().print(table)


def comparisons_as_rows(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """What ``comparisons`` draws, as plain rows."""
    return [
        {
            "measure": row.measure,
            "side": row.side,
            "baseline": row.baseline,
            "side_value": _plain(row.value),
            "baseline_value": _plain(row.baseline_value),
            "difference": _plain(row.difference),
            "seeds": row.seeds,
        }
        for row in found
    ]


def names_table(names: Mapping[str, Sequence[str]]) -> None:
    """Names by kind, a line each."""
    for kind, known in names.items():
        say([f"{kind}: {', '.join(known)}"])


def bench_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Measured figures beside their baselines."""
    table = Table()
    for heading in ("bench", "case", "value", "unit", "ratio", "baseline"):
        table.add_column(heading, justify="right" if heading in ("value", "ratio") else "left")
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:,.2f} x"
        table.add_row(
            row["bench"], row["case"], f"{row['value']:,.4g}", row["unit"], ratio, str(row["baseline"] or "")
        )
    console().print(table)


def _told(run: Run) -> list[str]:
    """How fast a run was, and what its thinking cost."""
    progress, thinking = run.progress or {}, run.manifest.get("thinking") or {}
    told = []
    if progress.get("decisions_per_s"):
        told.append(f"{progress['decisions_per_s']:,.0f} decisions/s")
    if thinking.get("prompt_tokens"):
        told.append(f"{progress.get('tokens_per_s', 0):,.0f} tokens/s")
        told.append(f"{thinking['prompt_tokens']:,} tokens evaluated, {thinking['cached_tokens']:,} reused")
        told.append(
            f"{thinking['generated_tokens']:,} generated, {thinking['unread_answers']} answers unread"
        )
    return ["; ".join(told)] if told else []


def _cell(estimate: Estimate, digits: int) -> str:
    if math.isnan(estimate.value):
        return "-"
    if math.isnan(estimate.low):
        return f"{estimate.value:.{digits}f}"
    return f"{estimate.value:.{digits}f}\n{estimate.low:.{digits}f} to {estimate.high:.{digits}f}"


def _signed(estimate: Estimate, digits: int) -> str:
    value, low, high = (f"{number:+.{digits}f}" for number in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _plain(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}
