"""One person's mood, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard.charts.style import Chart, Look, Table, blank, words

Point = tuple[str, int, int, float]
"""Recommender, round, page (both from 0) and value."""


def mood(called: tuple[str, str], rows: Sequence[Point], looks: Mapping[str, Look]) -> Chart:
    """How one person felt after each page under every recommender; a gap divides the days.

    Args:
        called: who it is, and what is followed, with its unit.
        rows: in order of time; of all recommenders.
    """
    who, what = called
    days = len({row[1] for row in rows})
    long = max((row[2] for row in rows), default=0) + 1
    figure = blank("day" if days > 1 else "page", what)
    for arm, look in looks.items():
        own = [row for row in rows if row[0] == arm]
        if own:
            figure.add_trace(_line(own, look, long if days > 1 else None))
    figure.update_xaxes(tickformat="d", dtick=1 if max(days, 2) <= 12 else None)
    return Chart(_told(who, what, rows), figure, _table(what, rows))


def _line(own: Sequence[Point], look: Look, long: int | None) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for at, (_, day, page, value) in enumerate(own):
        if at and day != own[at - 1][1]:
            x, y = [*x, None], [*y, None]
        x.append(page + 1 if long is None else day + 1 + page / (long + 1))
        y.append(value)
    return go.Scatter(
        x=x,
        y=y,
        name=words(own[0][0]),
        mode="lines+markers" if len(own) <= 40 else "lines",
        line={"color": look.colour, "dash": look.dash, "width": 2},
        marker={"symbol": look.symbol, "size": 7},
        hovertemplate="%{y:.2f}<extra>%{fullData.name}</extra>",
    )


def _table(what: str, rows: Sequence[Point]) -> Table:
    return {
        "recommender": [row[0] for row in rows],
        "day": [row[1] + 1 for row in rows],
        "page": [row[2] + 1 for row in rows],
        what: [row[3] for row in rows],
    }


def _told(who: str, what: str, rows: Sequence[Point]) -> str:
    """Under whom the mean over pages is highest and lowest."""
    short = what.split(" (")[0]
    values: dict[str, list[float]] = {}
    for arm, _, _, value in rows:
        values.setdefault(arm, []).append(value)
    means = {arm: sum(own) / len(own) for arm, own in values.items()}
    if not means:
        return f"{who} has not come yet"
    most, least = max(means, key=lambda arm: means[arm]), min(means, key=lambda arm: means[arm])
    if most == least:
        return f"{who}: {short} is {means[most]:.2f} on average"
    lowest = f"lowest under {least} ({means[least]:.2f})"
    return f"{who}: {short} is highest under {most} ({means[most]:.2f}), {lowest}"
