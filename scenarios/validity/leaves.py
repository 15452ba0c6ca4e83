"""Figures as report.json has them: every leaf is a value with its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from simenv.metrics.resampling import Figure
from simenv.types import Estimate


def leaves(found: Any) -> Any:
    """The same nested mapping with ``{"value", "low", "high"}`` for figures, None for what is unknown."""
    if isinstance(found, Mapping):
        return {str(name): leaves(own) for name, own in found.items()}
    if isinstance(found, Figure):
        return leaves(found.estimate())
    if isinstance(found, Estimate):
        return {"value": _known(found.value), "low": _known(found.low), "high": _known(found.high)}
    return found


def exactly(number: float) -> Estimate:
    """A number that is counted, not estimated."""
    return Estimate(number, number, number)


def cell(leaf: Mapping[str, float | None] | None, digits: int = 3) -> str:
    """A leaf in words: value [low, high]."""
    if leaf is None or leaf.get("value") is None:
        return "-"
    value, low, high = leaf["value"], leaf["low"], leaf["high"]
    if low is None or high is None:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def table(heading: str, columns: Mapping[str, str], rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Lines of a Markdown table.

    Args:
        heading: of the rows' names.
        columns: keys in the rows, and what stands above them.
        rows: leaves by key, by the row's name.
    """
    lines = [_line([heading, *columns.values()]), _line(["---"] * (len(columns) + 1))]
    return lines + [_line([name, *(cell(own.get(key)) for key in columns)]) for name, own in rows.items()]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(word.replace('|', '/') for word in cells)} |"


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
