"""How every chart looks: colours that all eyes tell apart, nothing behind the marks, words as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#c06c9a", "#b98200", "#3a97cf", "#7a7a7a", "#8a6d3b")
"""Okabe and Ito's colours, the pale ones darkened until each has a contrast of 3 on white and on black."""
QUIET = "#8c8c8c"
"""For what is there to compare with: the data's own, zero, everybody."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "pentagon", "x")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
HEIGHT = 300
_SOFT = 0.11

Table = Mapping[str, Sequence[Any]]
"""Columns of equal length, by heading."""
Dot = tuple[str, "Look", float, float | None, float | None]
"""Name, look, value, and the ends of its interval."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with the sentence that says what it shows, and the table behind it.

    Args:
        title: the finding, as plain text with any signs in it; never Markdown or HTML.
        figure: without a title of its own.
        table: columns of equal length, headings with units.
    """

    title: str
    figure: go.Figure
    table: Table


@dataclass(frozen=True, slots=True)
class Look:
    """How one recommender is drawn: its colour, and for those whom colours tell nothing, sign and line."""

    colour: str
    symbol: str
    dash: str


def looks(arms: Sequence[str]) -> dict[str, Look]:
    """One look for each recommender, by the order of the manifest, the same on every page."""
    return {
        arm: Look(PALETTE[at % len(PALETTE)], SYMBOLS[at % len(SYMBOLS)], DASHES[at % len(DASHES)])
        for at, arm in enumerate(arms)
    }


def soft(colour: str) -> str:
    """The same colour, thin enough to lie behind lines: for intervals."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_SOFT})"


def words(text: object, most: int = 40) -> str:
    """Text for a figure, in which plotly would otherwise read HTML; long ones are cut."""
    said = "".join(sign if sign.isprintable() else " " for sign in str(text))
    cut = said if len(said) <= most else said[: most - 1] + "…"
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        cut = cut.replace(sign, instead)
    return cut


def begun(sentence: str) -> str:
    """A sentence with a capital letter at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def blank(x: str, y: str, height: int = HEIGHT) -> go.Figure:
    """A figure with nothing on it but its axes' names (plain text, with units).

    Fonts and the lines' colours come from the app's theme, light or dark.
    """
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None},
        dragmode=False,
    )
    figure.update_xaxes(title=words(x, 80), automargin=True, zeroline=False, showgrid=False)
    figure.update_yaxes(title=words(y, 80), automargin=True, zeroline=False)
    return figure


def dots(rows: Sequence[Dot], axis: str, digits: int = 2) -> go.Figure:
    """Values one below the other, each with its interval as a whisker."""
    figure = blank(axis, "", 70 + 36 * max(len(rows), 1))
    for name, look, value, low, high in rows:
        figure.add_trace(
            go.Scatter(
                x=[value],
                y=[words(name)],
                error_x=None if low is None or high is None else _reach(value, low, high, look.colour),
                mode="markers",
                marker={"color": look.colour, "symbol": look.symbol, "size": 9},
                hovertemplate=f"%{{y}}: %{{x:.{digits}f}}<extra></extra>",
                showlegend=False,
            )
        )
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def _reach(value: float, low: float, high: float, colour: str) -> dict[str, Any]:
    ends = {"array": [high - value], "arrayminus": [value - low]}
    return {"type": "data", "symmetric": False, "color": colour, "thickness": 2, "width": 5, **ends}
