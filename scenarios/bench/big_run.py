"""A run of about ten million interactions, of people who are invented for it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from simenv.luck import stream

PEOPLE, ITEMS, KNOWN, DAYS = 50_000, 2_000, 16, 3
ARMS = ("popularity", "item_knn", "ease")
THEMES = ("Comedy", "Drama", "Horror", "Musical", "Mystery", "Romance", "War", "Western")


def make(folder: Path, people: int = PEOPLE) -> Path:
    """Let invented people live in light worlds for three days, and give the run's folder.

    Args:
        folder: empty; the people's ratings are written beside the runs.
    """
    _write_ratings(folder / "ratings.csv", people)
    _write_items(folder / "items.csv")
    run = folder / "runs" / "large"
    values = {"dataset": str(folder / "ratings.csv"), "agents": people, "rounds": DAYS}
    sets = [f"--set={name}={value}" for name, value in values.items()]
    words = ["run", "crowd", *sets, f"--set=recommenders=[{','.join(ARMS)}]", f"--out={run}"]
    subprocess.run([sys.executable, "-m", "simenv", *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return run


def _write_ratings(path: Path, people: int) -> None:
    """Everybody rates some films, the first ones of the catalogue most often, by taste for their themes."""
    luck, user = stream(0, "ratings"), np.repeat(np.arange(people), KNOWN)
    lane = np.tile(np.arange(KNOWN), people)
    item = np.floor(ITEMS * luck.uniform(user, lane, 0) ** 3).astype(np.int64)
    _, first = np.unique(user * ITEMS + item, return_index=True)
    user, item = user[first], item[first]
    liked = luck.uniform(user, np.full_like(item, KNOWN), item % len(THEMES))
    stars = np.clip(
        np.rint(1 + 3 * liked + 2 * luck.uniform(user, np.full_like(item, KNOWN + 1), item)), 1, 5
    )
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user", "item", "rating"])
        rows.writerows(zip(user.tolist(), item.tolist(), stars.astype(int).tolist(), strict=True))


def _write_items(path: Path) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item", "title", "genres"])
        rows.writerows((at, f"Film {at} ({1950 + at % 70})", THEMES[at % len(THEMES)]) for at in range(ITEMS))
