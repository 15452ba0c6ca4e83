"""Stars that people gave, beside those that the data began with."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboard.charts.style import QUIET, Chart, Look, Table, blank, words


def star_shares(rows: Table, looks: Mapping[str, Look], own: Mapping[float, float]) -> Chart:
    """Which share of the ratings has how many stars, beside the data's own.

    Args:
        rows: arm, stars, share (0 to 1).
        own: shares in the train split, by stars; empty where the run does not say.
    """
    figure = blank("stars", "share of ratings")
    if own:
        figure.add_trace(
            go.Bar(x=list(own), y=list(own.values()), name="the data", marker={"color": QUIET}, opacity=0.6)
        )
    for arm, look in looks.items():
        cells = [
            (s, share)
            for a, s, share in zip(rows["arm"], rows["stars"], rows["share"], strict=True)
            if a == arm
        ]
        if cells:
            x, y = zip(*cells, strict=True)
            figure.add_trace(go.Bar(x=x, y=y, name=words(arm), marker={"color": look.colour}))
    figure.update_yaxes(tickformat=".0%")
    figure.update_xaxes(dtick=1)
    figure.update_traces(hovertemplate="%{x} stars: %{y:.1%}<extra>%{fullData.name}</extra>")
    figure.update_layout(barmode="group", bargap=0.25)
    table = {"recommender": [*rows["arm"], *("the data" for _ in own)]}
    table |= {"stars": [*rows["stars"], *own], "share of ratings": [*rows["share"], *own.values()]}
    return Chart(_stars_told(rows, own), figure, table)


def _stars_told(rows: Table, own: Mapping[float, float]) -> str:
    total = sum(rows["share"])
    if not total:
        return "Nobody has rated anything yet"
    mean = sum(s * share for s, share in zip(rows["stars"], rows["share"], strict=True)) / total
    if not own:
        return f"People give {mean:.1f} stars on average"
    data = sum(stars * share for stars, share in own.items()) / sum(own.values())
    return f"People give {mean:.1f} stars on average; in the data it is {data:.1f}"
