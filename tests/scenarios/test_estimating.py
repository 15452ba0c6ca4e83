"""What a run would cost, before it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.estimating import estimate
from scenarios.running import run
from simenv.errors import UsageError
from tests.scenarios import village


def test_an_estimate_counts_every_page_that_could_be(data: str) -> None:
    cost = estimate("crowd", {**village.LIGHT, "dataset": data}, seeds=2)
    assert cost.pages == 40 * 3 * 3 * 3 * 2
    assert cost.tokens == 0
    assert cost.seconds > 0
    assert 40 <= cost.tried <= cost.pages


def test_an_estimate_of_tokens_and_disk_is_near_to_what_the_run_takes(data: str, tmp_path: Path) -> None:
    values = {**village.THINKING, "dataset": data, "recommenders": "random", "agents": 20, "rounds": 1}
    cost = estimate("demo", values, seeds=1)
    found = run("demo", values, out=tmp_path / "run")
    pages = found.pages.num_rows
    disk = sum(
        part.stat().st_size for table in ("interactions", "pages", "words") for part in found.parts(table)
    )
    assert cost.tokens / cost.pages == pytest.approx(
        found.manifest["thinking"]["prompt_tokens"] / pages, rel=0.5
    )
    assert cost.disk / cost.pages == pytest.approx(disk / pages, rel=0.5)


def test_a_run_of_one_page_can_be_estimated(data: str) -> None:
    values = {**village.LIGHT, "dataset": data, "rounds": 1, "pages": 1}
    assert estimate("crowd", values, seeds=1).seconds > 0


def test_an_estimate_says_pages_time_tokens_and_disk_and_leaves_nothing_behind(
    data: str, tmp_path: Path
) -> None:
    (sentence,) = estimate("crowd", {**village.LIGHT, "dataset": data}, seeds=1).sentences()
    for word in ("1,080 agent-pages", " s, ", "0 tokens", "MB on the disk", "nothing was kept"):
        assert word in sentence
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_run_cannot_be_estimated(data: str) -> None:
    with pytest.raises(UsageError, match="Expected 1 to 60 agents"):
        estimate("crowd", {**village.LIGHT, "dataset": data, "agents": 61}, seeds=1)
