"""The bench of the feed: what stands beside it does the same, and every row says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.bench import feed as bench
from scenarios.bench import feed_users
from scenarios.bench.invented import Invented

TOWN = Invented(items=200, factors=8)


def watched_per_page() -> float:
    """What people of the feed watch on their first page."""
    env: Any = bench.feed(TOWN, 4_000)
    env.reset(seed=1)
    slates = np.random.default_rng(0).permuted(np.tile(np.arange(200), (4_000, 1)), axis=1)[:, :10]
    _, reward, *_, infos = env.step(slates)
    assert (infos["page"] == 0).all()
    return float(reward.mean())


def test_the_compiled_limit_is_the_same_kind_of_people() -> None:
    people = TOWN.population(4_000)
    items, pages = TOWN.taste(), np.random.default_rng(0).integers(0, 200, (4_000, 10), dtype=np.int32)
    depths = (1 + np.arange(10, dtype=np.float32)) ** np.float32(-0.3)
    moods = np.full((4_000, 2), [0.5, 0], dtype=np.float32)
    luck = np.random.default_rng(1).integers(1, 2**63, 4_000, dtype=np.uint64)
    sides = (items.watch, items.stars, items.level, items.cuts)
    count = feed_users._pages(people.taste, pages, sides, depths, (moods, luck))
    # some of the feed's items are known beforehand: 16 of 200
    assert count / 4_000 == pytest.approx(watched_per_page() / (1 - 16 / 200), rel=0.06)
    assert len(set(moods[:, 0].tolist())) > 5


def test_every_row_stands_beside_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Invented(items=150, factors=8)
    monkeypatch.setattr(bench, "LARGE", small)
    for name, value in {"SIZES": (5, 10), "MIDDLE": 20, "MANY": 30, "SECONDS": 0.002, "THINKERS": 2}.items():
        monkeypatch.setattr(bench, name, value)
    monkeypatch.setattr(bench, "_apart", lambda people: (1e6 * people, 100.0))
    rows = bench.bench_feed()
    assert len({(row["case"], row["baseline"]) for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == ["bench", "case", "value", "unit", "baseline", "ratio"]
        assert row["baseline"]
        assert float(str(row["value"])) > 0
        assert float(str(row["ratio"])) > 0
