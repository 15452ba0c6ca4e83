"""Pages of several agents computed together: who is beside whom, and what that may change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.cached import Cached
from agents.models.layouts import Page, groups
from agents.models.llama_cpp import LlamaCppModel
from agents.models.native import Size
from agents.models.segments import Allowed, Asked
from agents.models.weights import Weights
from simenv.words import Question
from tests.contracts.language_model import page, same


def asked(agents: Sequence[int]) -> list[Question]:
    """A page of each agent."""
    return [question for agent in agents for question in page(agent)]


@pytest.mark.parametrize(("kind", "tolerance"), [("f32", 0.005), ("f16", 0.005), ("q8_0", 0.1)])
def test_a_group_is_answered_as_its_agents_are_alone(
    files: Mapping[str, Path], kind: str, tolerance: float
) -> None:
    agents = [1, 22, 3, 456, 5, 6]
    alone = LlamaCppModel(files[kind], threads=1)
    together = LlamaCppModel(files[kind], threads=1, group=4)
    for left, right in zip(alone.choose(asked(agents)), together.choose(asked(agents)), strict=True):
        np.testing.assert_allclose(left, right, atol=tolerance)
    assert (alone.usage().evaluations, together.usage().evaluations) == (6, 2)
    assert alone.usage().prompt == together.usage().prompt
    assert alone.usage().cached == together.usage().cached


def test_the_same_groups_give_the_same_bits(files: Mapping[str, Path]) -> None:
    model = LlamaCppModel(files["q8_0"], threads=1, group=3)
    first = model.choose(asked(range(8)))
    model.choose(asked([5, 2]))
    assert same(first, model.choose(asked(range(8))))
    others = {"threads": 2, "contexts": 2}, {"threads": 1, "persona_budget_mb": 0}
    for wishes in others:
        assert same(first, LlamaCppModel(files["q8_0"], **wishes, group=3).choose(asked(range(8))))


def test_pages_of_one_agent_may_be_in_one_group(files: Mapping[str, Path]) -> None:
    days = [question for number in (1, 2, 3) for question in page(7, number)]
    alone = LlamaCppModel(files["f32"], threads=1).choose(days)
    together = LlamaCppModel(files["f32"], threads=1, group=3).choose(days)
    for left, right in zip(alone, together, strict=True):
        np.testing.assert_allclose(left, right, atol=0.005)


def test_a_page_that_overfills_a_group_is_answered_in_parts(files: Mapping[str, Path]) -> None:
    many = [
        Question("People", "Agent 9", "", f"\nFilm {number} Watch?", ("yes", "no")) for number in range(300)
    ]
    model = LlamaCppModel(files["f32"], threads=1, group=2)
    answers = model.choose([*page(1), *many, *page(2)])
    assert model.usage().evaluations >= 4
    alone = LlamaCppModel(files["f32"], threads=1).choose([*page(1), *many, *page(2)])
    for left, right in zip(alone, answers, strict=True):
        np.testing.assert_allclose(left, right, atol=0.005)


def test_remembered_answers_are_those_of_the_group_they_were_given_in(
    files: Mapping[str, Path], tmp_path: Path
) -> None:
    with LlamaCppModel(files["q8_0"], threads=1, group=4) as model:
        with Cached(model, tmp_path / "answers") as cached:
            first = cached.choose(asked(range(8)))
        each = len(page(1))
        with Cached(model, tmp_path / "answers") as resumed:
            again = [resumed.choose(page(agent)) for agent in reversed(range(8))]
        for agent, answers in zip(reversed(range(8)), again, strict=True):
            assert same(answers, first[agent * each : (agent + 1) * each])


def test_models_that_compute_in_other_groups_have_other_identities(files: Mapping[str, Path]) -> None:
    models = [LlamaCppModel(files["f16"], threads=1, group=group) for group in (1, 2, 4)]
    assert len({model.identity() for model in models}) == 3
    assert [model.group for model in models] == [1, 2, 4]


def test_a_model_that_cannot_share_beginnings_groups_nothing(
    files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Weights, "can_branch", lambda *_: False)
    model = LlamaCppModel(files["f16"], threads=1, group=4)
    assert model.group == 1
    whole = LlamaCppModel(files["f16"], threads=1)
    assert same(whole.choose(asked([1, 2])), model.choose(asked([1, 2])))


SIZES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6)), max_size=12)


@given(SIZES, st.integers(1, 5), st.integers(10, 60), st.integers(4, 12))
def test_groups_fit_lose_nothing_and_are_as_large_as_they_can_be(
    sizes: list[tuple[int, int]], most: int, cells: int, sequences: int
) -> None:
    size = Size(cells=cells, threads=1, unit=512, sequences=sequences)
    allowed = Allowed.of([(1,), (2,)])
    pages = [
        Page((0,) * words, (), (), [Asked((number,), allowed) for number in range(branches)])
        for words, branches in sizes
    ]
    cut = list(groups(pages, most, size))
    assert [page for group in cut for page in group] == pages

    def fits(group: Sequence[Page]) -> bool:
        branches = sum(len(page.questions) for page in group)
        return sum(page.start for page in group) + branches <= cells and branches <= sequences

    assert all(len(group) <= most for group in cut)
    assert all(len(group) == 1 or fits(group) for group in cut)
    for group, following in pairwise(cut):
        assert len(group) == most or not fits([*group, following[0]])
