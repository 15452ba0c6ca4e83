"""A person's own files: what is understood, and what is said when it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simenv.data import load
from simenv.errors import UsageError
from simenv.types import NOTHING
from tests.contracts.dataset import DatasetContract

TEN_EACH = "".join(
    f"{user},{item},{1 + (user * item) % 5},{100 * item}\n" for user in (2, 10, 1) for item in range(10)
)


def write(folder: Path, ratings: str, **beside: str) -> str:
    """The path of a ratings file, with others beside it."""
    (folder / "ratings.csv").write_text(ratings, encoding="utf-8")
    for name, content in beside.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return str(folder / "ratings.csv")


@pytest.fixture(scope="class")
def good(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    items = "item,title,genres,text\n" + "".join(
        f"{i},Film {i} (19{50 + i}),Drama|War,About {i}\n" for i in range(11)
    )
    request.cls.name = write(
        tmp_path_factory.mktemp("own"), "user,item,rating,time\n" + TEN_EACH, items=items
    )


@pytest.mark.usefixtures("good")
class TestOwnRatings(DatasetContract):
    def test_items_are_described_by_the_file_beside(self) -> None:
        catalog = self.data.catalog
        assert catalog.titles[10] == "Film 10 (1960)"
        assert catalog.years[10] == 1960
        assert catalog.theme_names == ("Drama", "War")
        assert catalog.text[0] == "About 0"
        assert catalog.noun == "thing"

    def test_what_came_last_is_held_out(self) -> None:
        assert set(self.data.test.time.tolist()) == {800, 900}

    def test_ids_that_are_numbers_stand_in_their_order(self) -> None:
        assert self.data.users.ids == ("1", "2", "10")


def test_a_folder_stands_for_the_ratings_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, "user,item,rating,time\n" + TEN_EACH)
    assert load(str(tmp_path)).sha256 == load(path).sha256


def test_without_a_file_beside_an_items_id_is_its_title(tmp_path: Path) -> None:
    data = load(write(tmp_path, "user,item,rating\nana,b,5\nana,a,4\nben,b,3\n"))
    assert data.catalog.ids == data.catalog.titles == ("a", "b")
    assert data.catalog.themes.shape == (2, 0)
    assert data.users.ids == ("ana", "ben")
    assert np.all(data.train.time == NOTHING)


def test_movielens_names_and_files_are_understood(tmp_path: Path) -> None:
    movies = 'movieId,title,genres\n3,"Duck, The (1959)",Comedy\n4,Nothing (1960),(no genres listed)\n'
    data = load(write(tmp_path, "userId,movieId,rating,timestamp\n1,3,4.5,99\n1,4,0.5,98\n", movies=movies))
    assert data.catalog.noun == "film"
    assert data.catalog.titles[0] == "Duck, The (1959)"
    assert data.catalog.themes.tolist() == [[True], [False]]
    assert data.train.time.tolist() == [98, 99]
    assert data.mapping == "stars as given"


def test_a_wider_scale_is_mapped_and_the_mapping_said(tmp_path: Path) -> None:
    data = load(write(tmp_path, "user,item,rating\na,1,-10\na,2,10\nb,1,0\n"))
    assert data.mapping == "-10 to 10 mapped linearly to 0.5 to 5 stars"
    assert data.train.rating.tolist() == [0.5, 5.0, 2.75]


def test_the_last_of_repeated_ratings_counts(tmp_path: Path) -> None:
    data = load(write(tmp_path, "user,item,rating,time\na,1,2,50\na,1,3,70\na,1,4,60\nb,1,1,9\nb,1,5,9\n"))
    assert data.train.rating.tolist() == [3.0, 5.0]


def test_one_empty_time_is_an_unknown_time(tmp_path: Path) -> None:
    data = load(write(tmp_path, "user,item,rating,time\na,1,2,50\na,2,3,\n"))
    assert data.train.time.tolist() == [NOTHING, 50]


def test_spaces_around_values_do_not_matter(tmp_path: Path) -> None:
    data = load(write(tmp_path, "user,item,rating\n a ,1, 4 \na,2,5\n"))
    assert data.users.ids == ("a",)


@pytest.mark.parametrize(
    ("ratings", "said"),
    [
        ("user,item,stars\na,1,2\n", "a column named rating in .*, but found user, item, stars"),
        ("person,item,rating\na,1,2\n", "a column named user or userId or user_id"),
        (
            "user,item,rating\na,1,2\na,2,good\n",
            "a number in the column 'rating' of .*, but row 2 .* has 'good'",
        ),
        ("user,item,rating\na,1,\na,2,3\n", "but row 1 under the header has ''"),
        ("user,item,rating\na,1,nan\n", "has 'nan'"),
        ("user,item,rating\na,1,inf\n", "has 'inf'"),
        ("user,item,rating,time\na,1,3,yesterday\n", "in the column 'time' of .* has 'yesterday'"),
        ("user,item,rating\n", "rows under the header of .*, but there are none"),
        ("", "Expected comma-separated values in .*, but found"),
        ("user,item,rating\na,1\n", "Expected comma-separated values in .*, but found"),
        ("user,item,rating\na,1,7\nb,2,7\n", "every rating is 7"),
    ],
)
def test_a_bad_file_is_answered_in_a_sentence(tmp_path: Path, ratings: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(write(tmp_path, ratings))


def test_a_rated_item_that_the_file_beside_leaves_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ratings of the item '2', which the file of items beside it"):
        load(write(tmp_path, "user,item,rating\na,1,4\na,2,5\n", items="item,title\n1,One\n"))


def test_an_item_that_is_described_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="every item once in"):
        load(write(tmp_path, "user,item,rating\na,1,4\n", items="item,title\n1,One\n1,Two\n"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        load(str(tmp_path / "ratings.csv"))
