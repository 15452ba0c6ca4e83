"""What a language model answers, what comes of it, and how it stands beside its controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.style import QUIET, Chart, Look, Table, blank, dots, words
from dashboard.data.shares import wilson


def reliability(rows: Table, error: float | None) -> Chart:
    """P(watch) against the share that was watched; on the diagonal both are the same.

    Args:
        rows: as ``dashboard.data.model.calibration`` gives them.
        error: expected calibration error, 0 to 1.
    """
    figure = blank("P(watch), mean of the step", "watched (share of shown)")
    cells = [(c, n, k) for c, n, k in zip(rows["chance"], rows["shown"], rows["watched"], strict=True) if n]
    shares = [k / n for _, n, k in cells]
    ends = [wilson(k, n) for _, n, k in cells]
    far = max([*shares, *(c for c, _, _ in cells), 0.1]) * 1.05
    line = {"color": QUIET, "width": 1, "dash": "dot"}
    figure.add_trace(
        go.Scatter(x=[0, far], y=[0, far], mode="lines", line=line, name="P(watch) itself", hoverinfo="skip")
    )
    reach = {
        "type": "data",
        "symmetric": False,
        "array": [high - share for share, (_, high) in zip(shares, ends, strict=True)],
        "arrayminus": [share - low for share, (low, _) in zip(shares, ends, strict=True)],
    }
    hover = "P(watch) %{x:.3f}: %{y:.3f} watched<extra></extra>"
    marks = {"color": QUIET, "size": 8}
    x = [c for c, _, _ in cells]
    figure.add_trace(
        go.Scatter(
            x=x, y=shares, error_y=reach, mode="markers", marker=marks, name="watched", hovertemplate=hover
        )
    )
    table = {"P(watch)": x, "shown": [n for _, n, _ in cells], "watched (share)": shares}
    table |= {"95 % from": [low for low, _ in ends], "95 % to": [high for _, high in ends]}
    said = (
        "Nothing was shown yet"
        if error is None
        else f"What was watched follows P(watch): it is off by {error:.3f} on average"
    )
    return Chart(said, figure, table)


def yes_by_tenth(rows: Table, looks: Mapping[str, Look]) -> Chart:
    """The model's mean P(yes) for each tenth of the catalogue, the most popular first."""
    figure = blank("tenth of the catalogue, the most popular first", "model's P(yes), mean")
    columns = (rows[name] for name in ("arm", "tenth", "yes"))
    cells = [cell for cell in zip(*columns, strict=True) if cell[2] is not None]
    for arm, look in looks.items():
        own = [(tenth, yes) for a, tenth, yes in cells if a == arm]
        if own:
            x, y = zip(*own, strict=True)
            marker, line = (
                {"symbol": look.symbol, "size": 7, "color": look.colour},
                {"color": look.colour, "dash": look.dash},
            )
            hover = "tenth %{x}: %{y:.2f}<extra>%{fullData.name}</extra>"
            trace = go.Scatter(
                x=x, y=y, name=words(arm), mode="lines+markers", marker=marker, line=line, hovertemplate=hover
            )
            figure.add_trace(trace)
    figure.update_xaxes(dtick=1)
    table = {"recommender": rows["arm"], "tenth": rows["tenth"], **_answers(rows)}
    return Chart(_by_fame(rows), figure, table)


def yes_by_theme(rows: Table, looks: Mapping[str, Look]) -> Chart:
    """The model's mean P(yes) for items of each theme, under every recommender."""
    themes = list(dict.fromkeys(rows["theme"]))
    figure = blank("model's P(yes), mean", "", 110 + 26 * max(len(themes), 1))
    for arm, look in looks.items():
        own = [
            (t, y)
            for a, t, y in zip(rows["arm"], rows["theme"], rows["yes"], strict=True)
            if a == arm and y is not None
        ]
        if own:
            figure.add_trace(
                go.Scatter(
                    x=[yes for _, yes in own],
                    y=[words(theme) for theme, _ in own],
                    name=words(arm),
                    mode="markers",
                    marker={"symbol": look.symbol, "size": 8, "color": look.colour},
                    hovertemplate="%{y}: %{x:.2f}<extra>%{fullData.name}</extra>",
                )
            )
    figure.update_yaxes(type="category", autorange="reversed")
    means = _means(rows, "theme")
    title = "No answer is kept"
    if means:
        top, low = max(means, key=lambda t: means[t]), min(means, key=lambda t: means[t])
        title = f"The model says yes most to {top} ({means[top]:.0%}), least to {low} ({means[low]:.0%})"
    return Chart(title, figure, {"recommender": rows["arm"], "theme": rows["theme"], **_answers(rows)})


def alignment(rows: Table, metric: str, against: str) -> Chart:
    """One metric of the model and its controls, with 95 % intervals.

    Args:
        rows: system, value, low, high, the best first.
        against: the kind of negatives, in words.
    """
    model, control = Look(QUIET, "star", "solid"), Look(QUIET, "circle-open", "solid")
    cells = list(zip(*(rows[name] for name in ("system", "value", "low", "high")), strict=True))
    named = [
        (system.replace("_", " "), model if system == "model" else control, *own) for system, *own in cells
    ]
    figure = dots(named, metric, 3)
    table = {
        "system": rows["system"],
        metric: rows["value"],
        "95 % from": rows["low"],
        "95 % to": rows["high"],
    }
    return Chart(_rank(rows, metric, against), figure, table)


def _answers(rows: Table) -> Table:
    return {"answers": rows["items"], "P(yes), mean": rows["yes"], "watched (share)": rows["watched"]}


def _means(rows: Table, key: str) -> dict[Any, float]:
    """The mean P(yes) of each kind of item, over all recommenders."""
    sums: dict[Any, tuple[float, int]] = {}
    for kind, n, yes in zip(rows[key], rows["items"], rows["yes"], strict=True):
        above, below = sums.get(kind, (0.0, 0))
        sums[kind] = (above + n * (yes or 0), below + n)
    return {kind: above / below for kind, (above, below) in sums.items() if below}


def _by_fame(rows: Table) -> str:
    means = _means(rows, "tenth")
    if not means:
        return "No answer is kept"
    said = f"The model says yes to {means[min(means)]:.0%} of the most popular tenth"
    return said + (f", to {means[max(means)]:.0%} of the least popular" if len(means) > 1 else "")


def _rank(rows: Table, metric: str, against: str) -> str:
    systems = list(rows["system"])
    if "model" not in systems:
        return f"{metric} against {against}"
    place = systems.index("model")
    value = rows["value"][place]
    if place == 0:
        return f"Against {against}, the model is ahead of all controls: {metric} {value:.3f}"
    ahead = f"{systems[0].replace('_', ' ')} is ahead of the model"
    return f"Against {against}, {ahead}: {metric} {rows['value'][0]:.3f} and {value:.3f}"
