"""What every measure promises; a measure joins by saying how it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from simenv.metrics import Measure
from simenv.types import NOTHING, Catalog, Estimate, Step
from tests.factories import Crowd, catalog

MANY = 300


@cache
def crowds() -> list[list[Step]]:
    """The same small crowd of strangers, met many times."""
    return [
        list(Crowd(agents=40, items=MANY, rounds=1, block=40, thinkers=0, seed=seed).steps())
        for seed in range(120)
    ]


class MetricContract:
    """Subclass it, and say how the measure is made."""

    def create(self, agents: int, items: Catalog) -> Measure:
        raise NotImplementedError

    def value(self, steps: Iterable[Step], agents: int = 30, items: int = 25) -> Estimate:
        measure = self.create(agents, catalog(items))
        for step in steps:
            measure.update(step)
        return measure.value()

    @pytest.mark.parametrize("block", [1, 8, 30])
    def test_the_block_size_does_not_change_a_bit(self, block: int) -> None:
        assert self.value(Crowd(block=block).steps()) == self.value(Crowd(block=7).steps())

    def test_blocks_may_come_in_any_order(self) -> None:
        steps = list(Crowd(rounds=1).steps())
        backwards = sorted(
            steps, key=lambda step: (-(step.slate.visit.rows[0] // 7), step.slate.visit.page[0])
        )
        assert not np.array_equal(backwards[0].slate.visit.rows, steps[0].slate.visit.rows)
        assert self.value(backwards) == self.value(steps)

    def test_a_restored_measure_goes_on_as_if_never_stopped(self) -> None:
        steps = list(Crowd().steps())
        measure = self.create(30, catalog())
        for step in steps[:6]:
            measure.update(step)
        saved = measure.state()
        measure.update(steps[6])  # what happens after the checkpoint is not in it
        again = self.create(30, catalog())
        again.update(steps[0])
        again.restore(saved)
        for step in steps[6:]:
            again.update(step)
        assert again.value() == self.value(steps)

    def test_where_nothing_happened_there_is_no_value(self) -> None:
        value = self.value([])
        assert np.isnan([value.value, value.low, value.high]).all()

    def test_a_cleared_measure_has_forgotten_everything(self) -> None:
        measure = self.create(30, catalog())
        for step in Crowd().steps():
            measure.update(step)
        measure.clear()
        assert np.isnan(measure.value().value)

    def test_one_person_says_nothing_about_others(self) -> None:
        value = self.value(Crowd(agents=1, rounds=6, empty=0).steps(), agents=1)
        assert np.isfinite(value.value)
        assert np.isnan(value.low)
        assert np.isnan(value.high)

    def test_empty_slots_do_not_count(self) -> None:
        steps = list(Crowd().steps())
        assert self.value(_with_empty_slots(step) for step in steps) == self.value(steps)

    def test_the_interval_covers_what_other_people_would_give(self) -> None:
        values = [self.value(steps, agents=40, items=MANY) for steps in crowds()]
        truth = np.mean([value.value for value in values])
        spread = np.std([value.value for value in values])
        covered = np.mean([value.low <= truth <= value.high for value in values])
        width = np.mean([value.high - value.low for value in values])
        assert covered >= 0.88
        assert width <= 2 * 2.1 * 1.5 * spread


def _with_empty_slots(step: Step) -> Step:
    """The same page with two more slots that hold nothing."""

    def wider(values: np.ndarray, filling: float) -> np.ndarray:
        more = np.full((len(values), 2), filling, dtype=values.dtype)
        return np.concatenate([values, more], axis=1)

    slate, response = step.slate, step.response
    return replace(
        step,
        slate=replace(slate, items=wider(slate.items, NOTHING), propensity=wider(slate.propensity, np.nan)),
        response=replace(
            response,
            watched=wider(response.watched, 0),
            rating=wider(response.rating, np.nan),
            chance=wider(response.chance, np.nan),
            expected=wider(response.expected, np.nan),
        ),
    )
