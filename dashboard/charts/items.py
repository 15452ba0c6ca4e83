"""What was shown: to whom it went by popularity, how unequally, and one item's audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.style import QUIET, Chart, Look, Table, blank, soft, words
from dashboard.data.shares import wilson
from dashboard.data.traits import LEVELS

_DATA = "ratings in the data"


def exposure(rows: Table, looks: Mapping[str, Look], what: str) -> Chart:
    """How often items of a popularity were shown, or watched, on average; both axes logarithmic.

    Args:
        rows: as ``dashboard.data.items.by_popularity`` gives them.
        what: shown or watched.
    """
    axis = f"times {what}, mean of an item"
    figure = blank("popularity (share of people who rated it)", axis)
    tops = {}
    for arm, look in looks.items():
        own = [(x, y) for a, x, y in _cells(rows, "arm", "popularity", what) if a == arm and y]
        if own:
            tops[arm] = own[-1][1]
            figure.add_trace(_line(own, look, arm, "%{x:.2%}: %{y:.3g} times"))
    figure.update_xaxes(type="log", tickformat=".2~%", dtick=1)
    figure.update_yaxes(type="log", tickformat=",~r", dtick=1)
    table = {"recommender": rows["arm"], "popularity (share of people)": rows["popularity"]}
    table |= {"items": rows["items"], "times shown": rows["shown"], "times watched": rows["watched"]}
    return Chart(_top(tops, what), figure, table)


def tenths(rows: Table, looks: Mapping[str, Look], what: str) -> Chart:
    """Which share of all that was shown, or watched, each tenth of the catalogue had.

    Args:
        rows: as ``dashboard.data.items.tenths`` gives them.
        what: shown or watched.
    """
    figure = blank("tenth of the catalogue, the most popular first", f"share of what was {what}")
    firsts = {}
    for arm, look in looks.items():
        own = [(x, y) for a, x, y in _cells(rows, "arm", "tenth", what) if a == arm and y is not None]
        if own:
            firsts[arm] = own[0][1]
            x, y = zip(*own, strict=True)
            bar = {"color": look.colour}
            hover = "tenth %{x}: %{y:.1%}<extra>%{fullData.name}</extra>"
            figure.add_trace(go.Bar(x=x, y=y, name=words(arm), marker=bar, hovertemplate=hover))
    figure.update_xaxes(dtick=1)
    figure.update_yaxes(tickformat=".0%")
    figure.update_layout(barmode="group")
    table = {"recommender": rows["arm"], "tenth": rows["tenth"]}
    table |= {"share of shown": rows["shown"], "share of watched": rows["watched"]}
    return Chart(_spread(firsts, f"of what was {what}", "The most popular tenth has"), figure, table)


def concentration(rows: Table, looks: Mapping[str, Look]) -> Chart:
    """Which share of all that was shown the most shown items had together.

    Args:
        rows: as ``dashboard.data.items.concentration`` gives them.
    """
    figure = blank("share of items, the most shown first", "share of what was shown")
    halves: dict[str, float] = {}
    for arm, look in [("", Look(QUIET, "circle", "solid")), *looks.items()]:
        own = [(x, y) for a, x, y in _cells(rows, "arm", "items", "share") if a == arm and y is not None]
        if own:
            halves |= {arm: min((x for x, y in own if y >= 0.5), default=1.0)} if arm else {}
            figure.add_trace(_line(own, look, arm or _DATA, "%{x:.2%} of items: %{y:.1%}", "lines"))
    figure.update_xaxes(type="log", tickformat=".2~%", dtick=1)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    table: dict[str, Sequence[Any]] = {"recommender": [arm or _DATA for arm in rows["arm"]]}
    table |= {"share of items": rows["items"], "share of shown": rows["share"]}
    return Chart(_spread(halves, "of the items", "Half of what is shown is", least=True), figure, table)


def themes(rows: Table, arm: str, look: Look, step: str) -> Chart:
    """Which share of what one recommender showed had each theme, step by step.

    Args:
        rows: as ``dashboard.data.items.themes_over_time`` gives them.
        step: day or page.
    """
    steps = sorted(set(rows["step"]))
    cells = {(t, s): v for t, s, v in _cells(rows, "theme", "step", "share")}
    totals = {t: sum(cells.get((t, s), 0) for s in steps) for t in dict.fromkeys(rows["theme"])}
    names = sorted(totals, key=lambda theme: totals[theme])
    figure = blank(step, "", 90 + 30 * max(len(names), 1))
    figure.add_trace(
        go.Heatmap(
            x=[at + 1 for at in steps],
            y=[words(name) for name in names],
            z=[[cells.get((name, at), 0) for at in steps] for name in names],
            colorscale=[[0, soft(look.colour)], [1, look.colour]],
            colorbar={"tickformat": ".0%", "thickness": 10},
            hovertemplate=f"%{{y}}, {step} %{{x}}: %{{z:.1%}}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    figure.update_xaxes(tickformat="d", dtick=1 if len(steps) <= 12 else None)
    figure.update_yaxes(type="category", showgrid=False)
    table = {"theme": rows["theme"], step: [at + 1 for at in rows["step"]]}
    table |= {"share of shown": rows["share"], "share of watched": rows["watched"]}
    return Chart(_moved(arm, names, cells, steps), figure, table)


def by_level(rows: Table, looks: Mapping[str, Look], trait: str) -> Chart:
    """Which share of the people of each level watched an item that they were shown.

    Args:
        rows: arm, level, shown, watched (counts).
        trait: what the levels are of.
    """
    levels = sorted(set(rows["level"]), key=lambda w: (LEVELS.index(w) if w in LEVELS else len(LEVELS), w))
    figure = blank(trait, "watched (share of shown)")
    ends = [wilson(k, n) for n, k in _cells(rows, "shown", "watched")]
    for arm, look in looks.items():
        own = [
            (level, k / n, *end)
            for (a, level, n, k), end in zip(
                _cells(rows, "arm", "level", "shown", "watched"), ends, strict=True
            )
            if a == arm
        ]
        if own:
            figure.add_trace(_marks(own, look, arm))
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=[words(v) for v in levels])
    figure.update_yaxes(type="linear", tickformat=".0%", rangemode="tozero")
    figure.update_layout(scattermode="group", scattergap=0.6)
    table = {"recommender": rows["arm"], trait: rows["level"], "shown": rows["shown"]}
    table |= {
        "watched": rows["watched"],
        "95 % from": [low for low, _ in ends],
        "95 % to": [high for _, high in ends],
    }
    total = sum(rows["shown"])
    share = f"{sum(rows['watched']) / max(total, 1):.0%} of those to whom it was shown watched it, by {trait}"
    return Chart(share if total else "Nobody saw it", figure, table)


def _line(
    own: Sequence[tuple[float, float]], look: Look, name: str, hover: str, mode: str = "lines+markers"
) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in own],
        y=[y for _, y in own],
        name=words(name),
        mode=mode,
        line={"color": look.colour, "dash": look.dash, "width": 2},
        marker={"symbol": look.symbol, "size": 6, "color": look.colour},
        hovertemplate=f"{hover}<extra>%{{fullData.name}}</extra>",
    )


def _marks(own: Sequence[tuple[str, float, float, float]], look: Look, arm: str) -> go.Scatter:
    reach = {
        "type": "data",
        "symmetric": False,
        "array": [high - v for _, v, _, high in own],
        "arrayminus": [v - low for _, v, low, _ in own],
        "color": look.colour,
    }
    return go.Scatter(
        x=[words(level) for level, *_ in own],
        y=[value for _, value, _, _ in own],
        error_y=reach,
        name=words(arm),
        mode="markers",
        orientation="v",
        marker={"color": look.colour, "symbol": look.symbol, "size": 8},
        hovertemplate="%{x}: %{y:.0%}<extra>%{fullData.name}</extra>",
    )


def _cells(rows: Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name] for name in names), strict=True))


def _top(tops: Mapping[str, float], what: str) -> str:
    if not tops:
        return f"Nothing was {what} yet"
    arm = max(tops, key=lambda name: tops[name])
    return f"The most popular items are {what} most under {arm}, {tops[arm]:,.0f} times each"


def _spread(values: Mapping[str, float], of: str, begin: str, least: bool = False) -> str:
    """Under whom a share is largest, and smallest; the telling one first."""
    if not values:
        return "Nothing is known yet"
    ranked = sorted(values, key=lambda name: values[name] * (1 if least else -1))
    said = f"{begin} {values[ranked[0]]:.1%} {of} under {ranked[0]}"
    return said if len(ranked) == 1 else f"{said}, {values[ranked[-1]]:.1%} under {ranked[-1]}"


def _moved(
    arm: str, names: Sequence[str], cells: Mapping[tuple[Any, Any], float], steps: Sequence[int]
) -> str:
    """The largest theme, or the one whose share moves most."""
    if not names:
        return f"{arm} has shown nothing with a theme yet"
    first, last = steps[0], steps[-1]
    moves = {name: cells.get((name, last), 0) - cells.get((name, first), 0) for name in names}
    most = max(moves, key=lambda name: abs(moves[name]))
    if len(steps) == 1 or abs(moves[most]) < 0.01:
        return f"{arm} shows {names[-1]} most: {cells.get((names[-1], first), 0):.0%} of what it shows"
    verb = "more" if moves[most] > 0 else "less"
    way = f"{cells.get((most, first), 0):.0%} to {cells.get((most, last), 0):.0%}"
    return (
        f"{arm} shows more and more {most}: {way}"
        if verb == "more"
        else f"{arm} shows less and less {most}: {way}"
    )
