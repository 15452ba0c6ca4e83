"""Paired differences: what one side does more than another to the same people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dashboard.charts.style import QUIET, Chart, Look, begun, dots
from dashboard.data.measures import Measure
from dashboard.data.paired import Gap


def gaps(named: Measure, first: str, rows: Sequence[Gap], looks: Mapping[str, Look]) -> Chart:
    """One measure of every side, less the same of the first one.

    Args:
        first: what the first side is called.
        rows: of everybody, one for each side.
        looks: of each side.
    """
    marks = [(gap.side, looks[gap.side], *_values(gap)) for gap in _known(rows)]
    figure = dots(marks, _axis(named), named.digits)
    figure.add_vline(0, line={"color": QUIET, "width": 1, "dash": "dot"})
    return Chart(
        _told(named, first, rows), figure, {"side": [gap.side for gap in rows], **_table(named, rows)}
    )


def by_level(named: Measure, trait: str, rows: Sequence[Gap], look: Look) -> Chart:
    """One measure of one side, less the same of the first one, for the people of each level of a trait.

    Args:
        rows: one for each level.
    """
    figure = dots([(gap.level, look, *_values(gap)) for gap in _known(rows)], _axis(named))
    figure.add_vline(0, line={"color": QUIET, "width": 1, "dash": "dot"})
    figure.update_yaxes(title=trait)
    return Chart(
        _most(named, trait, rows), figure, {trait: [gap.level for gap in rows], **_table(named, rows)}
    )


def _axis(named: Measure) -> str:
    return f"difference ({named.unit})" if named.unit else "difference"


def _values(gap: Gap) -> tuple[float, float | None, float | None]:
    found = gap.difference
    return (found.value, None, None) if math.isnan(found.low) else (found.value, found.low, found.high)


def _known(rows: Sequence[Gap]) -> list[Gap]:
    return [gap for gap in rows if not math.isnan(gap.difference.value)]


def _table(named: Measure, rows: Sequence[Gap]) -> dict[str, list[object]]:
    """What stands behind a chart of differences."""
    values = [_values(gap) for gap in rows]
    table: dict[str, list[object]] = {
        f"difference in {named.axis}": [value for value, *_ in values],
        "95 % from": [low for _, low, _ in values],
        "95 % to": [high for *_, high in values],
    }
    if any(gap.people for gap in rows):
        table |= {
            "people": [gap.people for gap in rows],
            "have more (%)": [100 * gap.gain for gap in rows],
            "have less (%)": [100 * gap.lose for gap in rows],
        }
    return table


def _sure(gap: Gap) -> bool:
    return gap.difference.low > 0 or gap.difference.high < 0


def _told(named: Measure, first: str, rows: Sequence[Gap]) -> str:
    known = sorted(_known(rows), key=lambda gap: -gap.difference.value * (named.best or 1))
    if not known:
        return f"{begun(named.title)}: nothing can be compared yet"
    best = known[0]
    more = "more" if best.difference.value > 0 else "less"
    size = f"{abs(best.difference.value):.{named.digits}f}"
    if not _sure(best):
        return f"{begun(named.title)}: no side is surely ahead of {first}"
    people = f"; {best.gain:.0%} of people have more, {best.lose:.0%} less" if best.people else ""
    return f"{begun(named.title)}: {size} {more} under {best.side} than under {first}{people}"


def _most(named: Measure, trait: str, rows: Sequence[Gap]) -> str:
    known = _known(rows)
    if not known:
        return f"{begun(named.title)} by {trait}: nothing is known yet"
    top = max(known, key=lambda gap: gap.difference.value)
    low = min(known, key=lambda gap: gap.difference.value)
    if top is low or top.difference.low <= low.difference.high:
        return f"{begun(named.title)}: people of every {trait} move about alike"
    return (
        f"{begun(named.title)}: {trait} {top.level} moves by {top.difference.value:+.{named.digits}f}, "
        f"{low.level} by {low.difference.value:+.{named.digits}f}"
    )
