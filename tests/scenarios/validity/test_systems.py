"""The recommenders that are judged: many, alike, and none that taught the model."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.validity.systems import SLOTS, SYSTEMS, System, visit_of, without
from simenv.types import NOTHING
from tests.scenarios.validity.village import judged


def test_there_are_at_least_twelve_and_most_differ_by_settings_alone() -> None:
    assert len({system.name for system in SYSTEMS}) == len(SYSTEMS) >= 12
    assert len({system.use for system in SYSTEMS}) <= len(SYSTEMS) / 2


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_nobody_is_shown_what_they_know(system: System) -> None:
    group = judged().reported
    shown = system.shown(group.context, visit_of(group.user, group.context))
    assert shown.shape == (len(group), SLOTS)
    for user, page in zip(group.user, shown, strict=True):
        own = page[page != NOTHING]
        assert len(set(own.tolist())) == len(own) > 0
        assert not np.isin(own, group.context.item[group.context.user == user]).any()


@pytest.mark.parametrize(
    ("teachers", "left"), [(["EASE"], {"ease"}), (["mf"], {"als", "bpr"}), (["bpr"], {"bpr"}), ([], set())]
)
def test_families_that_taught_the_model_do_not_take_part(teachers: list[str], left: set[str]) -> None:
    take_part, taught = without(teachers)
    assert {system.use for system in taught} == left
    assert not left & {system.use for system in take_part}
    assert len(take_part) + len(taught) == len(SYSTEMS)
