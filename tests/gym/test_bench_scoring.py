"""The bench of scoring serves people well, and excludes what they know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.bench import scoring as bench
from scenarios.bench.invented import Invented
from simenv.types import NOTHING, Slate, Visit

TOWN = Invented(items=300, factors=8)


def test_nobody_is_shown_what_they_know_and_everybody_the_best_of_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served, asked = bench.Served(TOWN, 50), []
    recommend = served._recommender.recommend

    def watched(visit: Visit, slots: int) -> Slate:
        slate = recommend(visit, slots)
        asked.append((visit, slate.items))
        return slate

    monkeypatch.setattr(served._recommender, "recommend", watched)
    history = TOWN.population(50).history
    for _ in range(4):
        served.step()
    shown: list[set[int]] = [set(history.row(b).tolist()) for b in range(50)]
    for visit, items in asked:
        for b in np.flatnonzero(visit.page == 0).tolist():
            shown[b] = set(history.row(b).tolist())
        for b, page in enumerate(items.tolist()):
            assert NOTHING not in page
            assert not shown[b] & set(page)
            assert shown[b] == set(visit.exclude.row(b).tolist())
            shown[b] |= set(page)
    scores = served._recommender.scores(np.arange(50, dtype=np.int32))
    first, items = asked[0]
    for b in range(50):
        scores[b, first.exclude.row(b)] = -np.inf
        assert set(items[b].tolist()) == set(np.argsort(-scores[b])[: bench.SLOTS].tolist())


def test_every_row_stands_beside_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_apart", lambda items: {"served": 1e9 / items, "random": 2e5, "peak": 100.0})
    rows: list[dict[str, Any]] = bench.bench_scoring()
    assert len({(row["case"], row["baseline"]) for row in rows}) == len(rows)
    assert rows[0]["ratio"] == pytest.approx(1e5 / 4.9e3)
    for row in rows:
        assert list(row) == ["bench", "case", "value", "unit", "baseline", "ratio"]


def test_what_is_measured_is_what_the_rows_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PEOPLE": 20, "MANY": 30, "SECONDS": 0.002}.items():
        monkeypatch.setattr(bench, name, value)
    told = bench.measured(5_000)
    assert told.keys() == {"served", "random", "peak"}
    assert min(told.values()) > 0
