"""Taste: who comes to watch what, and how many stars they give."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from agents import taste
from agents.calibration import never_rated
from agents.taste import TasteModel, fit_taste, learned_taste
from simenv.data import load
from simenv.luck import stream
from simenv.types import Dataset, FloatArray, Interactions
from tests.agents.judging import Judged, judged

FACTORS = 16


@pytest.fixture(scope="module")
def town() -> Dataset:
    """A town of made-up people."""
    return load("town")


@pytest.fixture(scope="module")
def model(town: Dataset) -> TasteModel:
    """Its taste."""
    return learned_taste(town.train, FACTORS)


@pytest.fixture(scope="module")
def verdict(town: Dataset, model: TasteModel) -> Judged:
    """How right that taste is about what was held out."""
    return judged(town, model)


def test_taste_tells_who_comes_far_better_than_popularity(verdict: Judged) -> None:
    assert verdict.auc > verdict.auc_of_popularity + 0.02
    assert verdict.auc > 0.88


def test_chances_of_coming_are_calibrated_for_one_half(verdict: Judged) -> None:
    assert verdict.calibration_error < 0.04


def test_expected_stars_are_nearer_than_anybodys_habit(verdict: Judged) -> None:
    assert verdict.rmse < 0.93 < verdict.rmse_of_item_means


def test_stars_come_in_the_shares_of_the_data(verdict: Judged) -> None:
    np.testing.assert_allclose(verdict.shares, verdict.shares_in_data, atol=0.03)


def test_rows_of_taste_fit_the_items_columns(town: Dataset, model: TasteModel) -> None:
    assert model.users.shape == (len(town.users), 2 * FACTORS + 1)
    assert model.items.watch.shape == model.items.stars.shape == (len(town.catalog), FACTORS)
    assert {column.dtype for column in columns(model).values()} == {np.dtype(np.float32)}
    assert (np.diff(model.items.cuts) > 0).all()
    assert model.items.spread > 0


def test_a_person_folded_in_gets_the_taste_of_the_fit(town: Dataset, model: TasteModel) -> None:
    person = town.train.where(town.train.user == 7)
    alone = replace(person, user=np.zeros(len(person), dtype=np.int32), users=1)
    np.testing.assert_allclose(model.fold_in(alone)[0], model.users[7], rtol=1e-5, atol=1e-7)


def test_somebody_of_whom_nothing_is_known_has_an_average_taste(town: Dataset, model: TasteModel) -> None:
    nobody = replace(town.train.where(slice(0, 0)), users=1)
    assert not model.fold_in(nobody).any()


def test_a_fit_gives_the_same_bytes_again_whatever_the_threads(town: Dataset) -> None:
    small = town.train.where(town.train.user < 200)
    with threadpool_limits(limits=1):
        one = columns(learned_taste(small, 4))
    with threadpool_limits(limits=2):
        two = columns(learned_taste(small, 4))
    assert {name: column.tobytes() for name, column in one.items()} == {
        name: column.tobytes() for name, column in two.items()
    }


def test_data_that_only_count_give_everybody_the_same_stars(town: Dataset) -> None:
    silent: FloatArray = np.full(len(town.train), np.nan, dtype=np.float32)
    model = learned_taste(replace(town.train, rating=silent), 4)
    assert all(np.isfinite(column).all() for column in columns(model).values())
    assert len(np.unique(model.items.level)) == 1
    assert not model.items.stars.any()
    assert (np.diff(model.items.cuts) > 0).all()


def test_a_handful_of_people_is_enough_to_learn_something_finite() -> None:
    user, item = np.array([0, 0, 0, 1, 1, 2], dtype=np.int32), np.array([0, 1, 2, 1, 2, 2], dtype=np.int32)
    rating = np.array([5, 4, 3, 4, 2, 1], dtype=np.float32)
    tiny = Interactions(user, item, rating, np.arange(6, dtype=np.int64), 4, 5)
    model = learned_taste(tiny, FACTORS)
    assert model.users.shape == (4, 2 * FACTORS + 1)
    assert all(np.isfinite(column).all() for column in columns(model).values())


@pytest.fixture
def remembered(town: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, Path]:
    """A small data set whose taste is kept in a file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    small = replace(town, train=town.train.where(town.train.user < 100), sha256="small")
    fit_taste(small, 4)
    (path,) = (tmp_path / "simenv" / "taste").iterdir()
    return small, path


def test_a_fitted_taste_is_remembered(
    remembered: tuple[Dataset, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, _ = remembered
    fresh = columns(learned_taste(dataset.train, 4))
    monkeypatch.setattr(taste, "learned_taste", None)
    kept = columns(fit_taste(dataset, 4))
    assert {name: column.tobytes() for name, column in kept.items()} == {
        name: column.tobytes() for name, column in fresh.items()
    }


def test_other_data_and_other_settings_are_not_taken_for_the_same(
    remembered: tuple[Dataset, Path],
) -> None:
    dataset, path = remembered
    fit_taste(dataset, 3)
    fit_taste(replace(dataset, sha256="other"), 4)
    assert len(list(path.parent.iterdir())) == 3


def _other(good: bytes, **changed: np.ndarray) -> bytes:  # type: ignore[type-arg]
    import io

    with np.load(io.BytesIO(good), allow_pickle=False) as file:
        arrays = dict(file.items()) | changed
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def _turned(good: bytes) -> bytes:
    middle = len(good) // 2
    return good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]


DAMAGES = {
    "cut short": lambda good: good[: len(good) // 2],
    "a bit turned": _turned,
    "another size": lambda good: _other(good, users=np.zeros((3, 9), dtype=np.float32)),
    "objects": lambda good: _other(good, users=np.array([print, None])),
    "no zip": lambda _: b"not a zip",
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_learned_anew_and_replaced(remembered: tuple[Dataset, Path], damage: str) -> None:
    dataset, path = remembered
    good = path.read_bytes()
    path.write_bytes(DAMAGES[damage](good))
    again = fit_taste(dataset, 4)
    assert again.users.tobytes() == learned_taste(dataset.train, 4).users.tobytes()
    assert path.read_bytes() == good


def test_no_negative_example_was_rated_by_its_person(town: Dataset) -> None:
    asked = town.train.where(np.arange(len(town.train)) % 7 == 0)
    user, item = never_rated(asked, town.train, stream(1, "test"))
    rated = set(zip(town.train.user.tolist(), town.train.item.tolist(), strict=True))
    assert not rated & set(zip(user.tolist(), item.tolist(), strict=True))
    np.testing.assert_array_equal(user, asked.user)
    share = np.bincount(item, minlength=len(town.catalog)) / len(item)
    assert share.max() < 5 / len(town.catalog)


def test_who_has_rated_everything_is_no_example() -> None:
    both = np.array([0, 1], dtype=np.int32)
    known = Interactions(
        np.array([0, 0, 1], dtype=np.int32), np.array([0, 1, 0], dtype=np.int32), *_stars_and_times(3), 2, 2
    )
    asked = Interactions(both, np.zeros(2, dtype=np.int32), *_stars_and_times(2), 2, 2)
    user, item = never_rated(asked, known, stream(1, "test"))
    assert (user.tolist(), item.tolist()) == ([1], [1])


def _stars_and_times(count: int) -> tuple[FloatArray, np.typing.NDArray[np.int64]]:
    return np.full(count, 3, dtype=np.float32), np.zeros(count, dtype=np.int64)


@pytest.mark.skipif("SIMENV_DATA" not in os.environ, reason="needs the data sets that SIMENV_DATA names")
@pytest.mark.parametrize(
    ("name", "auc", "rmse"),
    [("ml-100k", 0.83, 0.98), pytest.param("ml-1m", 0.91, 0.88, marks=pytest.mark.slow)],
)
def test_on_real_people_taste_is_as_good_as_stated(name: str, auc: float, rmse: float) -> None:
    dataset = load(name)
    verdict = judged(dataset, learned_taste(dataset.train))
    assert verdict.auc > auc
    assert verdict.rmse < rmse
    assert verdict.calibration_error < 0.04
    np.testing.assert_allclose(verdict.shares, verdict.shares_in_data, atol=0.02)


def columns(model: TasteModel) -> dict[str, FloatArray]:
    """Every number of a model."""
    parts = {f"items.{field.name}": getattr(model.items, field.name) for field in fields(model.items)}
    parts |= {f"space.{field.name}": getattr(model.space, field.name) for field in fields(model.space)}
    return parts | {"users": model.users}
