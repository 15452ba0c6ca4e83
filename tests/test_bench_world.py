"""The bench of the world: what it measures is a real day, however it is watched."""

from __future__ import annotations

import pytest

from scenarios.bench import world as bench


def test_a_day_is_the_same_day_however_it_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "BLOCK", 64)
    people = bench.TOWN.population(150)
    pages = {name: bench._live(people, notes)[0] for name, notes in bench.NOTES.items()}
    assert set(pages.values()) == {pages["unwatched"]}
    assert 150 < pages["unwatched"] < 150 * bench.PAGES


def test_what_is_measured_is_positive_and_memory_only_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ENOUGH", 1_000)
    measured = bench.measure(300, bench.unwatched)
    assert min(measured.rate, measured.bare) > 0
    assert 0 < measured.before <= measured.peak
