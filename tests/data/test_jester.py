"""Jokes and who rated them: the real files where they are, and tiny ones made here."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from simenv.data import load
from simenv.data.jester import rated_everything
from simenv.errors import UsageError
from tests.contracts.dataset import DatasetContract

real = pytest.mark.skipif(
    not os.environ.get("SIMENV_DATA"), reason="SIMENV_DATA names no folder with real data"
)

SHEET = "3,-10,0,10\n2,99,5,-5\n3,1,2,3\n"
TEXTS = (
    'jokeId,text\n1,"Why did the  duck\ncross?"\n2,One two three four five six seven eight nine ten eleven.\n'
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for the data set's files."""
    monkeypatch.setenv("SIMENV_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "jester-1").mkdir()
    return tmp_path / "jester-1"


def put(place: Path, sheet: str = SHEET, texts: str = TEXTS) -> None:
    (place / "jester-data-1.csv").write_text(sheet)
    (place / "jokes.csv").write_text(texts)


def test_ratings_become_stars_and_the_mapping_is_said(place: Path) -> None:
    put(place)
    data = load("jester-1")
    assert data.mapping == "-10 to 10 mapped linearly to 0.5 to 5 stars"
    stars = {
        (int(u), int(i)): float(r)
        for part in (data.train, data.test)
        for u, i, r in zip(part.user, part.item, part.rating, strict=True)
    }
    assert len(stars) == 8
    assert (stars[0, 0], stars[0, 1], stars[0, 2]) == (0.5, 2.75, 5.0)
    assert (1, 0) not in stars


def test_a_joke_is_called_by_its_first_words(place: Path) -> None:
    put(place)
    catalog = load("jester-1").catalog
    assert catalog.titles == (
        "Why did the duck cross?",
        "One two three four five six seven eight nine ten ...",
        "Joke 3",
    )
    assert catalog.text[0] == "Why did the duck cross?"
    assert (catalog.noun, catalog.text[2]) == ("joke", "")


def test_who_rated_everything_is_known(place: Path) -> None:
    put(place)
    assert rated_everything(load("jester-1")).tolist() == [0, 2]


def test_the_sheet_may_be_in_its_zip(place: Path) -> None:
    put(place)
    plain = load("jester-1").sha256
    with zipfile.ZipFile(place / "jester-data-1.zip", "w") as archive:
        archive.write(place / "jester-data-1.csv", "jester-data-1.csv")
    (place / "jester-data-1.csv").unlink()
    assert load("jester-1").sha256 == plain


def test_without_the_files_one_sentence_says_where_they_belong(place: Path) -> None:
    with pytest.raises(UsageError, match=r"Expected jester-data-1\.csv or jester-data-1\.zip in a folder"):
        load("jester-1")


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("2,1,2\n2,1,99\n", "found row 2"),
        ("2,1,11\n", "found the rating 11"),
        ("2,1,funny\n", "rows of numbers"),
        ("2,1,2\n2,1\n", "rows of numbers"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(place: Path, sheet: str, said: str) -> None:
    put(place, sheet)
    with pytest.raises(UsageError, match=said):
        load("jester-1")


def test_a_zip_without_the_sheet_is_refused(place: Path) -> None:
    with zipfile.ZipFile(place / "jester-data-1.zip", "w") as archive:
        archive.writestr("something.xls", "")
    with pytest.raises(UsageError, match=r"jester-data-1\.csv inside jester-data-1\.zip"):
        load("jester-1")


@real
class TestJester(DatasetContract):
    name = "jester-1"

    def test_it_is_the_data_that_its_home_describes(self) -> None:
        data = self.data
        assert (len(data.users), len(data.catalog)) == (24_983, 100)
        assert len(data.train) + len(data.test) == 1_810_455
        assert len(rated_everything(data)) == 7_200
        assert np.unique(data.catalog.titles).size == 100
