"""The bench of environments: what stands beside them does the same, and every row says so."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from scenarios.bench import env as bench
from scenarios.bench.env_users import MEANS, BareNumpy


def test_the_compiled_limit_is_the_same_people_bit_for_bit() -> None:
    people, actions = bench.compiled(300), bench.slates(10, 3, 300)
    env: Any = gymnasium.make_vec("simenv/InterestEvolution-v0", num_envs=300)
    env.reset(seed=bench.SEED)
    for number in range(20):
        slates = actions[number % len(actions)]
        assert np.array_equal(people.step(slates), env.step(slates)[1])


def test_bare_numpy_is_the_same_kind_of_people() -> None:
    people, actions = BareNumpy(5_000), bench.slates(10, 3, 5_000)
    env: Any = gymnasium.make_vec("simenv/InterestEvolution-v0", num_envs=5_000)
    env.reset(seed=bench.SEED)
    ours = np.array([env.step(actions[n % 4])[1] for n in range(20)])
    theirs = np.array([people.step(actions[n % 4]) for n in range(20)])
    assert theirs.mean() == pytest.approx(ours.mean(), abs=0.03)
    assert people._left.mean() == pytest.approx(env.play.stage._left.mean(), abs=0.5)
    assert len(MEANS) == 20


def test_every_row_stands_beside_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "PEOPLE", 20)
    monkeypatch.setattr(bench, "SIZES", (10, 20))
    monkeypatch.setattr(bench, "SECONDS", 0.002)
    ours = {
        "bench": "env",
        "case": "our feed",
        "value": 6e6,
        "unit": "user-steps/s",
        "baseline": "b",
        "ratio": 4.0,
    }
    monkeypatch.setattr(bench, "bench_feed", lambda: [ours])
    for other in ("bench_scoring", "_learning"):
        monkeypatch.setattr(bench, other, list)
    rows = bench.bench_env()
    assert len({(row["case"], row["baseline"]) for row in rows}) == len(rows)
    assert {row["baseline"] for row in rows if row["case"] == "OASIS, recorded"} == {"our feed"}
    for row in rows:
        assert list(row) == ["bench", "case", "value", "unit", "baseline", "ratio"]
        assert row["bench"] == "env"
        assert row["baseline"]
        assert float(str(row["value"])) > 0
        assert float(str(row["ratio"])) > 0
