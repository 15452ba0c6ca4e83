"""Measures as dots with whiskers, and over time as lines with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.style import Chart, Look, Table, begun, blank, dots, soft, words
from dashboard.data.measures import Measure

Point = tuple[str, int, float, float | None, float | None]
"""Recommender, step, value, low and high."""


def whiskers(named: Measure, rows: Table, looks: Mapping[str, Look]) -> Chart:
    """One measure of every recommender with its 95 % interval.

    Args:
        rows: arm, value, low, high; null where unknown.
        looks: of each recommender, from ``charts.looks``; others are left out.
    """
    known = [row for row in _known(rows) if row[0] in looks]
    marks = [(arm, looks[arm], value, low, high) for arm, value, low, high in known]
    figure = dots(marks, named.axis, named.digits)
    table = {"recommender": rows["arm"], **_values(named, rows)}
    return Chart(_finding(named, known), figure, table)


def lines(named: Measure, rows: Table, looks: Mapping[str, Look], step: str = "day") -> Chart:
    """One measure over time: a line for each recommender, its interval as a band.

    Args:
        rows: arm, step (counted from 0), value, low, high; null where unknown.
        looks: of each recommender, from ``charts.looks``; others are left out.
        step: what one step is called.
    """
    figure = blank(step, named.axis)
    cells = list(zip(*(rows[name] for name in ("arm", "step", "value", "low", "high")), strict=True))
    for arm, look in looks.items():
        own: list[Point] = [row for row in cells if row[0] == arm and row[2] is not None]
        if own:
            _band(figure, own, look)
            _line(figure, own, look, named.digits)
    figure.update_xaxes(tickformat="d", dtick=1 if len(set(rows["step"])) <= 12 else None)
    table = {"recommender": rows["arm"], step: [at + 1 for at in rows["step"]], **_values(named, rows)}
    return Chart(_course(named, rows, step), figure, table)


def _band(figure: go.Figure, rows: Sequence[Point], look: Look) -> None:
    """The interval, behind the line."""
    known = [(step + 1, low, high) for _, step, _, low, high in rows if low is not None and high is not None]
    if len(known) > 1:
        steps, lows, highs = (list(column) for column in zip(*known, strict=True))
        figure.add_trace(
            go.Scatter(
                x=steps + steps[::-1],
                y=highs + lows[::-1],
                mode="lines",
                fill="toself",
                fillcolor=soft(look.colour),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        )


def _line(figure: go.Figure, rows: Sequence[Point], look: Look, digits: int) -> None:
    figure.add_trace(
        go.Scatter(
            x=[row[1] + 1 for row in rows],
            y=[row[2] for row in rows],
            name=words(rows[0][0]),
            mode="lines+markers" if len(rows) <= 40 else "lines",
            line={"color": look.colour, "dash": look.dash, "width": 2},
            marker={"symbol": look.symbol, "size": 7, "color": look.colour},
            hovertemplate=f"%{{x}}: %{{y:.{digits}f}}<extra>%{{fullData.name}}</extra>",
        )
    )


def _known(rows: Table) -> list[tuple[str, float, float | None, float | None]]:
    columns = (rows[name] for name in ("arm", "value", "low", "high"))
    return [row for row in zip(*columns, strict=True) if row[1] is not None]


def _values(named: Measure, rows: Table) -> Table:
    """The table's own columns, with the unit."""
    return {named.axis: rows["value"], "95 % from": rows["low"], "95 % to": rows["high"]}


def _finding(named: Measure, rows: Sequence[Sequence[Any]]) -> str:
    """Who is ahead, and whether the intervals part it from the next."""
    known = sorted(rows, key=lambda row: -row[1] * (named.best or 1))
    if not known:
        return f"{begun(named.title)}: nothing is known yet"
    (arm, value, *_), *others = known
    said = f"{value:.{named.digits}f}" + (f" ({named.unit})" if named.unit else "")
    if not others:
        return f"{arm} has a {named.title} of {said}"
    word = "lowest" if named.best < 0 else "highest"
    close = _overlap(known[0], others[0])
    beside = f", within the interval of {others[0][0]}" if close else ""
    return f"{arm} has the {word} {named.title}: {said}{beside}"


def _overlap(first: Sequence[Any], second: Sequence[Any]) -> bool:
    if None in first or None in second:
        return False
    return bool(first[2] <= second[3] and second[2] <= first[3])


def _course(named: Measure, rows: Table, step: str) -> str:
    """Whose value has moved furthest between the first and the last step."""
    moves: dict[str, list[float]] = {}
    for arm, value in zip(rows["arm"], rows["value"], strict=True):
        if value is not None:
            moves.setdefault(arm, []).append(value)
    changes = {arm: values[-1] - values[0] for arm, values in moves.items() if len(values) > 1}
    if not changes:
        return f"{begun(named.title)} by {step}"
    arm = max(changes, key=lambda name: abs(changes[name]))
    first, last = moves[arm][0], moves[arm][-1]
    verb = "rises" if changes[arm] > 0 else "falls"
    way = f"from {first:.{named.digits}f} to {last:.{named.digits}f}"
    return f"{begun(named.title)} {verb} most under {arm}, {way}"
