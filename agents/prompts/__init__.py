"""The words that agents are described and asked in: text files with a version, filled with data."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

SHARES = (0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 13, 16, 20, 25, 30, 35, 40, 50, 60, 80, 100)
"""Percentages that popularity is rounded to: about equal steps on a logarithmic scale."""

_BORDERS = tuple(math.sqrt((low + 0.05) * (high + 0.05)) - 0.05 for low, high in itertools.pairwise(SHARES))
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@cache
def prompts(name: str = "feed") -> dict[str, Any]:
    """The templates of one prompt set."""
    text = files("agents.prompts").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def one_line(words: str) -> str:
    """Words from data as they may stand inside a prompt: one line of plain text that is no heading.

    Spaces are single and control characters gone; a colon at the end is gone because it makes a heading.
    """
    return " ".join(_UNSEEN.sub(" ", words).split()).rstrip(": ")


def number(value: float) -> str:
    """A number of stars with one decimal."""
    return f"{value:.1f}"


def share(popularity: float) -> str:
    """A share of people (0 to 1) as a rounded percentage: one of ``SHARES``, nearest in logarithms."""
    return f"{SHARES[bisect(_BORDERS, 100 * popularity)]:g}"
