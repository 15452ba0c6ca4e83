"""A trained recommender keeps a recommender's promises, and sees each page before the next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")
pytest.importorskip("safetensors", reason="needs safetensors: pip install 'simenv[rl]'")

from recommenders import create
from recommenders.linucb import LinUcb
from recommenders.saved import Saved
from recommenders.trained import Trained
from simenv.errors import UsageError
from simenv.protocols import Attentive, Checkpointable, Recommender
from simenv.types import Visit
from tests.contracts.planted import ITEMS, everybody, halves, planted, reaction, same
from tests.contracts.recommender import RecommenderContract
from tests.recommenders.learned import saved


class _OfAnAlgorithm(RecommenderContract):
    algorithm = ""

    @pytest.fixture(autouse=True)
    def _saved(self, tmp_path: Path) -> None:
        self.name = saved(tmp_path, self.algorithm)

    def make(self) -> Recommender:
        return create(self.name, 0, {})


class TestSlateQ(_OfAnAlgorithm):
    algorithm = "slateq"


class TestPpo(_OfAnAlgorithm):
    algorithm = "ppo"


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    made = create(saved(tmp_path), 0, {})
    assert isinstance(made, Trained)
    made.fit(planted())
    return made


def tomorrow(visit: Visit) -> Visit:
    """The same agents on the first page of the next day."""
    return replace(visit, round=visit.round + np.int32(1), page=np.zeros_like(visit.page))


def test_what_happened_on_a_page_changes_the_next_one(trained: Trained) -> None:
    assert isinstance(trained, Attentive)
    visit = everybody(planted(), page=1)
    before = trained.recommend(visit, 10)
    trained.notice(reaction(trained.recommend(everybody(planted()), 10)))
    assert not same(before, trained.recommend(visit, 10))


def test_a_round_teaches_nothing(trained: Trained) -> None:
    slate = trained.recommend(everybody(planted()), 10)
    trained.learn([reaction(slate)])
    assert same(slate, trained.recommend(everybody(planted()), 10))


def test_the_blocks_in_which_pages_are_noticed_do_not_matter(tmp_path: Path) -> None:
    whole, parts = (create(saved(tmp_path), 0, {}) for _ in range(2))
    for one in (whole, parts):
        one.fit(planted())
    assert isinstance(whole, Trained)
    assert isinstance(parts, Trained)
    for page in (0, 1):
        seen = reaction(whole.recommend(everybody(planted(), page), 10), seed=page)
        whole.notice(seen)
        for half in reversed(halves(seen)):
            parts.notice(half)
    visit = tomorrow(everybody(planted()))
    assert same(whole.recommend(visit, 10), parts.recommend(visit, 10))


def test_a_resumed_one_has_seen_the_same(trained: Trained, tmp_path: Path) -> None:
    trained.notice(reaction(trained.recommend(everybody(planted()), 10)))
    resumed = create(saved(tmp_path), 0, {})
    resumed.fit(planted())
    assert isinstance(resumed, Checkpointable)
    resumed.restore({name: column.copy() for name, column in trained.state().items()})
    visit = tomorrow(everybody(planted()))
    assert same(trained.recommend(visit, 10), resumed.recommend(visit, 10))


def test_candidates_are_the_retrievers_best(tmp_path: Path) -> None:
    few = create(saved(tmp_path, candidates=12), 0, {})
    few.fit(planted())
    retriever = create("item_knn", 0, {"neighbours": 30})
    retriever.fit(planted())
    shown = few.recommend(everybody(planted()), 12).items
    np.testing.assert_array_equal(
        np.sort(shown, axis=1), np.sort(retriever.recommend(everybody(planted()), 12).items, axis=1)
    )


def test_a_bandit_goes_on_from_what_it_learned_and_learns_no_more(tmp_path: Path) -> None:
    learner = LinUcb()
    learner.fit(planted())
    seen = reaction(learner.recommend(everybody(planted()), 10))
    learner.learn([seen])
    about = {"algorithm": "linucb", "learner": "linucb", "settings": {}}
    Saved(about, learner.state()).write(tmp_path)
    frozen = create(f"model:{tmp_path}", 0, {})
    frozen.fit(planted())
    slate = frozen.recommend(everybody(planted()), ITEMS)
    assert same(slate, learner.recommend(everybody(planted()), ITEMS))
    frozen.learn([reaction(slate, seed=1)])
    assert same(slate, frozen.recommend(everybody(planted()), ITEMS))


def test_a_model_of_another_world_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    saved(folder)
    known = Saved.read(folder)
    about = {name: value for name, value in known.about.items() if name != "retriever"}
    Saved({**about, "course": {"scenario": "LongTermSatisfaction-v0"}}, known.columns).write(folder)
    with pytest.raises(
        UsageError, match="found one of 'LongTermSatisfaction-v0', where items mean something"
    ):
        create(f"model:{folder}", 0, {})


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("model:nowhere", {}, "Expected the folder of a trained recommender with model.json"),
        ("model:", {}, "Expected the folder of a trained recommender"),
        ("model:nowhere", {"alpha": 1}, "No setting 'alpha' in a trained recommender"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(
    name: str, settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UsageError) as error:
        create(name, 0, settings)
    assert sentence in str(error.value)
