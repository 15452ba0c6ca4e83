"""A split as somebody released it: who may be learned from, what is known of whom, and what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from scenarios.validity.people import Group, Judged, judged, tuning_people
from scenarios.validity.record import Record
from simenv.data.movielens import ml_1m_people
from simenv.data.own import COLUMNS
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.types import NOTHING, BoolArray, Dataset, FloatArray, IntArray, Interactions, Users

_EVERYBODY: Mapping[str, Callable[[], Users]] = {"ml-1m": ml_1m_people}
"""Where the data say more about people than those whose ratings they hold."""
_LEAST, _MOST = 0.1, 0.9
"""Share of the ratings of people for tuning that is hidden."""


@dataclass(frozen=True)
class Files:
    """Three files of ratings (CSV with a header, .gz or not: userId, movieId and perhaps rating).

    Args:
        train: of people who may be learned from.
        context: what is known of the people who are reported on.
        split: their hidden pairs.
    """

    train: Path
    context: Path
    split: Path


def released(dataset: Dataset, files: Files, record: Record, users: int | None, seed: int) -> Judged:
    """Such a split as it is; only people for tuning are chosen, by luck, among those to learn from.

    Args:
        dataset: what the items are, and who people are as far as it says.
        users: how many people to report on, by luck; all of the split where left out.

    Raises:
        UsageError: a file cannot be read, or names an item that the data do not have.
    """
    tables = [_table(path) for path in (files.train, files.context, files.split)]
    everybody = _everybody(dataset, [name for table in tables for name in table.users])
    place = {name: at for at, name in enumerate(everybody.ids)}
    train, context, held = (table.interactions(dataset, place) for table in tables)
    reported = _some(np.unique(held.user), users, seed)
    known, hidden = (part.where(np.isin(part.user, reported)) for part in (context, held))
    others = train.where(~np.isin(train.user, reported))
    met = np.isin(np.array(everybody.ids), np.array(dataset.users.ids)[record.met(dataset)])
    return judged(
        replace(dataset, users=everybody, train=train),
        Group(reported, known, hidden),
        _tuning(others, met, len(hidden) / max(1, len(known) + len(hidden)), seed),
        met,
        f"as released: {files.split.name}",
    )


def _some(people: IntArray, users: int | None, seed: int) -> IntArray:
    """So many of the people of a split, by luck."""
    if not 0 < (users or 1) <= len(people):
        raise UsageError(
            f"Expected 1 to {len(people)} people to report on, as the split has so many, found {users}; "
            "ask for fewer."
        )
    order = stream(seed, "validity.released").order(people)
    return np.sort(people[order[: users or len(people)]]).astype(np.int32)


def _tuning(train: Interactions, met: BoolArray, share: float, seed: int) -> Group:
    """People for tuning, from whom as large a part is hidden as from those who are reported on."""
    luck = stream(seed, "validity.tuning")
    people = np.flatnonzero(np.bincount(train.user, minlength=train.users) > 1).astype(np.int32)
    order = people[luck.order(0, people)]
    chosen = np.sort(tuning_people(order[~met[order]], order[met[order]]))
    own = train.where(np.isin(train.user, chosen))
    hidden = luck.uniform(1, own.user, own.item) < np.clip(share, _LEAST, _MOST)
    return Group(chosen, own.where(~hidden), own.where(hidden))


@dataclass(frozen=True)
class _Table:
    """A file's columns, ids as text."""

    path: Path
    users: Sequence[str]
    items: Sequence[str]
    rating: FloatArray

    def interactions(self, dataset: Dataset, place: Mapping[str, int]) -> Interactions:
        """The same under our numbers."""
        known = {name: at for at, name in enumerate(dataset.catalog.ids)}
        strange = next((item for item in self.items if item not in known), None)
        if strange is not None:
            raise UsageError(
                f"Expected items of {dataset.name!r} in {self.path}, found {strange!r}, which it lacks; "
                "name the data set that the split was made from."
            )
        return Interactions(
            user=np.array([place[user] for user in self.users], dtype=np.int32),
            item=np.array([known[item] for item in self.items], dtype=np.int32),
            rating=self.rating,
            time=np.full(len(self.users), NOTHING, dtype=np.int64),
            users=len(place),
            items=len(known),
        )


def _table(path: Path) -> _Table:
    try:
        text = csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS["user"] + COLUMNS["item"], pa.string()))
        table = csv.read_csv(path, convert_options=text)
    except (OSError, pa.ArrowInvalid) as problem:
        raise UsageError(
            f"Expected ratings as CSV with a header in {path}, found none that can be read ({problem})."
        ) from None
    user, item, rating = (_column(table, name) for name in ("user", "item", "rating"))
    if user is None or item is None or not table.num_rows:
        raise UsageError(
            f"Expected the columns userId, movieId and perhaps rating in {path}, found "
            f"{', '.join(table.column_names)} and {table.num_rows} rows; name them so."
        )
    return _Table(path, user.to_pylist(), item.to_pylist(), _stars(path, rating, table.num_rows))


def _column(table: pa.Table, meaning: str) -> pa.ChunkedArray | None:
    name = next((name for name in COLUMNS[meaning] if name in table.column_names), None)
    return None if name is None else table[name]


def _stars(path: Path, rating: pa.ChunkedArray | None, rows: int) -> FloatArray:
    """Stars, NaN where the file has none."""
    if rating is None:
        return np.full(rows, np.nan, dtype=np.float32)
    try:
        stars = pc.cast(rating, pa.float32()).to_numpy().astype(np.float32)
    except pa.ArrowInvalid:
        stars = np.full(rows, -1, dtype=np.float32)
    if ((stars < 0.5) | (stars > 5)).any():
        raise UsageError(f"Expected stars from 0.5 to 5 in the column rating of {path}, found others.")
    return stars


def _everybody(dataset: Dataset, named: Sequence[str]) -> Users:
    """Whoever the data know, then whoever else the files name; of those nothing is known but their id."""
    known = _EVERYBODY.get(dataset.name, lambda: dataset.users)()
    more = tuple(sorted(set(named) - set(known.ids)))
    nothing = ("",) * len(more)
    columns = (getattr(known, name) + nothing for name in ("gender", "age", "occupation"))
    return Users(known.ids + more, *columns)
