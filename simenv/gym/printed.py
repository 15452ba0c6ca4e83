"""A page as the person saw it, in words: titles are data, so nothing in them steers a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from simenv.gym.sights import Seen
from simenv.screen import plain
from simenv.types import NOTHING, Catalog


def page(catalog: Catalog, seen: Seen, row: int, agent: int) -> str:
    """What one row was shown last, and what it watched of it."""
    head = f"Agent {agent}, day {seen.day[row] + 1}, "
    head += f"after {seen.page[row]} pages" if seen.page[row] else "before the first page"
    return "\n".join([head, *_lines(catalog, seen, row)])


def _lines(catalog: Catalog, seen: Seen, row: int) -> Iterator[str]:
    for slot, (item, stars) in enumerate(zip(seen.shown[row], seen.response[row], strict=True), start=1):
        if item == NOTHING:
            continue
        mark = "watched" if stars > 0 else "       "
        rated = " " + "★" * round(float(stars)) if stars > 0 else ""
        yield f"{slot:3}. {mark}  {plain(catalog.titles[item])}{rated}"
