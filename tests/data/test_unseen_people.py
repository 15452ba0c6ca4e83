"""People of MovieLens 1M who are in nobody's training."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from simenv.data import load
from simenv.data.movielens import unseen_people
from simenv.errors import UsageError
from tests.agents.real import real
from tests.contracts.dataset import loaded

FILES = {
    "users.dat": b"7::F::1::10::1\n8::M::25::0::2\n9::M::56::4::3\n",
    "movies.dat": b"3::Amelie (1995)::Drama\n5::Duck (1959)::Comedy\n6::Night (1987)::War\n",
    "ratings.csv.gz": gzip.compress(b"userId,movieId,rating\n7,3,5\n7,6,2\n9,5,4\n"),
    "context.csv.gz": gzip.compress(b"userId,movieId,rating\n8,6,1\n8,3,4\n"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small MovieLens 1M in the folder that SIMENV_DATA names."""
    monkeypatch.setenv("SIMENV_DATA", str(tmp_path))
    place = tmp_path / "ml-1m"
    place.mkdir()
    for name, content in FILES.items():
        (place / name).write_bytes(content)
    return place


@pytest.mark.usefixtures("folder")
def test_their_ratings_are_of_the_same_catalogue_and_all_known() -> None:
    dataset = load("ml-1m")
    unseen = unseen_people(dataset)
    assert unseen.catalog is dataset.catalog
    assert (unseen.users.ids, unseen.users.gender, unseen.users.age) == (("8",), ("man",), ("25-34",))
    assert unseen.train.user.tolist() == [0, 0]
    assert [unseen.catalog.ids[item] for item in unseen.train.item] == ["6", "3"]
    assert unseen.train.rating.tolist() == [1, 4]
    assert (unseen.train.users, unseen.train.items) == (1, 3)
    assert len(unseen.test) == 0


def test_people_of_the_training_are_refused_as_unseen(folder: Path) -> None:
    (folder / "context.csv.gz").write_bytes(FILES["ratings.csv.gz"])
    with pytest.raises(UsageError, match="found 2 who are"):
        unseen_people(load("ml-1m"))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "context.csv.gz").unlink()
    with pytest.raises(UsageError, match=r"Expected 'context\.csv\.gz' among the files of ml-1m"):
        unseen_people(load("ml-1m"))


@real
def test_they_are_the_thousand_people_who_are_not_in_the_data_set() -> None:
    dataset = loaded("ml-1m", 0)
    if len(dataset.users) != 5040:
        pytest.skip("the published form has everybody in it")
    unseen = unseen_people(dataset)
    assert not set(unseen.users.ids) & set(dataset.users.ids)
    assert (len(unseen.users), len(unseen.train)) == (1000, 74_271)
    assert np.all(np.bincount(unseen.train.user) > 0)
