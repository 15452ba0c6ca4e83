"""A page as the person saw it, in words: titles are data, so nothing in them steers a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from simenv.gym.sights import Seen
from simenv.screen import plain
from simenv.types import NOTHING, Catalog

_MARKS = {True: "watched", False: "       "}


def page(catalog: Catalog, seen: Seen, row: int, agent: int) -> str:
    """What one row was shown last, what it watched of it, and whether it left then."""
    if (seen.shown[row] == NOTHING).all() and seen.page[row] == 0 and seen.day[row] == 0:
        return f"Agent {agent} has seen no page yet."
    head = f"Agent {agent}, day {seen.last_day[row] + 1}, page {seen.last_page[row] + 1}"
    parting = ["  and leaves"] if seen.page[row] == 0 else []
    return "\n".join([head, *_lines(catalog, seen, row), *parting])


def _lines(catalog: Catalog, seen: Seen, row: int) -> Iterator[str]:
    for slot, (item, stars) in enumerate(zip(seen.shown[row], seen.response[row], strict=True), start=1):
        if item != NOTHING:
            title = plain(catalog.titles[item])
            yield f"{slot:3}. {_MARKS[bool(stars > 0)]}  {title} {'★' * round(float(stars))}".rstrip()
