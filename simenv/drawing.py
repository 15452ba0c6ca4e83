"""What the terminal shows: a progress bar, tables and sentences. Words from data are never markup."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from simenv.records.compare import Comparison
from simenv.records.progress import Progress
from simenv.records.run import Run
from simenv.screen import Column, beside_each_other, console, plain, say, say_whole
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
"""Headings of the measures."""
_DIGITS = {"n_like": 1, "n_visit": 2, "n_exit": 2, "satisfaction": 2, "rating": 2, "novelty": 2}


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
        where = f"{plain(now['arm'])}, day {min(now['round'] + 1, now['rounds'])} of {now['rounds']}"
        self._bar.update(self._task, completed=now["share"], description=where, rates=rates)


class Learning:
    """Draws a training's progress on standard error."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=1.0, rates="")

    def __call__(self, done: int, steps: int, losses: Mapping[str, float]) -> None:
        """Show how many steps are done, and the losses of the last one."""
        rates = ", ".join(f"{plain(name)} {loss:.3f}" for name, loss in losses.items())
        self._bar.update(
            self._task, completed=done / steps, description=f"step {done} of {steps}", rates=rates
        )


class Judging:
    """Draws a validation's progress on standard error."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=1.0, rates="")

    def __call__(self, what: str, share: float) -> None:
        """Show what is being done, and how much of it is done."""
        self._bar.update(self._task, completed=share, description=plain(what))


@contextmanager
def progress_bar() -> Iterator[Watching]:
    """A bar that follows a run while it is under way."""
    with _bar() as bar:
        yield Watching(bar)


@contextmanager
def training_bar() -> Iterator[Learning]:
    """A bar that follows a training while it is under way."""
    with _bar() as bar:
        yield Learning(bar)


@contextmanager
def validation_bar() -> Iterator[Judging]:
    """A bar that follows a validation while it is under way."""
    with _bar() as bar:
        yield Judging(bar)


def _bar() -> Bar:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rates]}", markup=False),
        TimeRemainingColumn(),
    )
    screen = Console(stderr=True)
    return Bar(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def finished(run: Run) -> None:
    """What came of a run, where it is, and what to do next."""
    shown(run)
    path = shlex.quote(str(run.path))
    compare = [f"  simenv compare {path}"] if len(run.arms) > 1 else []
    export = f"  simenv export {path} --format recbole --out exported"
    say_whole(["", f"Run folder: {run.path}", "Next:", *compare, export])


def shown(run: Run) -> None:
    """A run's measures: a row per recommender, a column per measure, 95 % intervals."""
    scenario = run.manifest.get("scenario", {})
    if isinstance(scenario, Mapping) and scenario.get("question"):
        say([str(scenario["question"]), ""])
    values = {(row.arm, row.measure): row.estimate for row in run.measures()}
    if values:
        arms = [arm for arm in run.arms if any(known == arm for known, _ in values)]
        names = dict.fromkeys(measure for _, measure in values)
        columns = [_column(name, [_cell(values[arm, name], name) for arm in arms]) for name in names]
        beside_each_other(Column("recommender", arms), columns)
        seeds = f" and {len(run.seeds)} seeds" if len(run.seeds) > 1 else ""
        say([f"Value ± half of its 95 % interval over people{seeds}."])
    say([_state(run, bool(values))] * (run.state != "done") + _told(run))
    if run.state in ("failed", "stopped", "dead"):
        say_whole([f"Continue with: simenv run --resume {shlex.quote(str(run.path))}"])


def measures_as_rows(run: Run) -> list[dict[str, Any]]:
    """What ``shown`` draws, as plain rows."""
    return [{"arm": v.arm, "measure": v.measure, **_plain(v.estimate)} for v in run.measures()]


def comparisons(found: Sequence[Comparison]) -> None:
    """Paired differences: the baseline's values first, then a row per side, a column per measure."""
    sides = dict.fromkeys(row.side for row in found)
    base = {row.measure: _cell(row.baseline_value, row.measure) for row in found}
    cells = {(row.side, row.measure): _signed(row.difference, row.measure) for row in found}
    columns = [_column(name, [own, *(cells[side, name] for side in sides)]) for name, own in base.items()]
    beside_each_other(Column("recommender", [found[0].baseline, *sides]), columns)
    say(
        [
            f"{found[0].baseline} as it is, the others as their difference from it; ± half of the 95 % "
            "interval, of a difference paired person by person; * where that leaves out 0."
        ]
    )


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


def _column(measure: str, cells: Sequence[str]) -> Column:
    return Column(TITLES.get(measure, measure), cells)


def _state(run: Run, measured: bool) -> str:
    """Where a run that is not done is, or what became of it."""
    state, now, error = run.state, run.progress or {}, run.manifest.get("error")
    if state == "failed" and error:
        return f"{run.path} failed: {error}"
    said = [f"{run.path} is {state}"]
    if now.get("arm"):
        day = min(now["round"] + 1, now["rounds"])
        said.append(f"{now['arm']}, day {day} of {now['rounds']}, {now['share']:.0%} done")
    if not measured:
        said.append("nothing is measured yet")
    return "; ".join(said) + "."


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


def _cell(estimate: Estimate, measure: str) -> str:
    if math.isnan(estimate.value):
        return "-"
    digits = _DIGITS.get(measure, 3)
    return f"{estimate.value:.{digits}f}{_half(estimate, digits)}"


def _signed(estimate: Estimate, measure: str) -> str:
    """A difference, marked where its interval leaves out 0."""
    if math.isnan(estimate.value):
        return "-"
    digits = _DIGITS.get(measure, 3)
    mark = "* " if estimate.low > 0 or estimate.high < 0 else ""
    return f"{mark}{estimate.value:+.{digits}f}{_half(estimate, digits)}"


def _half(estimate: Estimate, digits: int) -> str:
    """Half of an interval's width, which reaches equally far to both sides; nothing where it is unknown."""
    return "" if math.isnan(estimate.low) else f" ±{(estimate.high - estimate.low) / 2:.{digits}f}"


def _plain(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if math.isnan(value) else value for name, value in values.items()}
