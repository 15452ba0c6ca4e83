"""Jester (Goldberg et al., 2001): jokes, and thousands of people who rated every one of them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from simenv.data.archive import Read, cache, given
from simenv.data.assemble import Parsed, assemble
from simenv.errors import UsageError
from simenv.types import NOTHING, BoolArray, Dataset, IntArray, Interactions, Users

NAME = "jester-1"
SHEET, TEXTS = "jester-data-1", "jokes.csv"
NOT_RATED = 99.0
LOWEST, HIGHEST = -10.0, 10.0
TITLE_WORDS = 10
"""How many of a joke's words are its title."""

Floats = npt.NDArray[np.float64]


def jester_1(seed: int) -> Dataset:
    """Jokes that people of 1999 to 2003 rated from -10 to 10; a joke's title is how it begins.

    Raises:
        UsageError: the files are not on this machine, or they are not as published.
    """
    read = given(NAME)
    sheet = None if read is None else _sheet(read)
    if read is None or sheet is None:
        raise UsageError(
            f"Expected {SHEET}.csv or {SHEET}.zip in a folder {NAME!r} of {cache()} or of the folder that "
            f"SIMENV_DATA names, found none; put it there (its home publishes it as a spreadsheet)."
        )
    ratings = _ratings(sheet)
    people, jokes = ratings.shape
    texts = _texts(read(TEXTS), jokes)
    nothing = ("",) * people
    parsed = Parsed(
        noun="joke",
        ids=tuple(str(number + 1) for number in range(jokes)),
        titles=tuple(_title(text, number) for number, text in enumerate(texts)),
        genres=((),) * jokes,
        text=texts,
        users=Users(tuple(str(number + 1) for number in range(people)), nothing, nothing, nothing),
        interactions=_interactions(ratings),
        mapping=f"{LOWEST:g} to {HIGHEST:g} mapped linearly to 0.5 to 5 stars",
    )
    return assemble(NAME, parsed, seed)


def rated_everything(dataset: Dataset) -> IntArray:
    """People of whom the data hold a rating of every item: int32 (n,), users, in order."""
    whole = [dataset.train, dataset.test]
    counts = sum(np.bincount(part.user, minlength=part.users) for part in whole)
    return np.flatnonzero(counts == len(dataset.catalog)).astype(np.int32)


def _sheet(read: Read) -> bytes | None:
    """The sheet of ratings, as it is or out of its zip."""
    plain, packed = read(f"{SHEET}.csv"), read(f"{SHEET}.zip")
    if plain is not None or packed is None:
        return plain
    try:
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            return archive.read(f"{SHEET}.csv")
    except (zipfile.BadZipFile, KeyError) as problem:
        raise UsageError(
            f"Expected {SHEET}.csv inside {SHEET}.zip, found none ({problem}); put the sheet itself there."
        ) from problem


def _ratings(sheet: bytes) -> Floats:
    """Ratings from -10 to 10, NaN where there is none: float64 (people, jokes)."""
    try:
        table = csv.read_csv(
            BytesIO(sheet), read_options=csv.ReadOptions(autogenerate_column_names=True, use_threads=False)
        )
        found = np.column_stack([column.to_numpy().astype(np.float64) for column in table.columns])
    except (pa.ArrowInvalid, ValueError) as problem:
        raise UsageError(
            f"Expected rows of numbers in {SHEET}.csv, found something else: {problem}."
        ) from None
    ratings = np.where(found[:, 1:] == NOT_RATED, np.nan, found[:, 1:])
    strange = ratings[(ratings < LOWEST) | (ratings > HIGHEST)]
    wrong = np.flatnonzero(found[:, 0] != (~np.isnan(ratings)).sum(axis=1))
    if len(strange) or len(wrong):
        what = f"the rating {strange[0]:g}" if len(strange) else f"row {wrong[0] + 1}, which does not"
        raise UsageError(
            f"Expected rows of {SHEET}.csv that begin with how many ratings follow, each {LOWEST:g} to "
            f"{HIGHEST:g} or {NOT_RATED:g} for none, found {what}; take a whole copy."
        )
    return ratings


def _interactions(ratings: Floats) -> Interactions:
    """Every rating that is there, as stars."""
    there: BoolArray = ~np.isnan(ratings)
    user, item = np.nonzero(there)
    stars = 0.5 + (ratings[there] - LOWEST) / (HIGHEST - LOWEST) * 4.5
    return Interactions(
        user.astype(np.int32),
        item.astype(np.int32),
        stars.astype(np.float32),
        np.full(len(user), NOTHING, dtype=np.int64),
        *ratings.shape,
    )


def _texts(content: bytes | None, jokes: int) -> tuple[str, ...]:
    """Each joke on one line, "" where the texts are not there."""
    if content is None:
        return ("",) * jokes
    table = csv.read_csv(BytesIO(content), parse_options=csv.ParseOptions(newlines_in_values=True))
    known = dict(zip(table["jokeId"].to_pylist(), table["text"].to_pylist(), strict=True))
    return tuple(" ".join((known.get(number + 1) or "").split()) for number in range(jokes))


def _title(text: str, number: int) -> str:
    """How a joke begins, or its number where its text is not known."""
    words: Sequence[str] = text.split()
    if not words:
        return f"Joke {number + 1}"
    return " ".join(words[:TITLE_WORDS]) + (" ..." if len(words) > TITLE_WORDS else "")
