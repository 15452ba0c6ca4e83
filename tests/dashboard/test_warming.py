"""What pages ask of large tables is counted before they are opened, and once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest

from dashboard.data import Opened, Runs, asking, items, stars, warming
from tests.dashboard.conftest import Look

Asked = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every question about interactions and pages, with its values, as it is asked."""
    found: Asked = []
    answer = asking.answer

    def noted(folder: Path, files: Any, query: str, values: tuple[Any, ...], kept: str = "") -> Any:
        # what an app of an earlier test still warms is not asked by this one
        if re.search("FROM (interactions|pages)", query + kept) and current_thread().name != warming.NAME:
            found.append((query, values))
        return answer(folder, files, query, values, kept)

    monkeypatch.setattr("dashboard.data.opened.answer", noted)
    return found


@pytest.mark.parametrize("view", ["overview", "people", "items", "compare"])
@pytest.mark.parametrize("run", ["light", "thinking"])
def test_a_page_finds_what_it_asks_of_large_tables(
    look: Look, runs: Path, asked: Asked, view: str, run: str
) -> None:
    warming.warm(Runs(runs).open(run))
    before = set(asked)
    asked.clear()
    assert not look(view, run=run).exception
    assert set(asked) <= before


def test_what_a_new_run_can_name_is_asked_before_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    monkeypatch.setattr(warming, "_PAUSE", 0.0)
    monkeypatch.setattr(warming.starting, "known_names", lambda: asked.append(time.monotonic()))
    warming.ask_names.cache_clear()
    for _ in range(3):
        warming.ask_names()
    until = time.monotonic() + 60
    while not asked and time.monotonic() < until:
        time.sleep(0.01)
    assert len(asked) == 1


def test_a_question_is_counted_once_however_many_ask(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, counted = Runs(runs).open("light"), []
    database = asking._database

    def slow(*about: Any) -> Any:
        counted.append(about)
        time.sleep(0.05)
        return database(*about)

    asking._answer.cache_clear()
    monkeypatch.setattr(asking, "_database", slow)
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: stars.given(run), range(4)))
    assert len(counted) == 1
    assert all(answer == answers[0] for answer in answers)


def test_charts_of_items_share_what_they_count(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: Opened = Runs(runs).open("light")
    asking._answer.cache_clear()
    read: list[Callable[[Opened], object]] = [items.by_popularity, items.tenths, items.concentration]
    for ask in read:
        ask(run)
    assert asking._answer.cache_info().currsize == len(read) + 1
