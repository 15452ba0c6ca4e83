"""Recommenders are looked up by name, with a way out where name or settings do not fit."""

from __future__ import annotations

import importlib.metadata

import pytest

import recommenders
from recommenders.ease import Ease
from simenv.errors import UsageError
from simenv.types import Interactions, Slate, Visit


class Demanding:
    """A recommender of somebody else's, with a setting that has no default."""

    def __init__(self, taste: object) -> None:
        self.taste = taste

    def fit(self, train: Interactions) -> None: ...
    def recommend(self, visit: Visit, slots: int) -> Slate: ...
    def learn(self, feedback: object) -> None: ...


@pytest.mark.parametrize("name", recommenders.names())
def test_every_name_makes_a_recommender_with_settings_that_run(name: str) -> None:
    recommender = recommenders.create(name, seed=1, settings={})
    assert all(hasattr(recommender, verb) for verb in ("fit", "recommend", "learn"))


def test_the_six_of_the_package_are_named() -> None:
    assert {"als", "bpr", "ease", "item_knn", "popularity", "random"} <= set(recommenders.names())


def test_a_class_of_another_package_is_named_by_its_place() -> None:
    found = recommenders.create(f"{__name__}:Demanding", 0, {"taste": 3})
    assert isinstance(found, Demanding)
    assert found.taste == 3


def test_an_entry_point_adds_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    added = importlib.metadata.EntryPoint("mine", "recommenders.ease:Ease", "simenv.recommenders")
    monkeypatch.setattr(recommenders, "entry_points", lambda **_: [added])
    assert "mine" in recommenders.names()
    assert isinstance(recommenders.create("mine", 0, {"regularization": 5}), Ease)


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("popularty", {}, "No recommender named 'popularty'. Did you mean 'popularity'?"),
        ("no.such.module:Class", {}, "No recommender at 'no.such.module:Class'"),
        ("recommenders.ease:Eased", {}, "No recommender at 'recommenders.ease:Eased'"),
        ("recommenders.ease:", {}, "No recommender at 'recommenders.ease:'"),
        (
            "ease",
            {"lambda": 3},
            "No setting 'lambda' in recommender 'ease'; it accepts: regularization (500.0)",
        ),
        ("popularity", {"k": 3}, "No setting 'k' in recommender 'popularity'; it accepts: none."),
        ("als", {"factors": "many"}, "Setting 'factors' of recommender 'als' must be a whole number"),
        ("als", {"factors": 2.5}, "Setting 'factors' of recommender 'als' must be a whole number"),
        ("ease", {"regularization": True}, "Setting 'regularization' of recommender 'ease' must be a number"),
        ("als", {"factors": 0}, "Setting 'factors' must be a number of at least 1, found 0."),
        ("ease", {"regularization": 0.0}, "Setting 'regularization' must be a number of at least 0.001"),
        ("item_knn", {"shrinkage": float("nan")}, "Setting 'shrinkage' must be a number of at least 0"),
        ("bpr", {"seed": 3}, "No setting 'seed' in recommender 'bpr'"),
        (f"{__name__}:Demanding", {}, "needs the setting 'taste'"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(
    name: str, settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UsageError) as error:
        recommenders.create(name, 0, settings)
    assert sentence in str(error.value)
