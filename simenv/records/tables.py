"""From columns to tables: pages as they are buffered, people and catalogues as they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simenv.records import schema
from simenv.types import (
    NOTHING,
    Action,
    BoolArray,
    ByteArray,
    Catalog,
    FloatArray,
    IntArray,
    Population,
    Source,
    Step,
)
from simenv.words import Words

SOURCES = [source.name.lower() for source in Source]
ACTIONS = [action.name.lower() for action in Action]

When = tuple[int, int, int]
"""Round, page and row: whose words, and when."""


@dataclass(frozen=True, slots=True)
class World:
    """Which of a run's worlds rows are about: a seed, and an arm out of all arms."""

    seed: int
    arm: str
    arms: tuple[str, ...]

    def columns(self, rows: int) -> dict[str, pa.Array]:
        """The first two columns of every table, for so many rows."""
        index = np.full(rows, self.arms.index(self.arm), dtype=np.int32)
        return {"seed": np.full(rows, self.seed, dtype=np.int32), "arm": names(index, self.arms)}

    def rows_of(self, table: pa.Table) -> pa.Table:
        """The rows of a table that are about this world."""
        return table.filter((pc.field("seed") == self.seed) & (pc.field("arm") == self.arm))


@dataclass(frozen=True, slots=True)
class Pages:
    """What a record keeps of some pages: columns of pages (n,) and of slots (n, slots), as in ``Step``."""

    round: IntArray
    page: IntArray
    user: IntArray
    items: IntArray
    propensity: FloatArray
    source: ByteArray
    watched: BoolArray
    rating: FloatArray
    chance: FloatArray
    expected: FloatArray
    action: ByteArray
    satisfaction: FloatArray
    fatigue: FloatArray
    left: BoolArray

    @classmethod
    def of(cls, step: Step) -> Pages:
        """The pages of one step."""
        slate, response = step.slate, step.response
        return cls(
            slate.visit.round,
            slate.visit.page,
            slate.visit.rows,
            slate.items,
            slate.propensity,
            slate.source,
            response.watched,
            response.rating,
            response.chance,
            response.expected,
            response.action,
            step.satisfaction,
            step.fatigue,
            step.left,
        )

    @classmethod
    def joined(cls, parts: Sequence[Pages]) -> Pages:
        """All pages of all parts, ordered by page and user."""
        columns = (np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls))
        joined = cls(*columns)
        return joined.take(np.lexsort((joined.user, joined.page)))

    def take(self, chosen: npt.NDArray[np.generic]) -> Pages:
        """The chosen pages: a bool mask or indices."""
        return Pages(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def interactions(self, world: World) -> pa.Table:
        """One row per shown item, best first within a page."""
        shown = self.items != NOTHING
        of, slot = np.nonzero(shown)
        return _table(
            schema.INTERACTIONS,
            world.columns(len(of))
            | {
                "round": self.round[of],
                "page": self.page[of],
                "user": self.user[of],
                "item": self.items[shown],
                "slot": slot.astype(np.int16),
                "source": names(self.source[of], SOURCES),
                "watched": self.watched[shown],
                "rating": known(self.rating[shown]),
                "chance": known(self.chance[shown]),
                "expected": known(self.expected[shown]),
                "propensity": known(self.propensity[shown]),
            },
        )

    def pages(self, world: World) -> pa.Table:
        """One row per page."""
        return _table(
            schema.PAGES,
            world.columns(len(self.user))
            | {
                "round": self.round,
                "page": self.page,
                "user": self.user,
                "action": names(self.action, ACTIONS),
                "satisfaction": known(self.satisfaction),
                "fatigue": known(self.fatigue),
                "watched": self.watched.sum(axis=1, dtype=np.int32),
                "liked": (self.watched & (self.rating > 3)).sum(axis=1, dtype=np.int32),
                "query": pa.repeat("", len(self.user)),
                "left": self.left,
            },
        )


def words_table(world: World, words: Iterable[tuple[When, Words]]) -> pa.Table:
    """One row per page of a thinking agent, ordered by page and user."""
    rows = sorted(words, key=lambda entry: (entry[0][1], entry[0][2]))
    said = [entry[1] for entry in rows]
    when = np.array([entry[0] for entry in rows], dtype=np.int32).reshape(-1, 3)
    return _table(
        schema.WORDS,
        world.columns(len(rows))
        | {
            "round": when[:, 0],
            "page": when[:, 1],
            "user": when[:, 2],
            "prompt": pa.array([w.prompt for w in said], pa.list_(pa.string())),
            "options": pa.array([w.options for w in said], pa.list_(pa.list_(pa.float32()))),
            "reason": pa.array([w.reason for w in said], pa.string()),
        },
    )


def catalog_table(catalog: Catalog) -> pa.Table:
    """One row per item."""
    themes = [[catalog.theme_names[t] for t in np.flatnonzero(row)] for row in catalog.themes]
    years = pa.array(catalog.years, mask=catalog.years == NOTHING)
    table = _table(
        schema.CATALOG,
        {
            "item": np.arange(len(catalog), dtype=np.int32),
            "id": pa.array(catalog.ids, pa.string()),
            "title": pa.array(catalog.titles, pa.string()),
            "year": years,
            "themes": pa.array(themes, pa.list_(pa.string())),
            "popularity": known(catalog.popularity),
            "mean_rating": known(catalog.mean_rating),
            "text": pa.array(catalog.text, pa.string()),
        },
    )
    return table.replace_schema_metadata({"noun": catalog.noun, "themes": json.dumps(catalog.theme_names)})


def catalog_of(table: pa.Table) -> Catalog:
    """The catalogue that a table was made from."""
    theme_names = tuple(json.loads(table.schema.metadata[b"themes"]))
    column = {name: at for at, name in enumerate(theme_names)}
    themes = np.zeros((len(table), len(theme_names)), dtype=np.bool_)
    for item, own in enumerate(table["themes"].to_pylist()):
        themes[item, [column[name] for name in own]] = True
    return Catalog(
        noun=table.schema.metadata[b"noun"].decode(),
        ids=tuple(table["id"].to_pylist()),
        titles=tuple(table["title"].to_pylist()),
        years=table["year"].fill_null(NOTHING).to_numpy(),
        themes=themes,
        theme_names=theme_names,
        popularity=floats(table["popularity"]),
        mean_rating=floats(table["mean_rating"]),
        text=tuple(table["text"].to_pylist()),
    )


def agents_table(world: World, population: Population, became: dict[str, npt.NDArray[Any]]) -> pa.Table:
    """One row per agent of one world.

    Args:
        became: what became of everybody so far: pages, watched and liked (int32), satisfaction (float32).
    """
    return _table(
        schema.AGENTS,
        world.columns(len(population))
        | {
            "user": np.arange(len(population), dtype=np.int32),
            "id": pa.array(population.ids, pa.string()),
            "known": population.history.lengths().astype(np.int32),
            "satisfaction": known(became["satisfaction"]),
        }
        | {name: became[name] for name in ("pages", "watched", "liked")}
        | {name: getattr(population, name) for name in ("cohort", "activity", "diversity", "conformity")}
        | {name: known(getattr(population, name)) for name in ("rating_mean", "rating_spread")}
        | {n: pa.array(getattr(population, n), pa.string()) for n in ("gender", "age", "occupation")},
    )


def names(index: npt.NDArray[np.integer], words: Sequence[str]) -> pa.DictionaryArray:
    """Indices into a few words, as a column of those words."""
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(words, pa.string()))


def known(values: npt.NDArray[np.generic]) -> pa.Array:
    """Floats with null where there is none, so that an average in SQL leaves it out."""
    return pa.array(values, mask=np.isnan(values))


def floats(column: pa.ChunkedArray) -> FloatArray:
    """The other way round: float32 with NaN for null."""
    return column.to_numpy().astype(np.float32)


def _table(shape: pa.Schema, columns: dict[str, object]) -> pa.Table:
    return pa.table({name: columns[name] for name in shape.names}, schema=shape)
