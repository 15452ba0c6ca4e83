"""Sixty people and ninety films as CSV files of one's own; some titles are out to make trouble."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from agents.models import EMBEDDED
from simenv.luck import stream

PEOPLE, ITEMS = 60, 90
TITLES = {
    0: "[bold red]Loud[/bold red] (1999)",
    1: "<script>alert('x')</script> & Sons",
    2: "\x1b[31mRed \x07Bell",
    3: 'Said "Yes", Then\tNo',
    4: "=SUM(A1:A9)",
    5: "\u202eOlleh ＆ 日本 🎬",
}
"""By item: markup, HTML, codes that steer a terminal, quotes and tabs, a formula, a change of direction."""

LIGHT: dict[str, Any] = {
    "users": "taste",
    "agents": 40,
    "rounds": 3,
    "pages": 3,
    "slots": 5,
    "recommenders": ["random", "popularity", "item_knn"],
}
THINKING: dict[str, Any] = {
    "users": "language",
    "model": str(EMBEDDED),
    "llama.threads": 1,
    "agents": 5,
    "rounds": 2,
    "pages": 2,
    "slots": 4,
    "reasons": 1,
    "recommenders": ["random", "item_knn"],
}


def title(item: int) -> str:
    """What an item is called."""
    return TITLES.get(item, f"Film number {item} ({1950 + item % 70})")


def write(folder: Path) -> Path:
    """Write ``ratings.csv`` and ``items.csv``: people like what is near to them, and some films are known."""
    folder.mkdir(parents=True, exist_ok=True)
    people, items = np.arange(PEOPLE)[:, None], np.arange(ITEMS)
    luck = stream(0, "village").uniform(people, items)
    near = 1 - np.abs(people / PEOPLE - items / ITEMS)
    user, item = np.nonzero(luck < near * (0.15 + 0.6 * (items % 7 == 0)))
    stars = 1 + np.round(4 * (0.7 * near + 0.3 * stream(1, "village").uniform(people, items)))[user, item]
    _table(
        folder / "ratings.csv",
        ("user", "item", "rating", "time"),
        (
            (f"p{u}", f"f{i}", s, 86_400 * n)
            for n, (u, i, s) in enumerate(zip(user, item, stars, strict=True))
        ),
    )
    rows = ((f"f{i}", title(i), "Drama|Odd" if i % 3 else "Comedy", "") for i in range(ITEMS))
    _table(folder / "items.csv", ("item", "title", "genres", "text"), rows)
    return folder


def _table(path: Path, header: tuple[str, ...], rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
