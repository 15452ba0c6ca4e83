"""People of whom everything is known: what they are shown, what they think of it, and who was told what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agents.models.scripted import ScriptedModel
from scenarios.validity.asking import Interview
from scenarios.validity.jokes import AGENTS_KNOW, SYSTEMS_KNOW, complete_people, ranking, staged
from scenarios.validity.people import Judged
from scenarios.validity.ranking import LIKED, Ranking
from scenarios.validity.systems import SYSTEMS
from simenv.data import load
from simenv.errors import UsageError
from simenv.metrics.resampling import Bootstrap
from simenv.types import FloatArray, IntArray, Interactions

COMPLETE, OTHERS, JOKES = 24, 40, 55
FEW = SYSTEMS[:3]


@pytest.fixture(scope="module")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[np.ndarray]:
    """Invented ratings of jokes without texts: the first people rated all, the others half."""
    rng = np.random.default_rng(3)
    liking = rng.normal(0, 3, JOKES) + rng.normal(0, 3, (COMPLETE + OTHERS, JOKES))
    ratings = np.round(np.clip(liking, -10, 10), 2)
    ratings[COMPLETE:][rng.random((OTHERS, JOKES)) < 0.5] = 99
    place = tmp_path_factory.mktemp("data")
    (place / "jester-1").mkdir()
    lines = (f"{int((row != 99).sum())},{','.join(f'{value:g}' for value in row)}" for row in ratings)
    (place / "jester-1" / "jester-data-1.csv").write_text("\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIMENV_DATA", str(place))
        yield ratings


@pytest.fixture(scope="module")
def judged(ratings: np.ndarray) -> tuple[Judged, Interactions]:
    return complete_people(load("jester-1"), 20)


def pairs(known: Interactions) -> set[tuple[int, int]]:
    return set(zip(known.user.tolist(), known.item.tolist(), strict=True))


def test_those_who_rated_everything_are_reported_on_and_nobody_learns_from_them(
    judged: tuple[Judged, Interactions],
) -> None:
    people = judged[0].reported.user
    assert len(people) == 20
    assert people.max() < COMPLETE <= judged[0].train.user.min()


def test_agents_and_recommenders_know_different_jokes_and_are_shown_others(
    judged: tuple[Judged, Interactions],
) -> None:
    group, known = judged[0].reported, judged[1]
    assert (np.bincount(group.context.user)[group.user] == AGENTS_KNOW).all()
    assert (np.bincount(group.held.user)[group.user] == JOKES - AGENTS_KNOW - SYSTEMS_KNOW).all()
    assert not pairs(group.context) & pairs(group.held)
    assert not pairs(known) & (pairs(group.context) | pairs(group.held))
    assert len(np.unique(known.user)) > len(group)
    assert known.rating.min() > LIKED


def test_a_page_is_worth_its_true_stars(judged: tuple[Judged, Interactions], ratings: np.ndarray) -> None:
    stage = staged(*judged, FEW)
    stars = 0.5 + (ratings + 10) / 20 * 4.5
    for row, user in enumerate(stage.agents.user):
        for system, page in enumerate(stage.shown[row]):
            assert stage.real[row, system] == pytest.approx(stars[user, page].mean(), abs=1e-5)
            assert {(int(user), int(item)) for item in page} <= pairs(judged[0].reported.held)


def test_who_knows_the_truth_orders_everything_right(
    judged: tuple[Judged, Interactions], ratings: np.ndarray
) -> None:
    def truth(row: IntArray, item: IntArray) -> FloatArray:
        return ratings[judged[0].reported.user[row], item].astype(np.float32)

    found = Ranking.of(staged(*judged, FEW), {"model": truth, "popularity": truth}, Bootstrap(20)).leaves()
    assert found["tau"].value == 1.0


@pytest.mark.usefixtures("ratings")
def test_everybody_judges_with_stars() -> None:
    found = ranking(Interview(ScriptedModel()), FEW, 20).leaves()
    assert set(found["users"]) == {"model", "taste", "popularity", "mean_rating"}
    for system in found["systems"].values():
        assert all(1 <= system[name].value <= 5 for name in ("people", "model", "taste", "mean_rating"))


def test_without_the_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMENV_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="jester-data-1"):
        ranking(Interview(ScriptedModel()), FEW, 20)
