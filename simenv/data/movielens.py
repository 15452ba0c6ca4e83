"""MovieLens (Harper and Konstan, 2015), in the forms in which it is published."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from simenv.data.archive import Archive, Read
from simenv.data.assemble import Parsed, assemble, genres_between_bars
from simenv.data.people import AGES, GENDERS, OCCUPATIONS, age_band
from simenv.errors import UsageError
from simenv.types import NOTHING, Dataset, IntArray, Interactions, Users

_HOME = "https://files.grouplens.org/datasets/movielens/"

ML_1M = Archive("ml-1m", f"{_HOME}ml-1m.zip", "c4d9eecfca2ab87c1945afe126590906")
ML_100K = Archive("ml-100k", f"{_HOME}ml-100k.zip", "0e33842e24a9c977be4e0107933c0723")
ML_LATEST_SMALL = Archive(
    "ml-latest-small", f"{_HOME}ml-latest-small.zip", "31a303aabbc519bd33d025e44d6c2570"
)

Longs = npt.NDArray[np.int64]

_NO_OCCUPATION = {"other", "none"}


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings under the data set's own numbers: int64 (n,), stars float64 (n,), seconds int64 (n,)."""

    user: Longs
    item: Longs
    stars: npt.NDArray[np.float64]
    time: Longs


@dataclass(frozen=True, slots=True)
class Films:
    """Films under the data set's own numbers; ``text`` by number, where there is any."""

    ids: Sequence[int]
    titles: Sequence[str]
    genres: Sequence[tuple[str, ...]]
    text: dict[int, str]


def ml_1m(seed: int) -> Dataset:
    """One million ratings of 2000, with who the people are; plots where ``plots.csv`` is beside them.

    The ratings are read from ``ratings.dat`` as published (with times), or else from
    ``ratings.csv.gz`` (userId, movieId, rating; without times, fewer people).
    """
    read = ML_1M.open()
    ratings = _ml_1m_ratings(read)
    rows = [line.split("::") for line in _lines(_need(read, ML_1M, "movies.dat"))]
    plots = read("plots.csv")
    films = Films(
        ids=[int(row[0]) for row in rows],
        titles=[row[1].strip() for row in rows],
        genres=[genres_between_bars(row[2]) for row in rows],
        text={} if plots is None else _plots(plots),
    )
    return _dataset(ML_1M, films, _ml_1m_users(read, ratings), ratings, seed)


def _ml_1m_ratings(read: Read) -> Ratings:
    """The ratings in either form."""
    published = read("ratings.dat")
    if published is not None:
        return _ratings(_table(published.replace(b"::", b"\t"), "\t"), ("f0", "f1", "f2", "f3"))
    return _rebuilt(_need(read, ML_1M, "ratings.csv.gz"))


def _rebuilt(content: bytes) -> Ratings:
    """Ratings in the form without times."""
    table = _table(gzip.decompress(content), ",", named=True)
    return _ratings(table, ("userId", "movieId", "rating"))


def unseen_people(dataset: Dataset) -> Dataset:
    """People of MovieLens 1M who are in nobody's training: the same catalogue, all they are known to rate.

    Their ratings are those of ``context.csv.gz`` beside the others, a part of all that they gave.

    Args:
        dataset: ``ml-1m``; what its catalogue says of popularity and means stays as it is.

    Raises:
        UsageError: there is no such file, or the people are among those of the data set.
    """
    read = ML_1M.open()
    ratings = _rebuilt(_need(read, ML_1M, "context.csv.gz"))
    users = _ml_1m_users(read, ratings)
    known = set(users.ids) & set(dataset.users.ids)
    if known:
        raise UsageError(
            f"Expected people in context.csv.gz who are not in ml-1m itself, found {len(known)} who are; use "
            f"the ratings.csv.gz that belongs to it."
        )
    items = [int(item) for item in dataset.catalog.ids]
    whole = _interactions(ML_1M, users, items, ratings)
    return replace(dataset, users=users, train=whole, test=whole.where(np.zeros(len(whole), dtype=bool)))


def ml_1m_people() -> Users:
    """Everybody whom MovieLens 1M describes, whether their ratings are there or not."""
    return _described(_rows_of_people(ML_1M.open()))


def _ml_1m_users(read: Read, ratings: Ratings) -> Users:
    """The people who rated something, in the data's order."""
    present = set(np.unique(ratings.user).tolist())
    return _described([row for row in _rows_of_people(read) if int(row[0]) in present])


def _rows_of_people(read: Read) -> list[list[str]]:
    return [line.split("::") for line in _lines(_need(read, ML_1M, "users.dat"))]


def _described(rows: Sequence[Sequence[str]]) -> Users:
    return Users(
        ids=tuple(row[0] for row in rows),
        gender=tuple(GENDERS[row[1]] for row in rows),
        age=tuple(AGES[int(row[2])] for row in rows),
        occupation=tuple(OCCUPATIONS[int(row[3])] for row in rows),
    )


def ml_100k(seed: int) -> Dataset:
    """One hundred thousand ratings of 1997 and 1998, with who the people are."""
    read = ML_100K.open()
    ratings = _ratings(_table(_need(read, ML_100K, "u.data"), "\t"), ("f0", "f1", "f2", "f3"))
    names = [line.split("|")[0] for line in _lines(_need(read, ML_100K, "u.genre"))]
    rows = [line.split("|") for line in _lines(_need(read, ML_100K, "u.item"))]
    films = Films(
        ids=[int(row[0]) for row in rows],
        titles=[row[1].strip() for row in rows],
        genres=[genres_between_bars("|".join(_flagged(names, row[-len(names) :]))) for row in rows],
        text={},
    )
    people = [line.split("|") for line in _lines(_need(read, ML_100K, "u.user"))]
    users = Users(
        ids=tuple(row[0] for row in people),
        gender=tuple(GENDERS[row[2]] for row in people),
        age=tuple(age_band(int(row[1])) for row in people),
        occupation=tuple("" if row[3] in _NO_OCCUPATION else row[3].lower() for row in people),
    )
    return _dataset(ML_100K, films, users, ratings, seed)


def ml_latest_small(seed: int) -> Dataset:
    """The small set that MovieLens keeps up to date (this one of 2018): half stars, nothing about people."""
    read = ML_LATEST_SMALL.open()
    table = _table(_need(read, ML_LATEST_SMALL, "ratings.csv"), ",", named=True)
    ratings = _ratings(table, ("userId", "movieId", "rating", "timestamp"))
    movies = _table(_need(read, ML_LATEST_SMALL, "movies.csv"), ",", named=True)
    films = Films(
        ids=movies["movieId"].to_pylist(),
        titles=[title.strip() for title in movies["title"].to_pylist()],
        genres=[genres_between_bars(text) for text in movies["genres"].to_pylist()],
        text={},
    )
    ids = tuple(str(user) for user in np.unique(ratings.user).tolist())
    nothing = ("",) * len(ids)
    return _dataset(ML_LATEST_SMALL, films, Users(ids, nothing, nothing, nothing), ratings, seed)


def _dataset(archive: Archive, films: Films, users: Users, ratings: Ratings, seed: int) -> Dataset:
    """Numbers of the data set's own become indices, and everything becomes one data set."""
    parsed = Parsed(
        noun="film",
        ids=tuple(str(film) for film in films.ids),
        titles=tuple(films.titles),
        genres=tuple(films.genres),
        text=tuple(films.text.get(film, "") for film in films.ids),
        users=users,
        interactions=_interactions(archive, users, films.ids, ratings),
    )
    return assemble(archive.name, parsed, seed)


def _interactions(archive: Archive, users: Users, items: Sequence[int], ratings: Ratings) -> Interactions:
    return Interactions(
        user=_index(archive, [int(user) for user in users.ids], ratings.user),
        item=_index(archive, items, ratings.item),
        rating=ratings.stars.astype(np.float32),
        time=ratings.time,
        users=len(users),
        items=len(items),
    )


def _index(archive: Archive, known: Sequence[int], found: Longs) -> IntArray:
    """Where each number is in the list of known ones: int32 (n,)."""
    numbers = np.asarray(known, dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    at = np.minimum(np.searchsorted(numbers, found, sorter=order), len(numbers) - 1)
    index = order[at]
    strange = found[numbers[index] != found]
    if len(strange):
        raise UsageError(
            f"{archive.name} has a rating by or of number {strange[0]}, which no other file of it "
            f"describes: take the files from one whole copy, {archive.url}."
        )
    return index.astype(np.int32)


def _ratings(table: pa.Table, columns: Sequence[str]) -> Ratings:
    """User, item, stars and, if a fourth column is named, time."""
    user, item, stars = (table[name].to_numpy() for name in columns[:3])
    time = table[columns[3]].to_numpy() if len(columns) > 3 else np.full(len(user), NOTHING)
    return Ratings(
        user.astype(np.int64), item.astype(np.int64), stars.astype(np.float64), time.astype(np.int64)
    )


def _table(content: bytes, delimiter: str, named: bool = False) -> pa.Table:
    """Comma or tab separated text as columns, named by its first line or f0, f1, ..."""
    return csv.read_csv(
        BytesIO(content),
        read_options=csv.ReadOptions(autogenerate_column_names=not named, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=delimiter),
    )


def _plots(content: bytes) -> dict[int, str]:
    """One line about each film, by number."""
    table = _table(content, ",", named=True)
    lines = zip(table["movieId"].to_pylist(), table["plot"].to_pylist(), strict=True)
    return {film: " ".join(plot.split()) for film, plot in lines if plot}


def _lines(content: bytes) -> list[str]:
    """The lines of a file in MovieLens' older encoding."""
    return [line for line in content.decode("latin-1").split("\n") if line.strip()]


def _flagged(names: Sequence[str], flags: Sequence[str]) -> tuple[str, ...]:
    """The genres whose flag is 1."""
    return tuple(name for name, flag in zip(names, flags, strict=True) if flag.strip() == "1")


def _need(read: Read, archive: Archive, name: str) -> bytes:
    """A file that must be there."""
    content = read(name)
    if content is None:
        raise UsageError(
            f"Expected {name!r} among the files of {archive.name}, but it is not there: put "
            f"{archive.name}.zip in their place, or remove the folder and it is fetched."
        )
    return content
