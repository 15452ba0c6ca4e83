"""A person's own data: ratings in a CSV file, and what is rated in another one beside it, or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from simenv.data.assemble import Parsed, assemble, genres_between_bars
from simenv.errors import UsageError
from simenv.types import NOTHING, Dataset, IntArray, Interactions, Users

COLUMNS = {
    "user": ("user", "userId", "user_id"),
    "item": ("item", "movieId", "item_id"),
    "rating": ("rating",),
    "time": ("time", "timestamp"),
    "title": ("title",),
    "genres": ("genres",),
    "text": ("text",),
}
"""What a column means, and the names under which it is found."""

BESIDE = {"items.csv": "thing", "movies.csv": "film"}
"""Files that may say what was rated, and what one of it is called."""

LOWEST, HIGHEST = 0.5, 5.0

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Columns = Mapping[str, pa.ChunkedArray]


@dataclass(frozen=True, slots=True)
class Items:
    """What was rated: one entry per item."""

    noun: str
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]


def read(path: str, seed: int) -> Dataset:
    """One's own ratings as a data set.

    Args:
        path: a CSV file with a header (user, item, rating and, if known, time in seconds since 1970), or
            a folder with such a ``ratings.csv``. ``items.csv`` (or ``movies.csv``) beside it may say more
            about the items: item, title and, if wanted, genres (separated by ``|``) and text. Where
            somebody rated an item several times, the last rating counts.
        seed: decides what is held out where not every time is known.

    Raises:
        UsageError: a file or a column is missing, or a value is not what it should be.
    """
    file = Path(path)
    file = file / "ratings.csv" if file.is_dir() else file
    columns = _columns(file, ("user", "item", "rating"))
    stars, mapping = to_stars(_numbers(file, "rating", columns["rating"]))
    user_ids, user = _places(columns["user"])
    rated_ids, rated = _places(columns["item"])
    items = _items(file, rated_ids)
    interactions = Interactions(
        user=user.astype(np.int32),
        item=_among(file, items.ids, rated_ids)[rated],
        rating=stars.astype(np.float32),
        time=_times(file, columns, len(user)),
        users=len(user_ids),
        items=len(items.ids),
    )
    nothing = ("",) * len(user_ids)
    parsed = Parsed(
        noun=items.noun,
        ids=items.ids,
        titles=items.titles,
        genres=items.genres,
        text=items.text,
        users=Users(user_ids, nothing, nothing, nothing),
        interactions=_last_only(interactions),
        mapping=mapping,
    )
    return assemble(path, parsed, seed)


def to_stars(ratings: Floats) -> tuple[Floats, str]:
    """Ratings on the scale of 0.5 to 5 stars, and in words how they got there.

    Ratings within the scale stay as they are; otherwise the lowest one becomes 0.5 and the highest 5.

    Raises:
        UsageError: every rating is the same, and outside the scale.
    """
    low, high = float(ratings.min()), float(ratings.max())
    if low >= LOWEST and high <= HIGHEST:
        return ratings, "stars as given"
    if low == high:
        raise UsageError(
            f"Expected ratings on a scale, but every rating is {low:g}: give ratings that differ, "
            f"or stars from {LOWEST:g} to {HIGHEST:g}."
        )
    stars = LOWEST + (ratings - low) / (high - low) * (HIGHEST - LOWEST)
    return stars, f"{low:g} to {high:g} mapped linearly to {LOWEST:g} to {HIGHEST:g} stars"


def _columns(file: Path, needed: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    """The columns of a CSV file as text, under our names; what is there of them."""
    table = _text(file)
    found = {ours: set(theirs) & set(table.column_names) for ours, theirs in COLUMNS.items()}
    for ours in needed:
        if not found[ours]:
            raise UsageError(
                f"Expected a column named {' or '.join(COLUMNS[ours])} in {file}, "
                f"but found {', '.join(table.column_names)}."
            )
    if len(table) == 0:
        raise UsageError(f"Expected rows under the header of {file}, but there are none.")
    return {ours: pc.utf8_trim_whitespace(table[min(names)]) for ours, names in found.items() if names}


def _text(file: Path) -> pa.Table:
    """A CSV file, every column that means something to us as text."""
    meant = [name for names in COLUMNS.values() for name in names]
    try:
        return csv.read_csv(
            file,
            read_options=csv.ReadOptions(use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(meant, pa.string())),
        )
    except FileNotFoundError:
        raise UsageError(
            f"Expected ratings in {file}, but there is no such file: name a CSV file, "
            "or a folder with ratings.csv."
        ) from None
    except pa.ArrowInvalid as problem:
        raise UsageError(f"Expected comma-separated values in {file}, but found: {problem}.") from problem


def _places(entries: pa.ChunkedArray) -> tuple[tuple[str, ...], Longs]:
    """The ids, each once (numbers by size, then words), and int64 (n,), each entry's place among them."""
    encoded = entries.combine_chunks().dictionary_encode()
    found = encoded.dictionary.to_pylist()
    order = sorted(range(len(found)), key=lambda at: _rank(found[at]))
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return tuple(found[at] for at in order), place[encoded.indices.to_numpy()]


def _rank(name: str) -> tuple[int, int, str]:
    """Where an id stands: numbers by size, before words."""
    return (0, int(name), name) if name.isascii() and name.isdigit() else (1, 0, name)


def _items(file: Path, rated: tuple[str, ...]) -> Items:
    """What a file beside the ratings says about the items, or their bare ids."""
    beside = next((name for name in BESIDE if file.with_name(name).is_file()), None)
    if beside is None:
        nothing = ("",) * len(rated)
        return Items("thing", rated, rated, ((),) * len(rated), nothing)
    columns = _columns(file.with_name(beside), ("item", "title"))
    words = {name: column.to_pylist() for name, column in columns.items()}
    nothing = ("",) * len(words["item"])
    if len(set(words["item"])) < len(nothing):
        raise UsageError(f"Expected every item once in {file.with_name(beside)}, but some are there twice.")
    return Items(
        noun=BESIDE[beside],
        ids=tuple(words["item"]),
        titles=tuple(words["title"]),
        genres=tuple(genres_between_bars(text) for text in words.get("genres", nothing)),
        text=tuple(" ".join(text.split()) for text in words.get("text", nothing)),
    )


def _among(file: Path, known: Sequence[str], rated: Sequence[str]) -> IntArray:
    """Where each rated item stands in the catalogue: int32 (rated,)."""
    place = {name: at for at, name in enumerate(known)}
    strange = next((name for name in rated if name not in place), None)
    if strange is not None:
        raise UsageError(
            f"{file} has ratings of the item {strange!r}, which the file of items beside it does not list: "
            "add it there, or take that file away."
        )
    return np.array([place[name] for name in rated], dtype=np.int32)


def _numbers(file: Path, name: str, entries: pa.ChunkedArray) -> Floats:
    """A column of numbers: float64 (n,), all of them finite."""
    try:
        numbers = entries.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        numbers = np.array([_number(entry) for entry in entries.to_pylist()])
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise UsageError(
            f"Expected a number in the column {name!r} of {file}, but row {bad[0] + 1} under the header "
            f"has {entries[int(bad[0])].as_py()!r}."
        )
    return numbers


def _number(entry: str) -> float:
    """The number that a text is, NaN where it is none."""
    try:
        return float(entry)
    except ValueError:
        return float("nan")


def _times(file: Path, columns: Columns, rows: int) -> Longs:
    """Seconds since 1970: int64 (rows,), NOTHING where the file says nothing."""
    if "time" not in columns:
        return np.full(rows, NOTHING, dtype=np.int64)
    entries = columns["time"]
    known = pc.if_else(pc.equal(entries, ""), str(NOTHING), entries)
    return np.floor(_numbers(file, "time", known)).astype(np.int64)


def _last_only(interactions: Interactions) -> Interactions:
    """Each user's last rating of each item: by time, then by place in the file."""
    order = np.lexsort((interactions.time, interactions.item, interactions.user))
    user, item = interactions.user[order], interactions.item[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (user[1:] != user[:-1]) | (item[1:] != item[:-1])
    return interactions.where(order[last])
