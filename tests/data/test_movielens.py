"""MovieLens in each of its forms: the real files where they are, and tiny ones made here."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from simenv.data import load
from simenv.errors import UsageError
from simenv.types import NOTHING
from tests.contracts.dataset import DatasetContract, loaded

real = pytest.mark.skipif(
    not os.environ.get("SIMENV_DATA"), reason="SIMENV_DATA names no folder with real data"
)

PEOPLE = ["7::F::1::10::48067", "8::M::25::0::70072", "9::M::56::4::02460"]
FILMS = [
    "3::Amélie's Garden (1995)::Animation|Children's",
    "5::Shaggy Duck, The (1959)::Comedy",
    "6::Third Night, The (1987)::Drama|War",
    "11::Nobody Saw It (1990)::Horror",
]
RATINGS = [
    *((7, film, stars, 900 - film) for film, stars in ((3, 5), (5, 4), (6, 1))),
    *((9, film, stars, 800 + film) for film, stars in ((3, 2), (5, 3), (6, 4))),
]


def published() -> dict[str, bytes]:
    """The files as their home ships them."""
    ratings = "\n".join("::".join(map(str, row)) for row in RATINGS) + "\n"
    return {"ratings.dat": ratings.encode(), **described()}


def rebuilt() -> dict[str, bytes]:
    """The files without times, with plots."""
    rows = "\n".join(f"{user},{film},{stars}" for user, film, stars, _ in RATINGS)
    header = "movieId,title,year,director,actors,plot"
    plots = f'{header}\n5,"Shaggy Duck, The (1959)",1959,A,"B, C","A duck,  in hair."\n'
    return {
        "ratings.csv.gz": gzip.compress(f"userId,movieId,rating\n{rows}\n".encode()),
        "plots.csv": plots.encode(),
        **described(),
    }


def described() -> dict[str, bytes]:
    return {
        "users.dat": "\n".join(PEOPLE).encode(),
        "movies.dat": "\n".join(FILMS).encode("latin-1"),
    }


def put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that SIMENV_DATA names."""
    monkeypatch.setenv("SIMENV_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_a_zip_and_its_unpacked_folder_are_the_same_data(place: Path) -> None:
    with zipfile.ZipFile(place / "ml-1m.zip", "w") as archive:
        for name, content in published().items():
            archive.writestr(f"ml-1m/{name}", content)
    zipped = load("ml-1m")
    (place / "ml-1m.zip").unlink()
    put(place / "ml-1m", published())
    assert load("ml-1m").sha256 == zipped.sha256


def test_the_published_form_holds_out_what_came_last(place: Path) -> None:
    put(place / "ml-1m", published())
    data = load("ml-1m")
    held = {
        (data.users.ids[u], data.catalog.ids[i]) for u, i in zip(data.test.user, data.test.item, strict=True)
    }
    assert held == {("7", "3"), ("9", "6")}
    assert set(data.train.time.tolist()) == {894, 895, 803, 805}


def test_the_rebuilt_form_has_no_times_but_plots(place: Path) -> None:
    put(place / "ml-1m", rebuilt())
    data = load("ml-1m")
    assert np.all(data.train.time == NOTHING)
    assert data.catalog.text == ("", "A duck, in hair.", "", "")


def test_both_forms_describe_the_same_people_and_films(place: Path) -> None:
    put(place / "ml-1m", published())
    first = load("ml-1m")
    (place / "ml-1m" / "ratings.dat").unlink()
    (place / "ml-1m" / "ratings.csv.gz").write_bytes(rebuilt()["ratings.csv.gz"])
    second = load("ml-1m")
    assert first.users == second.users
    assert first.catalog.titles == second.catalog.titles
    assert len(first.train) == len(second.train) == 4


def test_films_and_people_are_in_the_data_sets_words(place: Path) -> None:
    put(place / "ml-1m", published())
    data = load("ml-1m")
    assert data.catalog.titles[:2] == ("Amélie's Garden (1995)", "Shaggy Duck, The (1959)")
    assert data.catalog.years.tolist() == [1995, 1959, 1987, 1990]
    assert data.catalog.theme_names == ("Animation", "Children's", "Comedy", "Drama", "Horror", "War")
    assert data.users.ids == ("7", "9")
    assert data.users.gender == ("woman", "man")
    assert data.users.age == ("under 18", "56 or older")
    assert data.users.occupation == ("k-12 student", "college student")


def test_the_last_year_in_brackets_is_the_films(place: Path) -> None:
    files = published() | {
        "movies.dat": "\n".join(["1::Class of (1999) II (1994)::War", *FILMS]).encode("latin-1")
    }
    put(place / "ml-1m", files)
    assert load("ml-1m").catalog.years[0] == 1994


def test_a_rating_of_a_film_that_no_file_describes_is_an_error(place: Path) -> None:
    files = published() | {"movies.dat": b"3::Only One (1995)::Drama"}
    put(place / "ml-1m", files)
    with pytest.raises(UsageError, match="number 5, which no other file of it describes"):
        load("ml-1m")


def test_a_missing_file_is_named(place: Path) -> None:
    put(place / "ml-1m", {"ratings.dat": b"1::1::1::1\n"})
    with pytest.raises(UsageError, match=r"'movies\.dat' among the files of ml-1m"):
        load("ml-1m")


@real
class TestOneMillion(DatasetContract):
    name = "ml-1m"

    def test_it_is_the_data_that_its_home_describes(self) -> None:
        catalog, users = self.data.catalog, self.data.users
        assert len(catalog) == 3883
        assert len(users) in (5040, 6040)
        assert len(catalog.theme_names) == 18
        assert catalog.titles[0] == "Toy Story (1995)"
        assert (users.gender[0], users.age[0]) in {("woman", "under 18"), ("man", "56 or older")}

    def test_text_is_there_for_nearly_every_film(self) -> None:
        if np.any(self.data.train.time != NOTHING):
            pytest.skip("the published form has no plots")
        assert sum(map(bool, self.data.catalog.text)) == 3856


@real
class TestOneHundredThousand(DatasetContract):
    name = "ml-100k"

    def test_it_is_the_data_that_its_home_describes(self) -> None:
        data = self.data
        assert (len(data.users), len(data.catalog)) == (943, 1682)
        assert (len(data.train) + len(data.test), len(data.catalog.theme_names)) == (100_000, 18)
        assert data.users.age[:2] == ("18-24", "50-55")
        assert data.users.occupation[:2] == ("technician", "")
        assert data.catalog.titles[266] == "unknown"
        assert data.catalog.years[266] == NOTHING
        assert not data.catalog.themes[266].any()


@real
class TestLatestSmall(DatasetContract):
    name = "ml-latest-small"

    def test_it_is_the_data_that_its_home_describes(self) -> None:
        data = self.data
        assert (len(data.users), len(data.catalog)) == (610, 9742)
        assert len(data.train) + len(data.test) == 100_836
        assert set(data.users.gender) == set(data.users.age) == set(data.users.occupation) == {""}

    def test_years_are_read_where_titles_end_otherwise(self) -> None:
        years = dict(zip(self.data.catalog.titles, self.data.catalog.years.tolist(), strict=True))
        assert years["Death Note: Desu nôto (2006–2007)"] == 2006
        assert years["Babylon 5"] == NOTHING


@real
def test_data_with_times_are_split_alike_under_every_seed_but_for_ties() -> None:
    first, second = (loaded("ml-latest-small", seed).train for seed in (0, 1))
    differ = set(zip(first.user.tolist(), first.item.tolist(), strict=True)) ^ set(
        zip(second.user.tolist(), second.item.tolist(), strict=True)
    )
    assert len(differ) < 0.1 * len(first)
