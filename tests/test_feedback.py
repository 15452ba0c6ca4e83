"""What a round leaves for recommenders to learn from: kept small, given back whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simenv import feedback
from simenv.feedback import RoundLog
from simenv.types import Feedback, Step
from tests.factories import Crowd


def seen(page: Feedback) -> dict[str, bytes]:
    """One page of feedback, byte for byte."""
    visit, slate = page.slate.visit, page.slate
    parts = [visit.episode, visit.round, visit.page, visit.rows, slate.items, slate.propensity, slate.source]
    parts += [page.watched, page.rating, page.action]
    return {str(n): part.dtype.str.encode() + part.tobytes() for n, part in enumerate(parts)}


def observed(step: Step) -> Feedback:
    """What a real system would have seen of a page."""
    return Feedback(step.slate, step.response.watched, step.response.rating, step.response.action)


@pytest.mark.parametrize("block", [1, 4, 30])
def test_feedback_keeps_every_bit_of_explored_slates_searches_and_odd_stars(block: int) -> None:
    crowd = Crowd(block=block, rounds=1)
    log, reference = RoundLog(), list(replace(crowd, block=crowd.agents).steps())
    for step in crowd.steps():
        log.add(_odd(step))
    assert len(log) == len(reference)
    for page, step in zip(log, map(_odd, reference), strict=True):
        assert seen(page) == seen(observed(step))
    assert [seen(page) for page in log[1:]] == [seen(log[page]) for page in range(1, len(log))]


@pytest.mark.parametrize("block", [1, 4, 30])
def test_entries_tell_of_fixed_ranges_of_agents_page_by_page(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "SHARE", 8)
    log = RoundLog()
    for step in Crowd(block=block, rounds=1).steps():
        log.add(step)
    told = [(int(page.slate.visit.page[0]), page.slate.visit.rows.tolist()) for page in log]
    assert [page for page, _ in told] == sorted(page for page, _ in told)
    for page, step in enumerate(Crowd(block=30, rounds=1).steps()):
        ranges = [rows for number, rows in told if number == page]
        assert [row for rows in ranges for row in rows] == step.slate.visit.rows.tolist()
        assert [{row // 8 for row in rows} for rows in ranges] == [{n} for n in range(4)]


def _odd(step: Step) -> Step:
    """The same page with items from a huge catalogue, half stars, and no stars at all now and then."""
    items = np.where(step.slate.items > 3, step.slate.items + 100_000, step.slate.items).astype(np.int32)
    stars = np.where(step.slate.items % 5 == 0, np.nan, step.response.rating - 0.5).astype(np.float32)
    return replace(
        step, slate=replace(step.slate, items=items), response=replace(step.response, rating=stars)
    )
