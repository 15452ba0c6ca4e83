"""Figures: their sentences tell what the numbers say, and words in them stay words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import looks
from dashboard.charts.measures import lines, whiskers
from dashboard.charts.paired import by_level, gaps
from dashboard.charts.stars import star_shares
from dashboard.charts.style import PALETTE, words
from dashboard.data.measures import MEASURES
from dashboard.data.paired import Gap
from simenv.types import Estimate

LOOKS = looks(["a", "b"])
APART = {"arm": ["a", "b"], "value": [2.0, 5.0], "low": [1.5, 4.5], "high": [2.5, 5.5]}


def luminance(colour: str) -> float:
    """Relative luminance of a colour, 0 to 1 (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", PALETTE)
def test_every_colour_stands_out_on_white_and_on_black(colour: str) -> None:
    own = luminance(colour)
    assert 1.05 / (own + 0.05) >= 2.9
    assert (own + 0.05) / (luminance("#12161b") + 0.05) >= 2.9


def test_a_recommender_keeps_its_look_whoever_else_is_on_the_chart() -> None:
    assert looks(["a", "b", "c"])["b"] == LOOKS["b"]
    assert len({look.colour for look in looks(list("abcdefgh")).values()}) == 8


def test_the_best_is_named_with_its_value_and_unit() -> None:
    chart = whiskers(MEASURES["satisfaction"], APART, LOOKS)
    assert chart.title == "b has the highest satisfaction: 5.00 (index, 1 to 10)"
    assert chart.table["95 % from"] == [1.5, 4.5]


def test_less_is_better_where_the_measure_says_so() -> None:
    assert whiskers(MEASURES["gini"], APART, LOOKS).title.startswith("a has the lowest Gini")


def test_intervals_that_overlap_are_said() -> None:
    close = APART | {"low": [1.5, 2.0], "high": [2.5, 8.0]}
    assert whiskers(MEASURES["satisfaction"], close, LOOKS).title.endswith("within the interval of a")


def test_nothing_known_is_no_finding() -> None:
    unknown = {"arm": ["a"], "value": [None], "low": [None], "high": [None]}
    assert "nothing is known" in whiskers(MEASURES["ild"], unknown, LOOKS).title
    assert len(whiskers(MEASURES["ild"], unknown, LOOKS).figure.data) == 0


def test_a_line_has_a_band_only_where_its_interval_is_known() -> None:
    rows = {"arm": ["a", "a", "b", "b"], "step": [0, 1, 0, 1], "value": [1.0, 3.0, 2.0, 2.5]}
    rows |= {"low": [0.5, 2.0, None, None], "high": [1.5, 4.0, None, None]}
    chart = lines(MEASURES["satisfaction"], rows, LOOKS, "page")
    assert chart.title == "Satisfaction rises most under a, from 1.00 to 3.00"
    assert [trace.fill for trace in chart.figure.data] == ["toself", None, None]
    assert chart.table["page"] == [1, 2, 1, 2]


def test_stars_stand_beside_those_of_the_data() -> None:
    rows = {"arm": ["a", "a"], "stars": [3.0, 5.0], "share": [0.5, 0.5]}
    chart = star_shares(rows, LOOKS, {1.0: 0.5, 2.0: 0.5})
    assert chart.title == "People give 4.0 stars on average; in the data it is 1.5"
    assert [trace.name for trace in chart.figure.data] == ["the data", "a"]
    assert chart.table["recommender"] == ["a", "a", "the data", "the data"]


def test_a_difference_that_may_be_nothing_is_not_called_one() -> None:
    unsure = [Gap("b", "satisfaction", Estimate(0.1, -0.1, 0.3), people=9, gain=0.6, lose=0.4)]
    assert "no side is surely ahead of a" in gaps(MEASURES["satisfaction"], "a", unsure, LOOKS).title
    sure = [Gap("b", "satisfaction", Estimate(0.2, 0.1, 0.3), people=9, gain=0.6, lose=0.4)]
    told = gaps(MEASURES["satisfaction"], "a", sure, LOOKS).title
    assert told == "Satisfaction: 0.20 more under b than under a; 60% of people have more, 40% less"


def test_levels_that_move_alike_are_said_to() -> None:
    alike = [
        Gap("b", "n_like", Estimate(v, v - 1, v + 1), level, 5) for v, level in ((1.0, "low"), (1.2, "high"))
    ]
    assert "move about alike" in by_level(MEASURES["n_like"], "activity", alike, LOOKS["b"]).title
    apart = [
        Gap("b", "n_like", Estimate(v, v - 1, v + 1), level, 5) for v, level in ((1.0, "low"), (9.0, "high"))
    ]
    told = by_level(MEASURES["n_like"], "activity", apart, LOOKS["b"]).title
    assert told == "Likes: activity high moves by +9.0, low by +1.0"


@given(st.text(max_size=60))
def test_words_in_a_figure_hold_no_markup(text: str) -> None:
    said = words(text)
    assert not set("<>$") & set(said)
    assert (
        said.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").replace("&#36;", "").count("&") == 0
    )
