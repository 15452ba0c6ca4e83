"""Measures over people: their values, intervals, means over seeds and paired differences."""

from simenv.metrics.reading import (
    Measure,
    Reading,
    difference,
    estimate,
    estimates_over_seeds,
    over_seeds,
)
from simenv.metrics.register import measures
from simenv.metrics.scoreboard import Scoreboard

__all__ = [
    "Measure",
    "Reading",
    "Scoreboard",
    "difference",
    "estimate",
    "estimates_over_seeds",
    "measures",
    "over_seeds",
]
